"""The one in-house WeCom app that the simulator knows, and the members who can see it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.simulator.chats import Chat, ChatStore
from bot.simulator.directory import Directory, SimPerson

NAME = "wecom"
ROOT_PARTY = 1


@dataclass(frozen=True)
class WecomApp:
    """The app's credentials as the admin console shows them; secrets stay out of repr.

    `token` and `encoding_aes_key` (43 letters and digits) belong to the callback address.
    """

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)


class Members:
    """The directory as this app sees it. Whoever is `hidden` (keys) is outside its visible range."""

    def __init__(self, directory: Directory, hidden: set[str]) -> None:
        self._directory = directory
        self._hidden = hidden

    def visible(self) -> list[SimPerson]:
        """Everybody whom the app can reach."""
        present = (p for p in self._directory if p.wecom_userid and not self._directory.has_left(p))
        return [person for person in present if person.key not in self._hidden]

    def find(self, userid: str) -> SimPerson | None:
        """The reachable member with this userid; upper and lower case are the same (path/90195)."""
        wanted = userid.lower()
        return next((p for p in self.visible() if p.wecom_userid.lower() == wanted), None)

    def parties(self) -> dict[int, str]:
        """Department names by id: 1 is the organisation, the others follow in the directory's order."""
        names = dict.fromkeys(person.department for person in self._directory if person.department)
        return {ROOT_PARTY: ""} | dict(enumerate(names, ROOT_PARTY + 1))

    def party_of(self, person: SimPerson) -> int:
        """The id of a member's department."""
        return next((i for i, name in self.parties().items() if name == person.department), ROOT_PARTY)

    def in_party(self, party: int) -> list[SimPerson]:
        """The reachable members of a department; everybody for the organisation itself."""
        return [p for p in self.visible() if party in (ROOT_PARTY, self.party_of(p))]


def chat_with(chats: ChatStore, person: SimPerson) -> Chat:
    """The chat between this member and the app."""
    return chats.open(f"{NAME}:{person.key}", NAME, "p2p", [person.key])
