"""What is said without a name is parted from its sender here, before any transaction is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs

from bot.aside import Aside, Unreachable, in_words
from bot.asking import led
from bot.context import JobContext
from bot.gate import Gate, Way
from bot.once import Once
from bot.platform import Abilities, Clicked, Incoming, Said
from bot.router import Router, Times
from handlers.contract.capability import Capability
from handlers.contract.confidence import Confidence, Unsigned
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply
from storage.database import Database

LATER = "这一小时里说得太多了，刚才那条没有收下。请过一小时再发，或者用网页。"


class Confidant:
    """Stands before the router. Whoever speaks without a name is known here for as long as the answer takes:
    the capability gets the words alone, and the answer goes straight back, past the outbox.

    A message that is pushed again after this process ended is taken again: to know it, something would have
    to lie here that leads from the message to the complaint.
    """

    def __init__(
        self,
        router: Router,
        database: Database,
        capabilities: Sequence[Capability],
        abilities: Mapping[str, Abilities],
        times: Times,
        aside: Aside,
        public_url: str = "",
    ) -> None:
        self._router, self._database, self._abilities, self._times = router, database, abilities, times
        self._confidences = [each.confidence for each in capabilities if each.confidence]
        self._aside, self._public_url = aside, public_url
        self._once: Once[Reply] = Once()
        self._gate = Gate()

    def handle(self, incoming: Incoming) -> Reply | None:
        """Do what was asked, once. Raises Unreachable where there is no way to answer: nothing is done then,
        or what is done gets its answer when the platform asks again."""
        found = self._confidence(incoming)
        if found is None:
            reply = self._router.handle(incoming)
            return reply if reply is None or reply.keep else self._straight(incoming, reply)
        confidence, unsigned = found
        if not self._answers_itself(incoming):
            self._aside.check()
        reply = self._once.answer(incoming.key, lambda: self._passed(incoming, confidence, unsigned))
        return self._straight(incoming, reply)

    def _confidence(self, incoming: Incoming) -> tuple[Confidence, Unsigned] | None:
        """Return who takes it, and what there is of it without its sender."""
        match incoming.body:
            case Said(text=text):
                unsigned = Unsigned(text, group=incoming.group)
                taker = next((each for each in self._confidences if each.hears(text)), None)
            case Clicked(act=act, values=values):
                unsigned = Unsigned(act=act, values=values or {}, group=incoming.group)
                taker = next((each for each in self._confidences if act in each.acts), None)
            case _:
                return None
        return (taker, unsigned) if taker and incoming.sender else None

    def _passed(self, incoming: Incoming, confidence: Confidence, unsigned: Unsigned) -> Reply:
        """Let it through unless too much came; whose it is decides the bucket, which forgets it."""
        way = self._gate.filing(str(incoming.sender), worked=True, alone=True)
        if way is Way.WAIT:
            return Reply(text=LATER, toast=LATER, refused=True, keep=False)
        return self._taken(confidence, structs.replace(unsigned, flood=way is Way.OUTSIDE))

    def _taken(self, confidence: Confidence, unsigned: Unsigned) -> Reply:
        times = self._times
        try:
            with self._database.write() as tx:
                return confidence.take(
                    JobContext(tx, times.clock.now(), times.machine(), times.zone), unsigned
                )
        except Refusal as refusal:
            return Reply(text=refusal.sentence, toast=refusal.sentence, refused=True, keep=False)
        except Exception:  # whatever it is: a line in a log would tell when somebody spoke in confidence
            raise Unreachable from None

    def _answers_itself(self, incoming: Incoming) -> bool:
        """Tell whether the platform takes an answer in words, or a card after a click, in the HTTP answer."""
        probe = Reply(text="。") if isinstance(incoming.body, Said) else Reply(toast="。")
        rest = (
            self._abilities[incoming.sender.platform].left_over(incoming, probe) if incoming.sender else None
        )
        return rest is not None and not (rest.text or rest.toast or rest.card)

    def _straight(self, incoming: Incoming, reply: Reply) -> Reply:
        """Send what the HTTP answer cannot carry, and return the rest."""
        reply = led(reply, self._public_url)
        if incoming.sender is None:
            return reply
        if isinstance(incoming.body, Said) and self._answers_itself(incoming):
            reply = in_words(reply)
        rest = self._abilities[incoming.sender.platform].left_over(incoming, reply)
        if rest.card or rest.text or rest.toast:
            self._aside.send(incoming.sender, rest)
        return reply
