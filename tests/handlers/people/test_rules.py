"""What an import may change, as tables: a row, and the sentence that refuses it or the plan that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from handlers.contract.roles import NOT_FOR_OUTSIDERS
from handlers.people import forms, rules
from handlers.people.forms import Authority, Project
from handlers.people.rules import Member, Plan, Roster
from tests.handlers.people.office import (
    DEPUTIES,
    MEMBERS,
    PEOPLE,
    PHONE_KEY,
    PROJECTS,
    ROSTER,
    TODAY,
    file,
    member,
    told,
)

PHONE = f"{PEOPLE},phone"
LEFT = f"{PEOPLE},left"


def people(
    header: str,
    *rows: str,
    roster: Roster = ROSTER,
    phone_key: bytes | None = PHONE_KEY,
    confirmed_by: Sequence[str] = (),
) -> Plan[Member]:
    return rules.plan_people(forms.people(file(header, *rows)), roster, phone_key, confirmed_by)


def projects(*rows: str, roster: Roster = ROSTER) -> Plan[Project]:
    return rules.plan_projects(forms.projects(file(PROJECTS, *rows)), roster)


def deputies(*rows: str, roster: Roster = ROSTER) -> Plan[Authority]:
    return rules.plan_deputies(forms.deputies(file(DEPUTIES, *rows)), roster)


def with_members(*more: Member) -> Roster:
    return replace(ROSTER, members={**ROSTER.members, **{each.key: each for each in more}})


def line(who: Member, **changes: str) -> str:
    cells = {
        "key": who.key,
        "name": who.name,
        "department": who.department,
        "roles": ";".join(sorted(who.roles)),
        "feishu": who.accounts.get("feishu", ""),
        "wecom": who.accounts.get("wecom", ""),
    }
    return ",".join({**cells, **changes}.values())


LIN, LI, WANG, CHEN, FANG, HE, JIAN, GUAN, LAO = MEMBERS


# People: what is refused.

LEADS_P01 = "李青（li）是项目「社区助老」的负责人"
NEW_LEAD_FIRST = "请先用 qinglian projects import 给项目换负责人，再导入这一行"
STANDS_OUTSIDE = "监事只监督、不经手，请另定人选"
ONE_OWNER = "一个账号只属于一个人；真的换了人，就把 {0} 那一行的这一格留空，一起导入"
REFUSED_PEOPLE: dict[str, tuple[str, list[str], list[str]]] = {
    "a key twice": (
        PEOPLE,
        ["ma,马兰,,,,", "ma,马兰,,,,"],
        ["第 3 行：key「ma」和第 2 行重复，一个人只写一行"],
    ),
    "two keys that differ in case": (
        PEOPLE,
        ["ma,马兰,,,,", "Ma,马竹,,,,"],
        ["第 3 行：key「Ma」和第 2 行的「ma」只差大小写"],
    ),
    "a key that differs in case from one on the roster": (
        PEOPLE,
        ["Lin,马兰,,,,"],
        ["第 2 行：key「Lin」和名册里的「lin」只差大小写，请照名册写，或换一个"],
    ),
    "the key of somebody who left, for somebody else": (
        PEOPLE,
        ["lao,马兰,,,,"],
        ["第 2 行：key「lao」属于已离开的老周，永不给别人用，请给马兰换一个 key"],
    ),
    "somebody who left, in an old file": (
        PEOPLE,
        [line(LAO)],
        ["第 2 行：老周（lao）已离开。人回来了，请加 left 列，在这一行写「否」；没有回来，请删掉这一行"],
    ),
    "a Feishu account of somebody on the roster": (
        PEOPLE,
        ["ma,马兰,,,ou_lin,"],
        [f"第 2 行：feishu_open_id「ou_lin」也是名册里的林晓（lin）的。{ONE_OWNER.format('lin')}"],
    ),
    "a Feishu account of somebody who left": (
        PEOPLE,
        ["ma,马兰,,,ou_lao,"],
        [f"第 2 行：feishu_open_id「ou_lao」也是已离开的老周（lao）的。{ONE_OWNER.format('lao')}"],
    ),
    "a WeCom account in another case": (
        PEOPLE,
        ["ma,马兰,,,,heping"],
        [f"第 2 行：wecom_userid「heping」也是名册里的何平（he）的。{ONE_OWNER.format('he')}"],
    ),
    "a WeCom account twice in the file": (
        PEOPLE,
        ["ma,马兰,,,,MaLan", "mei,梅竹,,,,malan"],
        [f"第 3 行：wecom_userid「malan」也是第 2 行的马兰（ma）的。{ONE_OWNER.format('ma')}"],
    ),
    "a phone twice in the file": (
        PHONE,
        ["ma,马兰,,,,,13800001234", "mei,梅竹,,,,,+86 138 0000 1234"],
        [
            "第 3 行：phone 和第 2 行的马兰（ma）相同。"
            "同一个人只能有一条，请沿用 key「ma」；不是同一个人，请核对号码"
        ],
    ),
    "a supervisor who also keeps the money": (
        PEOPLE,
        [line(JIAN, roles="监事;出纳;会计")],
        [f"第 2 行：监事不能同时担任会计、出纳：{STANDS_OUTSIDE}"],
    ),
    "a supervisor at the integrity post": (
        PEOPLE,
        [line(JIAN, roles="监事;党员廉洁监督岗")],
        [f"第 2 行：监事不能同时担任党员廉洁监督岗：{STANDS_OUTSIDE}"],
    ),
    "a lead who becomes head of finance": (
        PEOPLE,
        [line(LI, roles="项目负责人;财务负责人")],
        [f"第 2 行：{LEADS_P01}，不能担任财务负责人。{NEW_LEAD_FIRST}"],
    ),
    "a lead who becomes a supervisor": (
        PEOPLE,
        [line(LI, roles="监事")],
        [f"第 2 行：{LEADS_P01}，不能担任监事。{NEW_LEAD_FIRST}"],
    ),
    "a lead who leaves": (
        LEFT,
        [f"{line(LI)},是"],
        [f"第 2 行：{LEADS_P01}，不能离开。{NEW_LEAD_FIRST}"],
    ),
    "the lead of the fixed project who becomes secretary-general": (
        PEOPLE,
        [line(GUAN, roles="秘书长")],
        [f"第 2 行：管宁（guan）是项目「机构运行」的负责人，不能担任秘书长。{NEW_LEAD_FIRST}"],
    ),
    "a namesake": (
        PEOPLE,
        ["wang2,王　芳,,,,"],
        [
            "第 2 行：和名册里的王芳（wang）同名。如果确是两个人，请两位不同名的在岗同事核对，"
            "再加上他们两人的 key 重新导入：--confirmed-by key1,key2"
        ],
    ),
    "several slips in several rows": (
        PEOPLE,
        ["ma,马兰,,监事;会计,,", "Lin,林晓晓,,,ou_li,", "mei,,,,,"],
        [
            f"第 2 行：监事不能同时担任会计：{STANDS_OUTSIDE}",
            f"第 3 行：feishu_open_id「ou_li」也是名册里的李青（li）的。{ONE_OWNER.format('li')}",
            "第 3 行：key「Lin」和名册里的「lin」只差大小写，请照名册写，或换一个",
            "第 4 行：name 空着，请写姓名",
        ],
    ),
}


@pytest.mark.parametrize(("header", "lines", "expected"), REFUSED_PEOPLE.values(), ids=REFUSED_PEOPLE)
def test_what_people_csv_may_not_say_is_refused_in_a_sentence(
    header: str, lines: list[str], expected: list[str]
) -> None:
    assert told(people(header, *lines)) == expected


@pytest.mark.parametrize("held", rules.NOT_FOR_SUPERVISORS)
def test_a_supervisor_holds_no_post_that_they_watch(held: str) -> None:
    assert told(people(PEOPLE, f"ma,马兰,,监事;{held},,")) == [
        f"第 2 行：监事不能同时担任{held}：{STANDS_OUTSIDE}"
    ]


@pytest.mark.parametrize("held", NOT_FOR_OUTSIDERS)
def test_who_has_a_post_here_receives_nothing_from_outside(held: str) -> None:
    (said,) = told(people(PEOPLE, f"ma,马兰,,外部受理人;{held},,"))
    assert f"外部受理人不能同时担任{held}" in said
    assert told(people(PEOPLE, "ma,马兰,,外部受理人;监事,,")) == []


@pytest.mark.parametrize("held", ["举报受理人", "管理员", "理事", "党支部书记"])
def test_a_supervisor_may_hold_what_is_not_watched(held: str) -> None:
    assert told(people(PEOPLE, f"ma,马兰,,监事;{held},,")) == []


# People: phones.


def test_phones_without_a_key_to_keep_them_under_are_refused_once() -> None:
    plan = people(PHONE, "ma,马兰,,,,,13800001234", "mei,梅竹,,,,,13900001234", phone_key=None)

    assert told(plan) == [
        "文件里有手机号，但还没有保护它的密钥。"
        "请设好配置 [org] 的 phone_key 或环境变量 QINGLIAN_ORG_PHONE_KEY，或者删掉 phone 列"
    ]


def test_a_key_that_could_be_guessed_is_refused() -> None:
    assert told(people(PHONE, "ma,马兰,,,,,13800001234", phone_key=b"1234")) == [
        "保护手机号的密钥太短，至少 16 个字符。请改配置 [org] 的 phone_key 或环境变量 QINGLIAN_ORG_PHONE_KEY"
    ]


def test_an_empty_column_of_phones_needs_no_key() -> None:
    assert told(people(PHONE, "ma,马兰,,,,,", phone_key=None)) == []


def test_a_phone_is_kept_as_a_keyed_hash_and_the_number_is_nowhere() -> None:
    plan = people(PHONE, "ma,马兰,,,,,13800001234")
    again = people(PHONE, "ma,马兰,,,,,13800001234", phone_key=b"another key of the right length")

    assert plan.added[0].phone_hash is not None
    assert len(plan.added[0].phone_hash) == 64
    assert plan.added[0].phone_hash != again.added[0].phone_hash
    assert "13800001234" not in repr(plan)


def test_the_phone_of_somebody_on_the_roster_is_refused_to_a_second_key() -> None:
    known = people(PHONE, "ma,马兰,,,,,13800001234").added[0]

    plan = people(PHONE, "mei,梅竹,,,,,13800001234", roster=with_members(known))
    returned = people(PHONE, "mei,梅竹,,,,,13800001234", roster=with_members(replace(known, active=False)))

    rest = "同一个人只能有一条，请沿用 key「ma」；不是同一个人，请核对号码"
    assert told(plan) == [f"第 2 行：phone 和名册里的马兰（ma）相同。{rest}"]
    assert told(returned) == [f"第 2 行：phone 和已离开的马兰（ma）相同。{rest}"]


def test_an_empty_phone_leaves_the_known_one() -> None:
    known = people(PHONE, "ma,马兰,,,,,13800001234").added[0]

    assert people(PHONE, "ma,马兰,,,,,", roster=with_members(known)).unchanged == 1
    assert people(PEOPLE, "ma,马兰,,,,", roster=with_members(known)).unchanged == 1


# People: namesakes.

SECOND_WANG = "wang2,王芳,,,,"


def test_namesakes_are_taken_when_two_others_vouch_for_them() -> None:
    plan = people(PEOPLE, SECOND_WANG, confirmed_by=("chen", "fang"))

    assert told(plan) == []
    assert plan.confirmed_by == ("chen", "fang")
    assert [each.key for each in plan.added] == ["wang2"]


def test_people_of_the_same_file_may_vouch() -> None:
    lines = ("ma,马兰,,,,", "mei,梅竹,,,,", "zhu,朱一,,,,", "zhu2,朱一,,,,")

    assert told(people(PEOPLE, *lines, confirmed_by=("ma", "mei"))) == []


@pytest.mark.parametrize(
    ("confirmed_by", "expected"),
    [
        (("chen",), ["--confirmed-by 要写两个不同的人的 key，用逗号隔开"]),
        (("chen", "chen"), ["--confirmed-by 要写两个不同的人的 key，用逗号隔开"]),
        (("chen", "fang", "he"), ["--confirmed-by 要写两个不同的人的 key，用逗号隔开"]),
        (("chen", "nobody"), ["--confirmed-by 里的「nobody」不是在岗人员的 key"]),
        (("chen", "lao"), ["--confirmed-by 里的「lao」不是在岗人员的 key"]),
        (("chen", "wang"), ["--confirmed-by 里的王芳（wang）自己就是同名的人，要由别人来核对"]),
        (("chen", "wang2"), ["--confirmed-by 里的王芳（wang2）自己就是同名的人，要由别人来核对"]),
    ],
)
def test_only_two_different_people_who_are_here_and_no_namesakes_may_vouch(
    confirmed_by: tuple[str, ...], expected: list[str]
) -> None:
    assert told(people(PEOPLE, SECOND_WANG, confirmed_by=confirmed_by)) == expected


def test_namesakes_who_are_known_are_not_asked_about_again() -> None:
    both = with_members(member("wang2", "王芳"))

    assert told(people(PEOPLE, line(WANG), "wang2,王芳,财务部,会计,,", roster=both)) == []


def test_a_third_namesake_is_asked_about_again() -> None:
    both = with_members(member("wang2", "王芳"))

    assert len(told(people(PEOPLE, "wang3,王芳,,,,", roster=both))) == 1


def test_a_rename_and_a_return_make_namesakes_too() -> None:
    old_wang = with_members(member("wang0", "王芳", active=False))

    assert len(told(people(PEOPLE, line(LIN, name="王芳")))) == 1
    assert len(told(people(LEFT, "wang0,王芳,,,,,否", roster=old_wang))) == 1


def test_somebody_who_left_is_nobody_s_namesake() -> None:
    old_wang = with_members(member("wang0", "王芳", active=False))

    assert told(people(PEOPLE, line(WANG, department="财务部"), roster=old_wang)) == []


def test_a_confirmation_that_nothing_needed_is_mentioned() -> None:
    plan = people(PEOPLE, "ma,马兰,,,,", confirmed_by=("chen", "fang"))

    assert "没有新的同名人员，--confirmed-by 没有用到" in plan.warnings
    assert plan.confirmed_by == ()


# People: what is planned.


def test_a_plan_tells_new_changed_and_unchanged_people_apart() -> None:
    plan = people(PEOPLE, "ma,马兰,项目部,经办人,ou_ma,ma", line(LIN, department="项目部"), line(WANG))

    assert plan.added == [
        Member("ma", "马兰", "项目部", frozenset({"经办人"}), {"feishu": "ou_ma", "wecom": "ma"})
    ]
    assert [each.after for each in plan.updated] == [replace(LIN, department="项目部")]
    assert plan.unchanged == 1
    assert told(plan) == []


def test_people_who_are_not_in_the_file_stay_as_they_are() -> None:
    plan = people(PEOPLE, line(LIN))

    assert (list(plan.changes), plan.unchanged) == ([], 1)


def test_an_active_person_may_take_another_name() -> None:
    assert people(PEOPLE, line(LIN, name="林小晓")).updated[0].after.name == "林小晓"


def test_leaving_keeps_the_row_and_is_said_explicitly() -> None:
    plan = people(LEFT, f"{line(LIN)},是")

    assert told(plan) == []
    assert plan.updated[0].after == replace(LIN, active=False)


def test_somebody_comes_back_under_the_same_key_when_the_file_says_so() -> None:
    plan = people(LEFT, f"{line(LAO)},否")

    assert told(plan) == []
    assert plan.updated[0].after == replace(LAO, active=True)


def test_an_account_passes_from_one_person_to_another_in_one_file() -> None:
    plan = people(LEFT, f"{line(LAO, feishu='')},是", "ma,马兰,,,ou_lao,,")

    assert told(plan) == []
    assert [each.after.accounts for each in plan.changes] == [{}, {"feishu": "ou_lao"}]


# People: what deserves a word.


def test_a_role_that_nobody_holds_deserves_a_word() -> None:
    empty = Roster(TODAY)

    assert people(PEOPLE, "ma,马兰,,财务负责人;秘书长,,", roster=empty).warnings == [
        "还没有人担任项目负责人、监事：四级联签要有项目负责人、财务负责人和秘书长，监督要有监事"
    ]
    assert people(PEOPLE, line(LIN)).warnings == []


def test_a_role_whose_last_holder_leaves_deserves_a_word() -> None:
    assert people(LEFT, f"{line(WANG)},是").warnings == [
        "还没有人担任财务负责人：四级联签要有项目负责人、财务负责人和秘书长，监督要有监事",
        "王芳（wang）离开：还等着签的单子，请管理员发「改派 编号」重新安排",
    ]


def test_a_deputy_who_leaves_deserves_a_word() -> None:
    plan = people(LEFT, f"{line(LIN)},是")

    assert told(plan) == []
    assert plan.warnings == [
        "林晓（lin）离开：还等着签的单子，请管理员发「改派 编号」重新安排",
        "林晓代李青签的授权（到 2026-12-31）不再有效，还需要的话请另定授权代签人",
    ]


def test_a_deputy_who_becomes_a_supervisor_deserves_a_word() -> None:
    assert people(PEOPLE, line(LIN, roles="监事")).warnings == [
        "林晓代李青签的授权（到 2026-12-31）不再有效，还需要的话请另定授权代签人"
    ]


def test_an_authority_that_is_over_deserves_none() -> None:
    later = replace(ROSTER, today=date(2027, 1, 1))

    assert people(PEOPLE, line(LIN, roles="监事"), roster=later).warnings == []


NEEDS_A_DEPUTY = (
    "项目「社区助老」的负责人李青（li）是秘书长，只签第 4 级："
    "第 2 级要事先指定授权代签人，请用 qinglian deputies import 登记"
)


def test_a_lead_who_becomes_secretary_general_needs_a_deputy() -> None:
    change = line(LI, roles="项目负责人;秘书长")

    assert people(PEOPLE, change).warnings == []
    assert people(PEOPLE, change, roster=replace(ROSTER, authorities=())).warnings == [NEEDS_A_DEPUTY]
    assert people(PEOPLE, change, roster=replace(ROSTER, today=date(2027, 1, 1))).warnings == [NEEDS_A_DEPUTY]


def test_who_led_a_project_that_is_over_may_leave() -> None:
    over = {code: replace(each, active=False) for code, each in ROSTER.projects.items()}

    assert told(people(LEFT, f"{line(LI)},是", roster=replace(ROSTER, projects=over))) == []


# Projects.

NOT_HERE = "「{}」不在名册里。这里写的是 key，不是姓名；新人请先用 qinglian people import 导入"
NOT_TWO_LEVELS = "同一个人不能签两级，请另定负责人"
REFUSED_PROJECTS = {
    "a code twice": (
        ["P02,助残,lin,,0", "P02,助学,lin,,0"],
        ["第 3 行：code「P02」和第 2 行重复"],
    ),
    "a name twice": (
        ["P02,助残,lin,,0", "P03,助残,lin,,0"],
        ["第 3 行：name「助残」和第 2 行重复"],
    ),
    "the name of another project": (
        ["P02,社区助老,lin,,0"],
        ["第 2 行：name「社区助老」已是项目 P01 的名称，请换一个，或先给 P01 改名导入"],
    ),
    "a lead by name": (["P02,助残,林晓,,0"], [f"第 2 行：lead{NOT_HERE.format('林晓')}"]),
    "a lead who left": (["P02,助残,lao,,0"], ["第 2 行：lead 老周（lao）已离开，请换一位在岗人员"]),
    "the head of finance as lead": (
        ["P02,助残,wang,,0"],
        [
            "第 2 行：lead 王芳（wang）是财务负责人，不能当项目「助残」的负责人。"
            f"财务负责人签第 3 级，{NOT_TWO_LEVELS}"
        ],
    ),
    "a supervisor as lead": (
        ["P02,助残,jian,,0"],
        ["第 2 行：lead 简成（jian）是监事，不能当项目「助残」的负责人。监事只监督、不经手，请另定负责人"],
    ),
    "the secretary-general as lead of the fixed project": (
        ["YX,机构运行,chen,,0"],
        [
            "第 2 行：lead 陈立（chen）是秘书长，不能当项目「机构运行」的负责人。"
            f"秘书长签第 4 级，{NOT_TWO_LEVELS}"
        ],
    ),
    "the head of finance as lead of the fixed project": (
        ["YX,机构运行,wang,,0"],
        [
            "第 2 行：lead 王芳（wang）是财务负责人，不能当项目「机构运行」的负责人。"
            f"财务负责人签第 3 级，{NOT_TWO_LEVELS}"
        ],
    ),
}


@pytest.mark.parametrize(("lines", "expected"), REFUSED_PROJECTS.values(), ids=REFUSED_PROJECTS)
def test_what_projects_csv_may_not_say_is_refused_in_a_sentence(
    lines: list[str], expected: list[str]
) -> None:
    assert told(projects(*lines)) == expected


def test_a_plan_tells_new_changed_and_unchanged_projects_apart() -> None:
    plan = projects("P01,社区助老,li,专项资金,10000", "P02,助残,lin,,0", "YX,机构运行,guan,,500")

    assert plan.added == [Project("P02", "助残", "lin", "", 0)]
    assert [each.after for each in plan.updated] == [Project("YX", "机构运行", "guan", "", 50_000)]
    assert plan.unchanged == 1
    assert (told(plan), plan.warnings) == ([], [])


def test_a_missing_fixed_project_deserves_a_word() -> None:
    without = replace(ROSTER, projects={})

    assert projects("P01,社区助老,li,,0", roster=without).warnings == [
        "还没有项目「机构运行」：项目以外的开支（房租、水电、办公）都记在它名下，请加上"
    ]
    assert projects("YX,机构运行,guan,,0", roster=without).warnings == []


def test_a_secretary_general_who_leads_needs_a_deputy_for_level_two() -> None:
    named = Authority("chen", "fang", date(2026, 1, 1), date(2026, 12, 31), "he")
    ready = replace(ROSTER, authorities=[named])

    assert projects("P02,助残,chen,,0").warnings == [
        "项目「助残」的负责人陈立（chen）是秘书长，只签第 4 级："
        "第 2 级要事先指定授权代签人，请用 qinglian deputies import 登记"
    ]
    assert projects("P02,助残,chen,,0", roster=ready).warnings == []


# Signing authorities.

REFUSED_DEPUTIES = {
    "nobody we know": (
        ["李青,lin,2026-03-01,2026-03-31,fang"],
        [f"第 2 行：holder{NOT_HERE.format('李青')}"],
    ),
    "a deputy who left": (
        ["li,lao,2026-03-01,2026-03-31,fang"],
        ["第 2 行：deputy 老周（lao）已离开，请换一位在岗人员"],
    ),
    "days the wrong way round": (
        ["li,guan,2026-03-31,2026-03-01,fang"],
        ["第 2 行：from 2026-03-31 晚于 to 2026-03-01，请对调"],
    ),
    "oneself": (
        ["li,li,2026-03-01,2026-03-31,fang"],
        ["第 2 行：holder 和 deputy 是同一个人，不能自己代自己签"],
    ),
    "a supervisor": (
        ["li,jian,2026-03-01,2026-03-31,fang"],
        ["第 2 行：deputy 简成（jian）是监事，不能代签：监事只监督、不经手"],
    ),
    "named by somebody who may not": (
        ["li,guan,2026-03-01,2026-03-31,wang"],
        ["第 2 行：named_by 王芳（wang）不能指定授权代签人，只有理事长、副理事长、理事、秘书长可以"],
    ),
    "named by somebody who left": (
        ["li,guan,2026-03-01,2026-03-31,lao"],
        ["第 2 行：named_by 老周（lao）已离开，请换一位在岗人员"],
    ),
    "named by the deputy": (
        ["li,fang,2026-03-01,2026-03-31,fang"],
        ["第 2 行：named_by 方正（fang）就是 deputy 本人，不能自己指定自己，请由别人指定"],
    ),
    "the secretary-general's own choice": (
        ["chen,he,2026-03-01,2026-03-31,chen"],
        ["第 2 行：秘书长陈立（chen）不能指定自己的代签人，请由理事长、副理事长或理事指定"],
    ),
    "what is known, named by another": (
        ["li,lin,2026-01-01,2026-12-31,he"],
        ["第 2 行：同样的授权已经由方正（fang）指定，登记后不改写；要由别人重新指定，请换起止日期"],
    ),
    "the same in one file, named by another": (
        ["chen,he,2026-03-01,2026-03-31,fang", "chen,he,2026-03-01,2026-03-31,chen"],
        ["第 3 行：同样的授权已经由方正（fang）指定，登记后不改写；要由别人重新指定，请换起止日期"],
    ),
}


@pytest.mark.parametrize(("lines", "expected"), REFUSED_DEPUTIES.values(), ids=REFUSED_DEPUTIES)
def test_what_deputies_csv_may_not_say_is_refused_in_a_sentence(
    lines: list[str], expected: list[str]
) -> None:
    assert told(deputies(*lines)) == expected


@pytest.mark.parametrize("namer", ["fang", "he", "chen"])
def test_council_and_secretary_general_name_deputies(namer: str) -> None:
    assert told(deputies(f"li,guan,2026-03-01,2026-03-31,{namer}")) == []


def test_a_chair_names_his_own_deputy() -> None:
    assert told(deputies("fang,he,2026-03-01,2026-03-31,fang")) == []


def test_the_same_authority_twice_is_one() -> None:
    same = "chen,he,2026-03-01,2026-03-31,fang"

    plan = deputies(same, same, "li,lin,2026-01-01,2026-12-31,fang")

    assert told(plan) == []
    assert plan.added == [Authority("chen", "he", date(2026, 3, 1), date(2026, 3, 31), "fang")]
    assert plan.unchanged == 2


def test_what_is_known_is_not_judged_again_when_the_one_who_named_has_left() -> None:
    roster = with_members(replace(FANG, active=False))

    assert told(deputies("li,lin,2026-01-01,2026-12-31,fang", roster=roster)) == []
    assert told(deputies("li,guan,2026-01-01,2026-12-31,fang", roster=roster)) == [
        "第 2 行：named_by 方正（fang）已离开，请换一位在岗人员"
    ]


def test_an_authority_that_is_over_already_deserves_a_word() -> None:
    assert deputies("chen,he,2026-02-01,2026-03-02,fang").warnings == [
        "he 代 chen 签的授权到 2026-03-02 为止，已经过期，不起作用"
    ]
    assert deputies("chen,he,2026-02-01,2026-03-03,fang").warnings == []
