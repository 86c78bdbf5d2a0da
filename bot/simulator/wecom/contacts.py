"""One member as an in-house app may see them: name and department, no phone or mail (path/90196)."""

from __future__ import annotations

from bot.simulator.chats import Json
from bot.simulator.wecom.app import Members
from bot.simulator.wecom.errors import Refused

ACTIVE = 1


def user(members: Members, userid: str) -> Json:
    """60111 for anybody whom the app cannot see."""
    person = members.find(userid)
    if person is None:
        raise Refused(60111)
    party = members.party_of(person)
    return {
        "userid": person.wecom_userid,
        "name": person.name,
        "department": [party],
        "main_department": party,
        "status": ACTIVE,
    }
