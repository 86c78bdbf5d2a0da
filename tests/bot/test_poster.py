"""The poster: one page, all its words, and a code that leads to the one address for all."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops
from pypdf import PdfReader

from bot import qr
from bot.poster import LINES, TITLE, menu_text, poster
from handlers.complaint import receipts

URL = "https://lianjie.example.org/report"
OUTSIDE = ["业务主管单位：某区民政局 0571-8800 0000", "登记管理机关（民政部门）", "12345 政务服务便民热线"]


def drawn(content: bytes) -> Image.Image:
    """Return the poster as it is printed."""
    image = pypdfium2.PdfDocument(content)[0].render(scale=2).to_pil()
    assert isinstance(image, Image.Image)
    return image


def test_its_code_leads_to_the_page_and_its_words_say_the_same() -> None:
    content = poster("春晖社会服务中心", URL, OUTSIDE)
    pages = PdfReader(BytesIO(content)).pages
    said = "".join(pages[0].extract_text().split())
    assert len(pages) == 1
    assert [each.text for each in zxingcpp.read_barcodes(drawn(content))] == [URL]
    for words in (TITLE, URL, *LINES, *OUTSIDE, "春晖社会服务中心"):
        assert "".join(words.split()) in said


@pytest.mark.parametrize("org", ["短", "一个名字特别特别长的社会组织服务促进中心及其联合会办事处筹备委员会"])
def test_nothing_runs_off_the_page(org: str) -> None:
    outside = [*OUTSIDE, "本机构举报邮箱：" + "很长的地址" * 12, "本机构反映专线：0571-0000 0000"]
    image = drawn(
        poster(org, "https://a-rather-long-name.of-an-office.example.org:8443/report", outside)
    ).convert("L")
    width, height = image.size
    edge = 20
    for box in ((0, 0, edge, height), (width - edge, 0, width, height), (0, height - edge, width, height)):
        assert image.crop(box).getextrema() == (255, 255)


def test_it_prints_in_black_and_white() -> None:
    printed = drawn(poster("某中心", URL, OUTSIDE)).convert("RGB")
    assert ImageChops.difference(printed, printed.convert("L").convert("RGB")).getbbox() is None


def test_what_is_never_promised_stands_neither_there_nor_in_the_menu() -> None:
    said = menu_text(URL, OUTSIDE) + "".join(LINES)
    assert URL in said
    for never in ("完全匿名", "绝对保密", "无法追踪"):
        assert never not in said


def test_a_receipt_can_be_read_back_from_its_code() -> None:
    number = receipts.new()
    rows = qr.modules(number)
    image = Image.new("L", (len(rows), len(rows)), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x, y), 0)
    large = image.resize((len(rows) * 4, len(rows) * 4), Image.Resampling.NEAREST)
    assert [each.text for each in zxingcpp.read_barcodes(large)] == [number]
    assert f'viewBox="0 0 {len(rows)} {len(rows)}"' in qr.svg(number, "查询号")
    assert "style=" not in qr.svg(number, "查询号")
