"""The people of the simulated organisation, and who of them has left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SimPerson:
    """One member. An empty platform id means that the person has no account there.

    `roles` are what they are called in the organisation, for whoever plays them."""

    key: str
    name: str
    department: str = ""
    feishu_open_id: str = ""
    wecom_userid: str = ""
    mobile: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()


class Directory:
    """Looks people up by key; each platform adds its own ids on top."""

    def __init__(self, people: Sequence[SimPerson]) -> None:
        for field in ("key", "feishu_open_id", "wecom_userid"):
            values = [getattr(person, field) for person in people if getattr(person, field)]
            if len(values) != len(set(values)):
                raise ValueError(f"two people share one {field}")
        self._people = {person.key: person for person in people}
        self._left: set[str] = set()

    def __iter__(self) -> Iterator[SimPerson]:
        return iter(self._people.values())

    def find(self, key: str) -> SimPerson | None:
        """The person with this key."""
        return self._people.get(key)

    def has_left(self, person: SimPerson) -> bool:
        """Whether the person was removed from the organisation's address book."""
        return person.key in self._left

    def mark_left(self, person: SimPerson) -> None:
        """The person leaves; nothing can be sent to them from now on."""
        self._left.add(person.key)
