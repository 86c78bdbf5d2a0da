"""Cards in plain words: what stands in a transcript."""

from __future__ import annotations

import pytest

from bot.simulator.feishu.card_texts import plain as plain_words
from bot.simulator.words import card_words
from tests.bot.simulator.town import button, card, column_set, form, plain, submit


def test_an_approval_card_reads_like_a_slip_of_paper() -> None:
    def fact(label: str, value: str) -> dict[str, str]:
        return {"tag": "markdown", "content": f"<font color='grey'>{label}</font>\n{value}"}

    header = {
        "template": "orange",
        "title": plain("费用报销"),
        "subtitle": plain("BX-2026-0001 · 第 2 级"),
        "text_tag_list": [{"tag": "text_tag", "text": plain("待审批"), "color": "orange"}],
    }
    table = {
        "tag": "table",
        "columns": [
            {"name": "item", "display_name": "事由"},
            {"name": "sum", "display_name": "金额", "data_type": "number"},
            {"name": "tag", "display_name": "票据", "data_type": "options"},
        ],
        "rows": [{"item": "出租车", "sum": 128.5, "tag": [{"text": "发票"}, {"text": "小票"}]}],
    }
    trail = {
        "tag": "collapsible_panel",
        "header": {"title": plain("审批记录")},
        "elements": [{"tag": "markdown", "content": "✅ 李青 · 项目负责人\n✅ 王芳 · 财务负责人"}],
    }
    choice = {
        "tag": "select_static",
        "name": "project",
        "options": [{"text": plain("示范项目"), "value": "p-1"}, {"text": plain("办公经费"), "value": "p-2"}],
        "initial_option": "p-2",
        "required": True,
    }
    shown = card(
        column_set(fact("申请人", "林晓"), fact("金额", "¥1,280.50")),
        fact("事由", "两天的会场"),
        table,
        {"tag": "hr"},
        trail,
        {"tag": "markdown", "content": "**说明**\n第一条\n第二条"},
        form(
            {"tag": "div", "text": plain("项目")},
            choice,
            {"tag": "input", "name": "reason", "label": plain("意见"), "default_value": "好"},
            {"tag": "checker", "name": "seen", "text": plain("已看附件"), "checked": True},
            column_set(submit("同意"), submit("驳回", "no")),
        ),
        button("看附件"),
        button("撤回", disabled=True),
        header=header,
    )
    assert card_words(shown).split("\n") == [
        "【费用报销】〔待审批〕",
        "BX-2026-0001 · 第 2 级",
        "申请人：林晓　　金额：¥1,280.50",
        "事由：两天的会场",
        "事由 | 金额 | 票据",
        "出租车 | 128.5 | 发票、小票",
        "———",
        "▸ 审批记录",
        "  ✅ 李青 · 项目负责人",
        "  ✅ 王芳 · 财务负责人",
        "说明",
        "  第一条",
        "  第二条",
        "项目（必填）：○ 示范项目  ◉ 办公经费",
        "意见：好",
        "☑ 已看附件",
        "[同意] [驳回]",
        "[看附件] [撤回·不可点]",
    ]


def test_columns_of_several_lines_stand_below_each_other() -> None:
    columns = column_set(
        {"tag": "markdown", "content": "一\n二"}, {"tag": "img", "img_key": "i", "alt": plain("发票")}
    )
    assert card_words(card(columns)) == "【费用报销】\n一\n二\n［图片：发票］"


def test_a_card_without_header_and_with_a_chart() -> None:
    shown = card({"tag": "chart", "chart_spec": {"type": "bar"}})
    del shown["header"]
    assert card_words(shown) == "［chart］"


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("**粗** ~~删~~ `码`", "粗 删 码"),
        ("# 标题\n> 引用", "标题\n引用"),
        ("一<br>二<br/>三", "一\n二\n三"),
        ("[看](https://example.org) ![图](img_1)", "看 图"),
        ("<font color='red'>¥1</font>", "¥1"),
        ("<at id=all></at> <at id=ou_lin>林晓</at>", "@所有人 @ou_lin"),
        ("&lt;at id=all&gt; &#42;&#42;原样&#42;&#42; &amp;", "<at id=all> **原样** &"),
        ("3 < 5 且 7 > 6", "3 < 5 且 7 > 6"),
    ],
)
def test_markdown_as_its_reader_sees_it(markdown: str, words: str) -> None:
    assert plain_words(markdown) == words
