"""The table of contents of the capability: which words, clicks and forms it answers."""

from __future__ import annotations

from handlers.contract.capability import Ask, Capability, Word
from handlers.contract.context import Context
from handlers.contract.reminder import Ladder
from handlers.finding import checks, covering, figures, talk, views
from handlers.mechanisms.evidence import service as evidence
from handlers.mechanisms.finding import nudging, rules, service
from scheduler.job import Job
from scheduler.periods import every_minutes


def _expire(ctx: Context) -> None:
    evidence.expire(ctx, talk.NAME, "整改")


JOBS: tuple[Job[Context], ...] = (Job("finding.expire_evidence", every_minutes(5), _expire),)

CAPABILITY = Capability(
    name=talk.NAME,
    words={"整改": Word(talk.rectify, "问题整改：看、交报告、复核；监事下发通知", "整改 ZG-2026-0001")},
    clicks={
        "new": talk.open_form,
        "do": talk.do,
        "ask": talk.ask,
        "show": talk.show,
        "paper": talk.send_paper,
        "files": talk.send_files,
    },
    forms={
        "open": Ask(talk.notice_questions, talk.open_notice),
        "say": Ask(talk.words_form, talk.say, enclose=talk.enclose, word="整改"),
    },
    takes_files=talk.on_file,
    cancel=talk.cancel,
    check=checks.remarks,
    waiting=talk.waiting,
    watch=talk.watch,
    news=figures.news,
    figures=figures.figures,
    covers=covering.covers,
    ladders={
        rules.RECTIFY: Ladder(rules.RUNGS[rules.RECTIFY], nudging.rectify_nudges, service.moved),
        rules.RECEIVE: Ladder(rules.RUNGS[rules.RECEIVE], nudging.receive_nudges),
        rules.RECHECK: Ladder(rules.RUNGS[rules.RECHECK], nudging.recheck_nudges),
        rules.VERIFY: Ladder(rules.RUNGS[rules.VERIFY], nudging.verify_nudges),
        rules.JUDGE: Ladder(rules.RUNGS[rules.JUDGE], nudging.judge_nudges),
    },
    jobs=JOBS,
    settings=rules.SETTINGS,
    views={"list": views.everything, "trail": views.trail},
    boards={"all": views.board},
)
