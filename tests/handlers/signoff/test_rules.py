"""Who may sign which level: the plan's four levels (P31), and every case in which somebody stands in."""

from __future__ import annotations

import pytest

from handlers.mechanisms.signoff import rules
from handlers.mechanisms.signoff.rules import Gap
from tests.handlers.signoff.rosters import IDS, Case

CHAIR_IS_SECRETARY = {"chen": {"会计"}, "fang": {"理事长", "秘书长"}}

FOUND = {
    "somebody outside is paid": (Case(), "lin li wang chen"),
    "the requester is paid": (Case(payee="lin"), "lin li wang chen"),
    "a colleague who signs nothing is paid": (Case(payee="tang"), "lin li wang chen"),
    "a supervisor is paid": (Case(payee="jian"), "lin li wang chen"),
    "the administrator submits": (Case(by="guan"), "guan li wang chen"),
    "the chair submits, and is not paid": (Case(by="fang"), "fang li wang chen"),
    # Level 2.
    "the lead is somebody without that post": (Case(lead="tang"), "lin tang wang chen"),
    "the lead submits: the deputy signs": (
        Case(by="li", deputies=[("li", "zhou", "fang")]),
        "li zhou wang chen",
    ),
    "the lead is paid: the deputy signs": (
        Case(payee="li", deputies=[("li", "zhou", "fang")]),
        "lin zhou wang chen",
    ),
    "the deputy does not sign where the lead can": (
        Case(deputies=[("li", "zhou", "fang")]),
        "lin li wang chen",
    ),
    "of two deputies the one named first signs": (
        Case(by="li", deputies=[("li", "tang", "fang"), ("li", "hou", "fang")]),
        "li tang wang chen",
    ),
    "a deputy who is paid is passed over": (
        Case(by="li", payee="tang", deputies=[("li", "tang", "fang"), ("li", "hou", "fang")]),
        "li hou wang chen",
    ),
    "a deputy who left is passed over": (
        Case(by="li", gone=["tang"], deputies=[("li", "tang", "fang"), ("li", "hou", "fang")]),
        "li hou wang chen",
    ),
    "a deputy who is a supervisor is passed over": (
        Case(by="li", deputies=[("li", "jian", "fang"), ("li", "hou", "fang")]),
        "li hou wang chen",
    ),
    "the lead submits: a deputy whom the lead named does not count": (
        Case(by="li", deputies=[("li", "zhou", "li"), ("li", "hou", "fang")]),
        "li hou wang chen",
    ),
    "a deputy whom the one who is paid has named does not count at any level": (
        Case(
            by="li",
            payee="wang",
            deputies=[
                ("li", "zhou", "wang"),
                ("li", "tang", "fang"),
                ("wang", "zhou", "wang"),
                ("wang", "hou", "he"),
            ],
        ),
        "li tang hou chen",
    ),
    "the secretary-general leads the project: the deputy signs level 2, he level 4": (
        Case(lead="chen", deputies=[("chen", "tang", "fang")]),
        "lin tang wang chen",
    ),
    "the secretary-general leads it and submits: deputy, and the chair": (
        Case(by="chen", lead="chen", deputies=[("chen", "tang", "fang")]),
        "chen tang wang fang",
    ),
    "a lead who is chair and secretary-general signs level 4": (
        Case(lead="fang", roles=CHAIR_IS_SECRETARY, deputies=[("fang", "tang", "he")]),
        "lin tang wang fang",
    ),
    # Level 3.
    "the finance head is paid: the deputy signs": (
        Case(payee="wang", deputies=[("wang", "hou", "fang")]),
        "lin li hou chen",
    ),
    "the finance head submits: the deputy signs": (
        Case(by="wang", deputies=[("wang", "hou", "fang")]),
        "wang li hou chen",
    ),
    "one of two finance heads is paid: the other signs": (
        Case(payee="hou", roles={"hou": {"财务负责人"}}),
        "lin li wang chen",
    ),
    "of two finance heads the first by key signs": (
        Case(roles={"hou": {"财务负责人"}}),
        "lin li hou chen",
    ),
    "every finance head comes before every deputy": (
        Case(payee="hou", roles={"hou": {"财务负责人"}}, deputies=[("hou", "tang", "fang")]),
        "lin li wang chen",
    ),
    "somebody outside bears the name of the finance head: she does not sign": (
        Case(namesakes=["wang"], deputies=[("wang", "hou", "fang")]),
        "lin li hou chen",
    ),
    # Level 4.
    "the secretary-general is paid: the chair signs": (Case(payee="chen"), "lin li wang fang"),
    "the secretary-general submits: the chair signs": (Case(by="chen"), "chen li wang fang"),
    "the secretary-general submits: a deputy named by the chair goes before the chair": (
        Case(by="chen", deputies=[("chen", "tang", "fang")]),
        "chen li wang tang",
    ),
    "the secretary-general submits: a deputy named by himself does not count": (
        Case(by="chen", deputies=[("chen", "tang", "chen")]),
        "chen li wang fang",
    ),
    "the secretary-general is paid: a deputy named by himself does not count": (
        Case(payee="chen", deputies=[("chen", "tang", "chen"), ("chen", "hou", "fang")]),
        "lin li wang hou",
    ),
    "chair and secretary-general in one submits: the vice-chair signs": (
        Case(by="fang", roles=CHAIR_IS_SECRETARY),
        "fang li wang he",
    ),
    "chair and secretary-general in one is paid: the vice-chair signs": (
        Case(payee="fang", roles=CHAIR_IS_SECRETARY),
        "lin li wang he",
    ),
    "chair and secretary-general in one submits: no deputy of his signs, whoever named him": (
        Case(by="fang", roles=CHAIR_IS_SECRETARY, deputies=[("fang", "tang", "he")]),
        "fang li wang he",
    ),
    "somebody outside bears the name of the chair: the vice-chair signs": (
        Case(namesakes=["fang"]),
        "lin li wang he",
    ),
    "somebody outside bears the name of the secretary-general: the chair signs": (
        Case(namesakes=["chen"]),
        "lin li wang fang",
    ),
    "without a vice-chair an unpaid council member signs": (
        Case(by="fang", roles=CHAIR_IS_SECRETARY, gone=["he"]),
        "fang li wang shen",
    ),
    "the chair is paid: not the secretary-general but the vice-chair signs": (
        Case(payee="fang"),
        "lin li wang he",
    ),
    "the chair is paid: no deputy of the secretary-general signs": (
        Case(payee="fang", deputies=[("chen", "tang", "fang")]),
        "lin li wang he",
    ),
    "the chair is paid: a council member with a paid post does not sign": (
        Case(payee="fang", gone=["he"], roles={"hou": {"理事", "会计"}}),
        "lin li wang shen",
    ),
    "the vice-chair submits what the chair is paid: the council member signs": (
        Case(by="he", payee="fang"),
        "he li wang shen",
    ),
    # Never greedy: the first choice of one level may be the only choice of another.
    "the deputy of two levels signs the one that nobody else can": (
        Case(
            by="li",
            payee="wang",
            deputies=[("li", "hou", "fang"), ("li", "zhou", "fang"), ("wang", "hou", "fang")],
        ),
        "li zhou hou chen",
    ),
    "the lead leaves level 2 to a deputy, as nobody else is head of finance": (
        Case(lead="wang", deputies=[("wang", "tang", "fang")]),
        "lin wang tang chen",
    ),
    "two levels give way to the last": (
        Case(
            by="li",
            payee="wang",
            roles={"chen": {"经办人"}, "tang": {"秘书长"}},
            deputies=[(holder, deputy, "fang") for holder in ("li", "wang") for deputy in ("zhou", "tang")]
            + [("li", "hou", "fang")],
        ),
        "li hou zhou tang",
    ),
}


