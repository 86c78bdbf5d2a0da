"""Seals, receipts and pictures: what only some may open, what a slip changes, what a camera wrote."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from handlers.complaint import receipts, sealing
from handlers.complaint.cleaning import NotCleaned, cleaned
from handlers.complaint.sealing import Cost

MINE, THEIRS = sealing.new_key(), sealing.new_key()
CHEAP = Cost(1, 8192)


@given(st.binary(max_size=70_000))
def test_what_was_sealed_comes_out_for_its_holder_and_for_nobody_else(content: bytes) -> None:
    sealed = sealing.seal(sealing.public_of(MINE), content)
    assert sealing.opened(MINE, sealed) == content
    assert sealing.opened(THEIRS, sealed) is None


@given(st.integers(0, 4096 + 47), st.integers(1, 255))
def test_every_changed_byte_is_noticed(place: int, change: int) -> None:
    sealed = bytearray(sealing.seal(sealing.public_of(MINE), b"what happened"))
    sealed[place] ^= change
    assert sealing.opened(MINE, bytes(sealed)) is None


@given(st.integers(0, 300_000))
def test_sizes_are_powers_of_two_whatever_is_inside(size: int) -> None:
    length = len(sealing.seal(sealing.public_of(MINE), b"x" * size)) - 48
    assert length >= sealing.SMALLEST
    assert length & (length - 1) == 0


def test_the_same_words_never_look_the_same() -> None:
    assert len({sealing.seal(sealing.public_of(MINE), b"x") for _ in range(5)}) == 5


def test_a_box_for_nobody_looks_like_one_for_somebody() -> None:
    real, none = sealing.box(sealing.public_of(MINE), THEIRS), sealing.nobodys_box()
    assert len(real) == len(none)
    assert sealing.unboxed(MINE, real) == THEIRS
    assert sealing.unboxed(MINE, none) is None


def test_a_key_opens_with_its_passphrase_alone() -> None:
    wrapped = sealing.wrap(MINE, "一句只有我知道的话", CHEAP)
    assert sealing.unwrapped(wrapped, "一句只有我知道的话") == MINE
    assert sealing.unwrapped(wrapped, "一句只有我知道的活") is None
    assert MINE not in wrapped


def test_what_a_passphrase_and_a_receipt_cost_is_what_the_threat_model_says() -> None:
    mebi = 1024 * 1024
    assert (sealing.PASSPHRASE_COST.passes, sealing.PASSPHRASE_COST.memory // mebi) == (3, 256)
    assert (sealing.RECEIPT_COST.passes, sealing.RECEIPT_COST.memory // mebi) == (2, 64)


def test_a_receipt_stands_for_one_key_in_one_house() -> None:
    number, salt = receipts.new(), sealing.new_salt()
    key = sealing.key_of_receipt(number, salt, CHEAP)
    assert key == sealing.key_of_receipt(number, salt, CHEAP)
    assert key != sealing.key_of_receipt(number, sealing.new_salt(), CHEAP)
    assert key != sealing.key_of_receipt(receipts.new(), salt, CHEAP)


def test_receipts_have_more_than_eighty_bits() -> None:
    assert 10**receipts.RANDOM_DIGITS > 2**80
    assert len({receipts.new() for _ in range(1000)}) == 1000


NUMBERS = (
    st.integers(0, 10**27 - 1).map(lambda each: f"{each:027}").map(lambda each: each + receipts._check(each))
)


@given(NUMBERS, st.integers(0, 27), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(number: str, place: int, more: int) -> None:
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    assert receipts.read(number) == number
    assert receipts.read(wrong) is None


@given(NUMBERS, st.integers(0, 26))
def test_two_neighbours_that_changed_places_are_noticed(number: str, place: int) -> None:
    pair = number[place : place + 2]
    swapped = number[:place] + pair[::-1] + number[place + 2 :]
    # Luhn's one blind spot, named in the standard.
    if pair[0] != pair[1] and set(pair) != {"0", "9"}:
        assert receipts.read(swapped) is None


# Pictures.

CANARY = b"canary-77"


def photo(kind: str, **more: object) -> bytes:
    """Return a picture with a canary wherever its kind can carry one."""
    made = BytesIO()
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0110], exif[0x013B] = CANARY.decode(), CANARY.decode()
    exif.get_ifd(0x8825)[1] = CANARY.decode()
    image.save(made, kind, exif=exif, **more)
    return made.getvalue()


def png() -> bytes:
    """Return a PNG with text of every sort."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", CANARY.decode())
    words.add_itxt("XML:com.adobe.xmp", f"<x>{CANARY.decode()}</x>")
    return photo("PNG", pnginfo=words)


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (photo("JPEG", comment=CANARY, xmp=b"<x>" + CANARY + b"</x>", quality=95), "image/jpeg"),
        (png(), "image/png"),
        (photo("WEBP", lossless=True), "image/webp"),
        (photo("TIFF"), "image/tiff"),
    ],
)
def test_what_a_camera_wrote_is_gone_and_the_picture_is_the_same(content: bytes, mime: str) -> None:
    assert CANARY in content
    bare = cleaned(content, mime)
    assert CANARY not in bare
    shown = Image.open(BytesIO(bare))
    assert shown.size == (40, 20)
    assert not shown.getexif()
    blue = shown.convert("RGB").getpixel((0, 0))
    red = shown.convert("RGB").getpixel((39, 19))
    assert isinstance(blue, tuple)
    assert isinstance(red, tuple)
    assert red[0] > 200 > 90 > red[2]
    assert blue[2] > 200 > 90 > blue[0]


def test_a_picture_that_lay_on_its_side_stands_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = BytesIO()
    Image.new("RGB", (40, 20)).save(made, "JPEG", exif=exif)
    assert Image.open(BytesIO(cleaned(made.getvalue(), "image/jpeg"))).size == (20, 40)


def test_of_what_moves_the_first_image_is_left() -> None:
    made = BytesIO()
    frames = [Image.new("P", (4, 4), n) for n in range(3)]
    frames[0].save(made, "GIF", save_all=True, append_images=frames[1:], comment=CANARY)
    bare = cleaned(made.getvalue(), "image/gif")
    assert getattr(Image.open(BytesIO(bare)), "n_frames", 1) == 1
    assert CANARY not in bare


def test_what_is_no_picture_stays_as_it_is() -> None:
    assert cleaned(b"%PDF-1.4 x", "application/pdf") == b"%PDF-1.4 x"


@pytest.mark.parametrize(
    ("content", "mime", "words"),
    [
        (b"\0\0\0\x18ftypheic", "image/heic", "截屏"),
        (b"\xff\xd8\xff broken", "image/jpeg", "打不开"),
        (photo("JPEG")[:200], "image/jpeg", "打不开"),
    ],
)
def test_what_cannot_be_cleaned_is_said_with_the_way_out(content: bytes, mime: str, words: str) -> None:
    with pytest.raises(NotCleaned, match=words):
        cleaned(content, mime)


def test_a_picture_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(NotCleaned, match="尺寸太大"):
        cleaned(photo("PNG"), "image/png")
