"""What typed answers mean: the claim, or for each question what is to be mended."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.contract.card import Kind
from handlers.contract.incoming import StoredFile
from handlers.contract.refusal import Refusal
from handlers.expense import forms
from handlers.expense.forms import Answers, Content, Problems
from storage.people import Person
from storage.projects import Project

PROJECTS = [
    Project(3, "ORG", "机构运行", 1, "", 0),
    Project(1, "P01", "社区助老", 1, "专项资金", 1_000_000),
    Project(2, "P02", "助残就业", 2, "", 0),
]
GOOD = {"project": "P01", "amount": "128.50", "purpose": "打车去看望老人", "payee": "某某餐厅"}
WANG = Person(7, "wang", "王芳", "财务部")
OTHER_WANG = Person(8, "wang2", "王芳", "项目部")


def understood(answers: Mapping[str, str], *namesakes: Person) -> Answers | Problems:
    return forms.understand({**GOOD, **answers}, PROJECTS, namesakes)


def test_good_answers_are_a_claim() -> None:
    assert understood({}) == Answers(1, 12850, "打车去看望老人", "某某餐厅", None)


@pytest.mark.parametrize("typed", ["P01", "社区助老", " P01 ", "社区助老\n"])
def test_a_project_is_known_by_code_or_name(typed: str) -> None:
    assert understood({"project": typed}) == understood({})


def test_blanks_around_an_answer_do_not_count() -> None:
    blanks = {"purpose": " 打车去看望老人\n", "payee": "\t某某餐厅 ", "amount": " 128.50 "}
    assert understood(blanks) == understood({})


def test_a_payee_on_the_roster_is_a_person_whatever_was_typed() -> None:
    assert understood({"payee": "王 芳"}, WANG) == Answers(1, 12850, "打车去看望老人", "王芳", 7)
    assert understood({"payee": "wang"}, WANG) == Answers(1, 12850, "打车去看望老人", "王芳", 7)


def test_of_namesakes_one_has_to_be_chosen_by_key() -> None:
    assert understood({"payee": "王芳"}, WANG, OTHER_WANG) == {
        "payee": "有 2 位同事叫「王芳」，收款人请改填编号：wang（财务部）、wang2（项目部）"
    }


@pytest.mark.parametrize(
    ("answers", "question", "words"),
    [
        ({"project": ""}, "project", "请选择项目"),
        ({"project": "  "}, "project", "请选择项目"),
        ({"project": "P09"}, "project", "请选择项目"),
        ({"amount": ""}, "amount", "请填金额"),
        ({"amount": "三十"}, "amount", "看不懂金额"),
        ({"amount": "-3"}, "amount", "大于 0"),
        ({"purpose": ""}, "purpose", "请写明事由"),
        ({"purpose": " \n　"}, "purpose", "请写明事由"),
        ({"purpose": "长" * 201}, "purpose", "事由请控制在 200 字以内，现在是 201 字"),
        ({"payee": ""}, "payee", "请写明收款人"),
        ({"payee": "   "}, "payee", "请写明收款人"),
        ({"payee": "某" * 61}, "payee", "收款人请控制在 60 字以内，现在是 61 字"),
    ],
)
def test_each_answer_that_cannot_be_used_is_named(answers: dict[str, str], question: str, words: str) -> None:
    problems = understood(answers)
    assert isinstance(problems, dict)
    assert list(problems) == [question]
    assert words in problems[question]


def test_an_answer_as_long_as_allowed_is_taken() -> None:
    assert isinstance(understood({"purpose": "长" * 200, "payee": "某" * 60}), Answers)


def test_everything_that_is_wrong_is_said_at_once_and_in_the_order_of_the_questions() -> None:
    problems = forms.understand({}, PROJECTS, [])
    assert isinstance(problems, dict)
    assert list(problems) == ["project", "amount", "purpose", "payee"]


def test_without_projects_the_project_is_missing() -> None:
    assert forms.understand(GOOD, [], []) == {"project": "请选择项目"}


answer = st.one_of(st.text(max_size=80), st.sampled_from([*GOOD.values(), "机构运行", "王芳"]))


@given(st.dictionaries(st.sampled_from([*GOOD, "attachments", "extra"]), answer))
def test_whatever_is_typed_gives_a_claim_or_chinese_sentences(values: dict[str, str]) -> None:
    found = forms.understand(values, PROJECTS, [])
    if isinstance(found, Answers):
        assert found.amount_fen > 0
        assert 0 < len(found.purpose) <= forms.PURPOSE_LIMIT
        assert 0 < len(found.payee) <= forms.PAYEE_LIMIT
    else:
        assert found
        assert set(found) <= set(GOOD)
        assert all(re.search(r"[\u4e00-\u9fff]{3}", each) for each in found.values())


# The form.


def test_the_form_asks_the_five_questions_and_keeps_what_was_typed() -> None:
    content = Content(
        values={"amount": "三十", "payee": "林晓"},
        files=[StoredFile("ab" * 32, "发票.pdf", 1, "application/pdf")],
        fetching={4: "照片.jpg"},
    )
    form = forms.claim_form(9, content, PROJECTS, {"amount": "看不懂"})
    assert [(each.name, each.label, each.required) for each in form.questions] == [
        ("project", "项目", True),
        ("amount", "金额（元）", True),
        ("purpose", "事由", True),
        ("payee", "收款人", True),
        ("attachments", "附件", False),
    ]
    assert [each.default for each in form.questions] == [
        "",
        "三十",
        "",
        "林晓",
        "发票.pdf、照片.jpg（正在取附件…）",
    ]
    assert [each.label for each in form.questions[0].options] == ["机构运行", "社区助老", "助残就业"]
    assert form.questions[-1].kind is Kind.FILES
    assert form.problems == {"amount": "看不懂"}
    assert [(each.label, each.act, dict(each.args)) for each in form.buttons] == [
        ("提交", "expense.submit", {"draft": 9})
    ]


def test_a_form_without_files_says_so() -> None:
    assert forms.claim_form(9, Content(), PROJECTS, {}).questions[-1].default == "无附件"


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("", {}),
        ("出租车 128.50", {"purpose": "出租车", "amount": "128.50"}),
        ("128.50 出租车", {"purpose": "出租车", "amount": "128.50"}),
        ("30元", {"amount": "30元"}),
        ("P01 30 打车", {"project": "P01", "amount": "30", "purpose": "打车"}),
        ("社区助老 买水", {"project": "社区助老", "purpose": "买水"}),
        ("买水 30 40", {"purpose": "买水 40", "amount": "30"}),
        ("P01 P02", {"project": "P01", "purpose": "P02"}),
        ("第 3 次活动", {"purpose": "第 次活动", "amount": "3"}),
        ("-3 打车", {"purpose": "-3 打车"}),
    ],
)
def test_what_stands_behind_the_word_is_filled_in(typed: str, values: dict[str, str]) -> None:
    by_name = {each.name: each.code for each in PROJECTS}
    expected = values | (
        {"project": by_name.get(values["project"], values["project"])} if "project" in values else {}
    )
    assert forms.prefill(typed, PROJECTS) == expected


# Reasons.


def test_a_reason_is_kept_without_blanks_around_it() -> None:
    assert forms.reason({"reason": " 缺发票\n"}, "驳回") == "缺发票"
    assert forms.reason({"reason": "长" * 200}, "驳回") == "长" * 200


def test_a_reason_that_is_too_long_is_not_cut_in_silence() -> None:
    with pytest.raises(Refusal, match="200 字"):
        forms.reason({"reason": "长" * 201}, "驳回")


@pytest.mark.parametrize("values", [{}, {"reason": ""}, {"reason": " \n　"}, {"other": "缺发票"}])
@pytest.mark.parametrize("act", ["驳回", "退回修改"])
def test_nobody_is_refused_without_a_reason(values: dict[str, str], act: str) -> None:
    with pytest.raises(Refusal, match=f"写明{act}的原因"):
        forms.reason(values, act)


def test_the_form_for_a_reason_leads_to_both_and_says_how_to_type_it() -> None:
    form = forms.reason_form({"claim": 1}, "BX-2026-0001")
    assert [(each.label, each.act, each.say) for each in form.buttons] == [
        ("退回修改", "expense.return", "退回修改 BX-2026-0001 原因"),
        ("驳回", "expense.reject", "驳回 BX-2026-0001 原因"),
    ]
    assert [each.name for each in form.questions] == ["reason"]