@pytest.mark.parametrize(("case", "signers"), FOUND.values(), ids=FOUND)
def test_a_chain_is_formed_when(case: Case, signers: str) -> None:
    assert case.formed() == signers.split()


GAPS = {
    "the lead submits and has no deputy": (Case(by="li"), 2, "李青是本单经办人"),
    "the lead is paid and has no deputy": (Case(payee="li"), 2, "李青是本单收款人"),
    "the lead has left": (Case(gone=["li"], deputies=[("li", "zhou", "fang")]), 2, "负责人已不在岗"),
    "the lead has become a supervisor": (Case(roles={"li": {"监事"}}), 2, "李青是监事"),
    "the secretary-general leads the project and has no deputy": (
        Case(lead="chen"),
        2,
        "陈立兼任秘书长，只签第 4 级",
    ),
    "the only deputy of the lead is a supervisor": (
        Case(by="li", deputies=[("li", "jian", "fang")]),
        2,
        "李青是本单经办人",
    ),
    "the finance head is paid and has no deputy": (Case(payee="wang"), 3, "王芳是本单收款人"),
    "the finance head submits and has no deputy": (Case(by="wang"), 3, "王芳是本单经办人"),
    "the finance head has left, and with her what she gave away": (
        Case(gone=["wang"], deputies=[("wang", "hou", "fang")]),
        3,
        "还没有人担任财务负责人",
    ),
    "the finance head is a supervisor": (Case(roles={"wang": {"财务负责人", "监事"}}), 3, "王芳是监事"),
    "there is no secretary-general": (Case(gone=["chen"]), 4, "还没有人担任秘书长"),
    "the secretary-general submits and there is no chair": (
        Case(by="chen", gone=["fang"]),
        4,
        "陈立是本单经办人",
    ),
    "the secretary-general submits what the chair is paid, nobody above": (
        Case(by="chen", payee="fang", gone=["he", "shen"]),
        4,
        "陈立是本单经办人",
    ),
    "the chair is paid and nobody stands above": (Case(payee="fang", gone=["he", "shen"]), 4, "理事长"),
    "chair and secretary-general in one submits, nobody above": (
        Case(by="fang", roles=CHAIR_IS_SECRETARY, gone=["he", "shen"]),
        4,
        "方正是本单经办人",
    ),
}


