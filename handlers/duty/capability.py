"""The table of contents of the capability: which words, clicks, forms and jobs it has."""

from __future__ import annotations

from datetime import datetime

from handlers.contract.capability import Ask, Capability, Word
from handlers.contract.context import Context
from handlers.contract.reminder import Ladder
from handlers.duty import covering, figures, rules, service, talk, views
from handlers.mechanisms.evidence import service as evidence
from scheduler.clock import local
from scheduler.job import Job
from scheduler.periods import every_minutes

ZONE = "Asia/Shanghai"
MORNING = (8, 28)


def _morning(now: datetime) -> str | None:
    here = local(now, ZONE)
    return here.date().isoformat() if (here.hour, here.minute) >= MORNING else None


def _expire(ctx: Context) -> None:
    evidence.expire(ctx, talk.NAME, "任务")


CAPABILITY = Capability(
    name=talk.NAME,
    words={
        "任务": Word(
            talk.tasks,
            "年度任务：看、交材料、确认；「任务 清单」看全部，「任务 发生」登记换届、交接等",
            "任务 RW-2026-0001",
        )
    },
    clicks={"show": talk.show, "ask": talk.ask, "confirm": talk.confirm},
    forms={"say": Ask(talk.words_form, talk.say, enclose=talk.enclose, word="任务")},
    takes_files=talk.on_file,
    cancel=talk.cancel,
    waiting=talk.waiting,
    views={"list": views.everything, "one": views.one},
    figures=figures.figures,
    covers=covering.covers,
    ladders={rules.DO: Ladder(rules.RUNGS, service.nudges, service.moved)},
    jobs=(
        Job("duty.open", _morning, service.open_coming, "到期的年度任务提前打开"),
        Job("duty.unseal", _morning, service.unseal, confidential=True),
        Job("duty.expire_evidence", every_minutes(5), _expire),
    ),
)
