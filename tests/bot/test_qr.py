"""QR codes: what is drawn is read again by a reader that is not ours, from modules and from the page."""

from __future__ import annotations

import re

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bot.qr import QUIET, modules, svg
from handlers.complaint import receipts

URL = "https://lianjie.example.org/report"


def drawn(dark: list[tuple[int, int]], size: int, each: int = 4) -> Image.Image:
    """Return a picture of `size` modules a side, each so many pixels wide."""
    image = Image.new("L", (size * each, size * each), 255)
    brush = ImageDraw.Draw(image)
    for x, y in dark:
        brush.rectangle((x * each, y * each, (x + 1) * each - 1, (y + 1) * each - 1), fill=0)
    return image


def read(image: Image.Image) -> list[str]:
    """Return what the codes in a picture say."""
    return [each.text for each in zxingcpp.read_barcodes(image)]


def of_modules(text: str) -> Image.Image:
    """Return the picture that the modules make."""
    rows = modules(text)
    return drawn([(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark], len(rows))


def of_svg(markup: str) -> Image.Image:
    """Return the picture that the path of an inline SVG makes."""
    box = re.search(r'viewBox="0 0 (\d+) \1"', markup)
    path = re.search(r' d="((?:M\d+ \d+h1v1h-1z)+)"', markup)
    assert box
    assert path
    return drawn([(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)", path[1])], int(box[1]))


@pytest.mark.parametrize("text", [URL, "https://a.cn/report", URL + "?" + "x" * 300, "廉洁问题反映"])
def test_what_the_modules_say_is_what_was_given(text: str) -> None:
    assert read(of_modules(text)) == [text]


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=120))
def test_any_words_are_read_again(text: str) -> None:
    assert read(of_modules(text)) == [text]


def test_the_picture_in_the_page_says_the_same() -> None:
    number = receipts.new()
    assert read(of_svg(svg(number, "查询号"))) == [number]


def test_around_the_code_is_as_much_white_as_a_reader_wants() -> None:
    rows = modules(URL)
    around = [*rows[:QUIET], *rows[-QUIET:], *(row[:QUIET] + row[-QUIET:] for row in rows)]
    assert not any(any(row) for row in around)
    assert rows[QUIET][QUIET]


def test_a_code_with_a_stain_is_still_read() -> None:
    image = of_modules(URL)
    middle = image.width // 2
    ImageDraw.Draw(image).rectangle((middle - 8, middle - 8, middle + 8, middle + 8), fill=0)
    assert read(image) == [URL]


def test_the_picture_needs_no_style_and_its_label_is_no_markup() -> None:
    shown = str(svg(URL, '查询号"><script>'))
    assert "style=" not in shown
    assert "<script>" not in shown
    assert 'aria-label="查询号&#34;&gt;&lt;script&gt;"' in shown