@pytest.mark.parametrize(("case", "level", "words"), GAPS.values(), ids=GAPS)
def test_no_chain_is_formed_and_the_reason_is_named_when(case: Case, level: int, words: str) -> None:
    found = case.formed()
    assert isinstance(found, Gap)
    assert (found.level, f"第 {level} 级" in found.why) == (level, True)
    assert words in found.why


def test_when_two_levels_want_the_same_person_the_gap_names_one_of_the_two() -> None:
    found = Case(lead="wang", roles={"hou": {"秘书长"}}).formed()
    assert isinstance(found, Gap)
    assert found.level in (2, 3)
    assert "王芳" in found.why
    assert "陈立" not in found.why


@pytest.mark.parametrize(
    ("case", "words"),
    [(Case(roles={"lin": {"监事"}}), "林晓是监事"), (Case(gone=["lin"]), "已不在岗")],
    ids=["a supervisor by now", "gone by now"],
)
def test_a_requester_who_may_not_sign_any_more_gets_no_chain(case: Case, words: str) -> None:
    found = case.formed()
    assert isinstance(found, Gap)
    assert found.level == 1
    assert words in found.why


def test_levels_that_are_signed_stay_as_they_are_and_only_the_rest_is_formed() -> None:
    case = Case(deputies=[("wang", "li", "fang"), ("wang", "hou", "fang")], payee="wang")
    assert case.formed() == ["lin", "li", "hou", "chen"]
    assert case.formed({1: "lin", 2: "zhou"}) == ["lin", "zhou", "li", "chen"]


def test_whoever_has_signed_a_level_is_not_asked_for_another() -> None:
    case = Case(gone=["wang"], roles={"li": {"财务负责人"}})
    found = case.formed({1: "lin", 2: "li"})
    assert isinstance(found, Gap)
    assert found.level == 3
    assert found.why == "第 3 级（财务负责人）只能由李青签，但同一个人不能签两级"


# Why somebody signs is written beside the signature.

GROUNDS = {
    "their own post": (Case(), 2, "li", "项目负责人"),
    "a deputy, with dates": (
        Case(by="li", deputies=[("li", "zhou", "fang")]),
        2,
        "zhou",
        "代李青签（2026-01-01 至 2026-12-31 授权）",
    ),
    "the chair for the secretary-general": (Case(payee="chen"), 4, "fang", "理事长代秘书长"),
    "the vice-chair": (Case(payee="fang"), 4, "he", "副理事长代签"),
    "a council member": (Case(payee="fang", gone=["he"]), 4, "shen", "理事代签"),
    "the own post goes before being a deputy": (
        Case(lead="zhou", deputies=[("zhou", "zhou", "fang")]),
        2,
        "zhou",
        "项目负责人",
    ),
}


@pytest.mark.parametrize(("case", "level", "key", "ground"), GROUNDS.values(), ids=GROUNDS)
def test_the_ground_of_a_signature_is(case: Case, level: int, key: str, ground: str) -> None:
    chain = rules.form(case.matter, case.roster)
    assert not isinstance(chain, Gap)
    assert (chain[level].person, chain[level].ground) == (IDS[key], ground)


@pytest.mark.parametrize(
    ("case", "watched"),
    [
        (Case(), []),
        (Case(payee="chen"), []),
        (Case(by="fang"), []),
        (Case(payee="fang"), [4]),
        (Case(payee="fang", gone=["he"]), [4]),
        (Case(by="fang", roles=CHAIR_IS_SECRETARY), [4]),
        (Case(payee="fang", roles=CHAIR_IS_SECRETARY), [4]),
    ],
)
def test_the_supervisors_get_a_copy_exactly_when_somebody_stands_in_for_the_chair(
    case: Case, watched: list[int]
) -> None:
    chain = rules.form(case.matter, case.roster)
    assert not isinstance(chain, Gap)
    assert [level for level, each in chain.items() if each.watched] == watched
