"""Feishu's address book for the app: ids by phone or mail, one user's card (contact-v3/user/…)."""

from __future__ import annotations

from bot.simulator.chats import Json
from bot.simulator.directory import SimPerson
from bot.simulator.feishu.app import FeishuPeople, ids_of
from bot.simulator.feishu.errors import Refused
from bot.simulator.stage import Stage

MAX_ASKED = 50
USER_ID_TYPES = ("open_id", "union_id", "user_id")
STATUS = {
    "is_frozen": False,
    "is_resigned": False,
    "is_activated": True,
    "is_exited": False,
    "is_unjoin": False,
}


class Contacts:
    """Only present members with an account are visible. Callers hold the stage's lock."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def ids(self, id_type: str, emails: list[str], mobiles: list[str]) -> Json:
        """One entry per address asked for; who is not found or not visible has no `user_id`."""
        _known(id_type)
        if len(emails) > MAX_ASKED or len(mobiles) > MAX_ASKED:
            raise Refused(99992402, f"emails and mobiles: at most {MAX_ASKED} of each")
        people = FeishuPeople(self._stage.directory).members()
        by_mobile = {person.mobile: person for person in people if person.mobile}
        by_email = {person.email: person for person in people if person.email}
        found = [{"mobile": mobile} | _id(by_mobile.get(mobile), id_type) for mobile in mobiles]
        return {
            "user_list": found + [{"email": email} | _id(by_email.get(email), id_type) for email in emails]
        }

    def user(self, id_type: str, value: str) -> Json:
        """One member. 41050 for anybody whom the app may not see."""
        _known(id_type)
        person = FeishuPeople(self._stage.directory).find(id_type, value)
        if person is None:
            raise Refused(41050)
        department = "od-" + (person.department or "0").encode().hex()[:32]
        return {
            "user": ids_of(person)
            | {"name": person.name, "department_ids": [department], "status": dict(STATUS)}
        }


def _known(id_type: str) -> None:
    if id_type not in USER_ID_TYPES:
        raise Refused(99992402, f"user_id_type: one of {', '.join(USER_ID_TYPES)}")


def _id(person: SimPerson | None, id_type: str) -> Json:
    return {} if person is None else {"user_id": ids_of(person)[id_type], "status": dict(STATUS)}
