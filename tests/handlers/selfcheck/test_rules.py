"""What a sheet's answers mean, and what is said when they do not fit together."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.contract.ledger import Fact, Sample
from handlers.selfcheck import rules
from handlers.selfcheck.rules import Answers, Draft

DRAFT = Draft((Fact("资金使用", "BX-2026-0001没有附件"),), Sample("BX-2026-0002", "BX-2026-0002，¥1.00"))
GOOD = {"fact0": "已处理", "sample": "一致", "verdict": "zero", "issues": "", "doubt": ""}


def test_a_zero_report_is_one_explicit_statement() -> None:
    answers = rules.understand(DRAFT, GOOD)
    assert isinstance(answers, Answers)
    assert answers.zero
    assert answers.facts == (("BX-2026-0001没有附件", "已处理"),)
    assert answers.sample == ("BX-2026-0002", "一致")


def test_each_line_is_an_issue_of_its_own() -> None:
    answers = rules.understand(DRAFT, GOOD | {"verdict": "found", "issues": " 领料没登记 \n\n采购没留痕"})
    assert isinstance(answers, Answers)
    assert answers.issues == ("领料没登记", "采购没留痕")
    assert not answers.zero


@pytest.mark.parametrize(
    ("values", "question", "words"),
    [
        ({"fact0": ""}, "fact0", "请选一个"),
        ({"sample": ""}, "sample", "请把 BX-2026-0002 翻出来对一遍"),
        ({"verdict": ""}, "verdict", "请选零报告"),
        ({"issues": "领料没登记"}, "verdict", "写了问题就不是零报告了"),
        ({"sample": "不一致"}, "verdict", "抽到的单子对不上"),
        ({"sample": "没有单据"}, "verdict", "抽到的单子对不上"),
        ({"verdict": "found"}, "issues", "请写上问题"),
        ({"verdict": "found", "issues": "a\nb\nc\nd"}, "issues", "一次最多 3 件"),
        ({"verdict": "found", "issues": "长" * 301}, "issues", "每件最多 300 个字"),
        ({"doubt": "长" * 301}, "doubt", "最多 300 个字"),
    ],
)
def test_what_does_not_fit_is_said_at_its_question(values: dict[str, str], question: str, words: str) -> None:
    problems = rules.understand(DRAFT, GOOD | values)
    assert not isinstance(problems, Answers)
    assert words in problems[question]


def test_where_the_ledger_knows_nothing_only_the_verdict_is_asked() -> None:
    assert isinstance(rules.understand(Draft((), None), {"verdict": "zero"}), Answers)


@pytest.mark.parametrize(
    ("day", "month"),
    [(date(2026, 10, 8), "2026-09"), (date(2027, 1, 4), "2026-12"), (date(2026, 3, 2), "2026-02")],
)
def test_it_is_the_month_before_that_is_checked(day: date, month: str) -> None:
    assert rules.month_before(day) == month
