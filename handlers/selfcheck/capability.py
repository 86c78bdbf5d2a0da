"""The table of contents of self-checks, which ask the other capabilities what the ledger knows."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.capability import Ask, Capability, Word
from handlers.contract.reminder import Ladder
from handlers.selfcheck import checks, covering, figures, rules, service, talk, views
from handlers.selfcheck.jobs import jobs
from handlers.selfcheck.service import Sources


def selfcheck(others: Sequence[Capability]) -> Capability:
    """Return the self-checks of a house in which these are the other capabilities."""
    sources = Sources(
        tuple(each.facts for each in others if each.facts),
        tuple(each.sample for each in others if each.sample),
    )
    return Capability(
        name=talk.NAME,
        words={
            "自查": Word(talk.mine, "每月廉洁风险自查表；负责人填，监事发「自查 名单」看谁没交"),
            "自查补充": Word(talk.add, "给本部门的自查表加一句", "自查补充 内容"),
        },
        clicks={"fill": talk.fill, "show": talk.show, "files": talk.send_files},
        forms={
            "submit": Ask(talk.sheet_questions, talk.submit, enclose=talk.enclose, word="自查"),
            "advise": Ask(talk.advice_questions, talk.advise),
        },
        takes_files=talk.on_file,
        cancel=talk.cancel,
        views={"months": views.months, "month": views.month, "sheet": views.sheet},
        boards={"months": views.board},
        settings={rules.TEMPLATE_SETTING: list(rules.SECTIONS)},
        check=checks.remarks,
        waiting=talk.waiting,
        watch=talk.watch,
        figures=figures.figures,
        covers=covering.covers,
        ladders={rules.SUBMIT: Ladder(rules.RUNGS, service.nudges)},
        jobs=jobs(sources),
    )
