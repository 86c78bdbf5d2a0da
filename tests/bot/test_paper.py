"""Papers: a document becomes a PDF that says what it says, always in the same bytes; charts are drawn."""

from __future__ import annotations

from io import BytesIO

import msgspec
import pytest
from PIL import Image
from pypdf import PdfReader

from bot.font import has
from bot.paper import MISSING, pressed, printable
from bot.picture import drawn
from handlers.contract.card import Card, Field, Section
from handlers.contract.chart import Chart, Series
from handlers.contract.document import Document, SignLine
from handlers.contract.view import Table, row

CHART = Chart(
    title="自查问题",
    unit="件",
    labels=("一月", "二月", "三月"),
    series=(Series("自己发现", (3, 5, None)), Series("监督检查", (1, 0, 4))),
)
PAPER = Document(
    title="整改通知书",
    number="ZG-2026-0001",
    subtitle="第 1 版",
    fields=(Field("金额", "¥1,280.50"), Field("责任人", "林晓"), Field("事由", "账 & <票> 不符", wide=True)),
    parts=(
        Section(("限 15 个工作日整改。",), title="要求"),
        Table("签字", ("谁", "时间"), (row("李青", "2026-03-03"), row("王芳", "2026-03-04"))),
        Table("附件", ("文件",), (), "无附件"),
        CHART,
    ),
    sign_lines=(SignLine("责任人", "林晓", "2026-03-03 09:00"), SignLine("监事")),
    foot="末条校验值 " + "ab" * 32,
)
ORG = "清禾公益服务中心"


def read(content: bytes) -> list[str]:
    """Return the text of each page, without spaces and line ends."""
    return ["".join(each.extract_text().split()) for each in PdfReader(BytesIO(content)).pages]


def test_a_paper_says_all_that_its_document_says() -> None:
    said = "".join(read(pressed(PAPER, ORG)))

    wanted = [
        ORG,
        "整改通知书",
        "ZG-2026-0001",
        "¥1,280.50",
        "账&<票>不符",
        "限15个工作日整改。",
        "李青",
        "无附件",
    ]
    assert [each for each in [*wanted, "监事", "ab" * 32] if each not in said] == []


def test_a_document_waits_as_json_and_comes_back_as_it_was() -> None:
    kept = msgspec.json.encode(PAPER)

    assert msgspec.json.decode(kept, type=Document) == PAPER


def test_a_card_that_waited_since_before_its_parts_had_names_can_still_be_sent() -> None:
    old = b'{"title":"A","subject":"a:1","sections":[{"lines":["B"]}]}'

    assert msgspec.json.decode(old, type=Card).sections == (Section(("B",)),)


def test_the_same_document_is_always_the_same_bytes() -> None:
    assert pressed(PAPER, ORG) == pressed(PAPER, ORG)


def test_every_font_that_a_paper_shows_text_in_lies_inside_it() -> None:
    content = pressed(PAPER, ORG)

    assert content.count(b"/Subtype /TrueType") == content.count(b"/FontFile2") > 0
    assert b"/Subtype /Type0" not in content


def test_a_long_paper_counts_its_pages_and_repeats_its_foot_and_the_head_of_its_table() -> None:
    rows = tuple(row(f"第 {n} 行", "内容" * 40) for n in range(60))
    pages = read(
        pressed(
            Document(
                title="台账", number="TZ-1", parts=(Table("台账", ("行次", "说明"), rows),), foot="脚注"
            ),
            ORG,
        )
    )

    assert len(pages) > 2
    assert all("行次" in each and "脚注" in each for each in pages)
    assert f"第2页，共{len(pages)}页" in pages[1]


def test_one_row_longer_than_a_page_is_still_printed() -> None:
    long = Document(title="说明", number="SM-1", parts=(Table("表", ("内容",), (row("很长的话。" * 900),)),))

    assert "".join(read(pressed(long, ORG))).count("很长的话") == 900


def test_what_the_font_cannot_show_is_shown_as_missing_and_never_lost() -> None:
    assert not has("✅")
    assert printable("已同意 ✅") == f"已同意 {MISSING}"
    assert MISSING in "".join(read(pressed(Document(title="✅", number="1"), ORG)))


def test_a_file_is_named_after_its_number_and_title() -> None:
    assert Document(title="通知/草稿", number="ZG-1").file_name == "ZG-1 通知_草稿.pdf"


@pytest.mark.parametrize("kind", ["bar", "line"])
@pytest.mark.parametrize("values", [(0, 0, 0), (None, None, None), (-3, 5, 1e6), (0.25, None, 0.5)])
def test_a_chart_of_any_numbers_is_a_picture_of_a_fixed_size(
    kind: str, values: tuple[float | None, ...]
) -> None:
    chart = Chart(title="率", kind=kind, labels=("甲", "乙", "丙"), series=(Series("某", values),))  # type: ignore[arg-type]

    assert Image.open(BytesIO(drawn(chart))).size == (1280, 720)
    assert drawn(chart) == drawn(chart)


def test_a_chart_needs_a_value_for_each_label() -> None:
    with pytest.raises(ValueError, match="one value"):
        Chart(title="率", labels=("甲",), series=(Series("某", (1, 2)),))
