"""The poster: one page, all its words, and a code that leads to the one address for all."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from bot.poster import LINES, TITLE, menu_text, poster

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
    assert is_white_around(
        drawn(poster(org, "https://a-rather-long-name.of-an-office.example.org:8443/report", outside))
    )


def test_it_prints_in_black_and_white() -> None:
    red, green, blue = drawn(poster("某中心", URL, OUTSIDE)).convert("RGB").split()
    assert red.tobytes() == green.tobytes() == blue.tobytes()
    assert red.getextrema() == (0, 255)


@pytest.mark.parametrize(
    ("org", "url", "outside"),
    [
        ("春晖中心" * 30, URL, OUTSIDE),
        ("某中心", "https://" + "one-of-many-offices." * 10 + "example.org/report", OUTSIDE),
        ("某中心", URL, [*OUTSIDE, *("外部渠道" + "很长的一句话" * 9 for _ in range(9))]),
    ],
)
def test_words_of_any_length_stand_whole_on_one_page(org: str, url: str, outside: list[str]) -> None:
    content = poster(org, url, outside)
    (page,) = PdfReader(BytesIO(content)).pages
    said = "".join(page.extract_text().split())
    for words in (org, url, *LINES, *outside):
        assert "".join(words.split()) in said
    assert [each.text for each in zxingcpp.read_barcodes(drawn(content))] == [url]
    assert is_white_around(drawn(content))


def is_white_around(image: Image.Image, edge: int = 20) -> bool:
    """Tell whether nothing stands within some pixels of any edge."""
    width, height = image.size
    inner = image.convert("L")
    inner.paste(255, (edge, edge, width - edge, height - edge))
    return bool(inner.getextrema() == (255, 255))


def test_a_letter_that_the_font_does_not_have_is_shown_as_missing() -> None:
    (page,) = PdfReader(BytesIO(poster("某🐟中心", URL, OUTSIDE))).pages
    assert "某〓中心" in page.extract_text()


def test_the_same_words_give_the_same_poster() -> None:
    assert poster("某中心", URL, OUTSIDE) == poster("某中心", URL, OUTSIDE)


def test_what_is_never_promised_stands_neither_there_nor_in_the_menu() -> None:
    (page,) = PdfReader(BytesIO(poster("某中心", URL, OUTSIDE))).pages
    said = menu_text(URL, OUTSIDE) + "".join(page.extract_text().split())
    assert URL in said
    for never in ("完全匿名", "绝对保密", "无法追踪"):
        assert never not in said
