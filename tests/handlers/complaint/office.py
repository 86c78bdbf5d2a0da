"""The receivers and their desk without pages: a house with keys that cost little to open."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.context import JobContext
from handlers.complaint import doors, dossier, filing, receipts, reporter, sealing, service
from handlers.complaint.dossier import Dossier, Handed
from handlers.complaint.filing import Report
from handlers.complaint.reporter import Thread
from handlers.complaint.rules import Act, Nature, Outcome
from handlers.complaint.sealing import Cost
from handlers.complaint.service import Seat
from storage import complaint, people, receivers
from storage.people import NewPerson
from tests.house import ZONE, House

if TYPE_CHECKING:
    from collections.abc import Iterator

CHEAP = Cost(1, 8192)
"""What a passphrase costs in these tests; what it really costs, test_sealing tries."""

PASSPHRASE = "一句只有我知道的话"

RECEIVERS = {
    "bai": ("白露", "监督组", {"举报受理人"}),
    "qin": ("秦川", "党建组", {"举报受理人"}),
    "luo": ("罗维", "外部", {"外部受理人"}),
}
PICTURE = b"\x89PNG\r\n\x1a\n"


class Office:
    """A house with three receivers: two inside, one outside."""

    def __init__(self, house: House) -> None:
        self.house, self.keys = house, dict[str, bytes]()
        with house.database.write() as tx:
            for key, (name, department, roles) in RECEIVERS.items():
                people.save(tx, NewPerson(key, name, department, frozenset(roles), {"feishu": f"ou_{key}"}))
        for key in RECEIVERS:
            self.gives_key(key)

    @contextmanager
    def ctx(self) -> Iterator[JobContext]:
        """A transaction with its context."""
        with self.house.database.write() as tx:
            yield JobContext(tx, self.house.clock.now(), datetime.now(UTC), ZONE)

    def gives_key(self, key: str) -> None:
        """Let somebody make a key."""
        with self.ctx() as ctx:
            person = people.by_keys(ctx.tx, [key])[key]
            outside = "外部受理人" in person.roles
            number = receivers.invite(ctx.tx, key, outside, datetime.now(UTC).date())
            private, wrapped = doors.new_wrapped(PASSPHRASE, CHEAP)
            found = receivers.get(ctx.tx, number)
            assert found
            doors.make_key(ctx, found, person, private, wrapped)
        self.keys[key] = private

    def seat(self, ctx: JobContext, key: str) -> Seat:
        """Return somebody at the desk."""
        mine = receivers.of(ctx.tx, key)
        assert mine
        return Seat(mine, people.by_keys(ctx.tx, [key])[key], self.keys[key])

    def report(
        self,
        what: str = "仓库的油每周少两桶，登记本改过三次",
        *ticked: str,
        files: Sequence[Handed] = (),
        unsure: bool = False,
        others: str = "",
        contact: str = "",
        kind: str = "",
    ) -> str:
        """Report something; return the receipt."""
        with self.ctx() as ctx:
            ids = frozenset(each.id for each in people.by_keys(ctx.tx, ticked).values())
            return filing.receive(ctx, Report(what, ids, unsure, others, kind, contact=contact), files)

    def readers(self, receipt: str) -> set[str]:
        """Return who can open the case behind a receipt, by trying all keys."""
        with self.ctx() as ctx:
            case = complaint.find_for(ctx.tx, sealing.public_of(self.key(ctx, receipt)))
            assert case
            boxes = complaint.boxes(ctx.tx, case.number)
            return {key for key, mine in self.keys.items() if dossier.key_in(boxes, mine)}

    def number(self, receipt: str) -> str:
        """Return the number of the case behind a receipt."""
        with self.ctx() as ctx:
            case = complaint.find_for(ctx.tx, sealing.public_of(self.key(ctx, receipt)))
        assert case
        return case.number

    def key(self, ctx: JobContext, receipt: str) -> bytes:
        """Return the key that a receipt stands for."""
        assert receipts.read(receipt)
        return reporter.key_of(receipt, complaint.salt(ctx.tx))

    def thread(self, receipt: str) -> Thread | None:
        """Return what the reporter reads."""
        with self.ctx() as ctx:
            return reporter.thread(ctx, self.key(ctx, receipt))

    def adds(self, receipt: str, text: str, contact: str = "", files: Sequence[Handed] = ()) -> str:
        """Let the reporter add words; return the receipt of a new case, if they made one."""
        with self.ctx() as ctx:
            return reporter.add(ctx, self.key(ctx, receipt), text, contact, files)

    def cases(self, key: str) -> list[str]:
        """Return the numbers of the cases that somebody can read."""
        with self.ctx() as ctx:
            return [each.case.number for each in service.readable(ctx, self.seat(ctx, key))]

    def reads(self, key: str, number: str) -> Dossier:
        """Let somebody open a case."""
        with self.ctx() as ctx:
            return service.read(ctx, self.seat(ctx, key), number)

    def does(self, key: str, number: str, act: Act, files: Sequence[Handed] = (), /, **values: str) -> str:
        """Let somebody do an act on a case as it is now."""
        with self.ctx() as ctx:
            seat = self.seat(ctx, key)
            version = service.read(ctx, seat, number).case.version
            return service.do(ctx, seat, number, version, act, values, files)

    def works(self, key: str, number: str, outcome: Outcome = Outcome.CONFIRMED) -> None:
        """Work a case from its registration to what was resolved."""
        self.does(key, number, Act.REGISTER, text="")
        self.works_again(key, number, outcome)

    def works_again(self, key: str, number: str, outcome: Outcome = Outcome.NOTHING) -> None:
        """Work a case from the judgement to what was resolved."""
        photo = [Handed("笔录.png", "image/png", PICTURE)]
        self.does(key, number, Act.JUDGE, nature=Nature.OURS, text="管得着")
        self.does(key, number, Act.PLAN, text="看登记本，问保管员")
        self.does(key, number, Act.COLLECT, text="登记本三册")
        self.does(key, number, Act.TALK, photo, talked_to="保管员", text="说是记错了")
        self.does(key, number, Act.HEAR, way="听取了陈述和申辩", text="承认改过")
        self.does(key, number, Act.REPORT, text="少了六桶")
        self.does(
            key, number, Act.STUDY, people="白露、沈言", outcome=outcome, text="证据清楚", number="纪要 3"
        )
