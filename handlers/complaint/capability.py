"""The table of contents of the capability: what it takes without a name, and the way to the desk."""

from __future__ import annotations

from handlers.complaint import cards, checks, covering, jobs, rules, talk, views
from handlers.complaint.filing import CONTACTS
from handlers.contract.capability import Capability, Word
from handlers.contract.confidence import Confidence

CAPABILITY = Capability(
    name=talk.NAME,
    words={
        "举报": Word(talk.ask, "反映廉洁问题，不留姓名：网页或聊天都行"),
        "受理": Word(talk.desk),
    },
    clicks={"desk": talk.desk},
    confidence=Confidence(
        hears=talk.hears,
        acts=frozenset({cards.FILE}),
        take=talk.take,
        overhears=talk.overhear,
    ),
    check=checks.remarks,
    covers=covering.covers,
    jobs=jobs.JOBS,
    settings={
        **rules.SETTINGS,
        **dict.fromkeys(CONTACTS, ""),
        **{f"{rules.CLASS_SETTING}{slot}": "" for slot in range(1, rules.CLASS_SLOTS + 1)},
    },
    views={"disk": views.disk},
)
