"""What a camera wrote beside a picture is gone; the picture is still the same."""

from __future__ import annotations

import logging
import warnings
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin
from PIL.ExifTags import GPS, IFD, Base

from handlers.complaint import cleaning
from handlers.complaint.cleaning import NotCleaned, cleaned

CANARY = "canary-77"
RAW = CANARY.encode()
NORTH = (30.0, 16.0, 27.77)
WIDE, HIGH = 40, 20


def drawn(mode: str = "RGB") -> Image.Image:
    """Return a picture: blue on the left, red on the right."""
    image = Image.new("RGB", (WIDE, HIGH), "red")
    image.paste("blue", (0, 0, WIDE // 2, HIGH))
    return image.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    """Return what a camera writes: device, owner, place and time."""
    found = Image.Exif()
    found[Base.Orientation] = orientation
    found[Base.Model], found[Base.Artist] = CANARY, CANARY
    found[Base.DateTime] = CANARY
    found.get_ifd(IFD.GPSInfo).update(
        {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: NORTH, GPS.GPSAreaInformation: RAW}
    )
    return found


def profile() -> bytes:
    """Return a colour profile that says whose screen it was measured on."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made + RAW


def saved(image: Image.Image, kind: str, **more: object) -> bytes:
    """Return a picture in a format."""
    out = BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def texts() -> PngImagePlugin.PngInfo:
    """Return the texts that a PNG may carry."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", CANARY)
    words.add_itxt("XML:com.adobe.xmp", f"<x>{CANARY}</x>")
    return words


def with_thumbnail() -> bytes:
    """Return a JPEG whose EXIF holds a small picture of its own, as cameras write it (TIFF's first IFD)."""
    small = saved(Image.new("RGB", (8, 8), "green"), "JPEG", comment=RAW)
    whole = exif()
    whole.get_ifd(IFD.IFD1).update({Base.JpegIFOffset: 0, Base.JpegIFByteCount: len(small)})
    raw = whole.tobytes()
    return saved(drawn(), "JPEG", exif=raw + small, quality=95)


def opened(content: bytes) -> Image.Image:
    """Return a picture that can be looked at."""
    return Image.open(BytesIO(content))


def colours(content: bytes) -> tuple[str, str]:
    """Return what is seen at the upper left and at the lower right."""

    def name(pixel: object) -> str:
        assert isinstance(pixel, tuple)
        red, _, blue = pixel[:3]
        return "red" if red > 200 > 90 > blue else "blue" if blue > 200 > 90 > red else f"{pixel}"

    shown = opened(content).convert("RGB")
    return name(shown.getpixel((0, 0))), name(shown.getpixel((shown.width - 1, shown.height - 1)))


XMP = f"<x>{CANARY}</x>".encode()
PHOTOS = {
    "jpeg": (saved(drawn(), "JPEG", exif=exif(), quality=95), "image/jpeg"),
    "jpeg with a thumbnail": (with_thumbnail(), "image/jpeg"),
    "jpeg with a comment": (saved(drawn(), "JPEG", comment=RAW, quality=95), "image/jpeg"),
    "jpeg with xmp": (saved(drawn(), "JPEG", xmp=XMP, quality=95), "image/jpeg"),
    "jpeg with a profile": (saved(drawn(), "JPEG", icc_profile=profile(), quality=95), "image/jpeg"),
    "jpeg for print": (saved(drawn("CMYK"), "JPEG", comment=RAW, quality=95), "image/jpeg"),
    "jpeg of two pictures, as phones take them": (
        saved(drawn(), "MPO", exif=exif(), save_all=True, append_images=[drawn()], quality=95),
        "image/jpeg",
    ),
    "jpeg and more behind it": (saved(drawn(), "JPEG", quality=95) + RAW, "image/jpeg"),
    "png with texts": (saved(drawn(), "PNG", pnginfo=texts()), "image/png"),
    "png with exif": (saved(drawn(), "PNG", exif=exif()), "image/png"),
    "png and more behind it": (saved(drawn(), "PNG") + RAW, "image/png"),
    "webp": (saved(drawn(), "WEBP", lossless=True, exif=exif(), xmp=XMP), "image/webp"),
    "webp with a profile": (saved(drawn(), "WEBP", lossless=True, icc_profile=profile()), "image/webp"),
    "tiff": (saved(drawn(), "TIFF", exif=exif()), "image/tiff"),
    "gif": (saved(drawn("P"), "GIF", comment=RAW), "image/gif"),
    "bmp and more behind it": (saved(drawn(), "BMP") + RAW, "image/bmp"),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_what_was_written_beside_a_picture_is_gone_and_the_picture_is_the_same(name: str) -> None:
    content, mime = PHOTOS[name]
    assert RAW in content
    bare = cleaned(content, mime)
    assert RAW not in bare
    shown = opened(bare)
    assert shown.size == (WIDE, HIGH)
    assert not shown.getexif()
    assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}
    assert colours(bare) == ("blue", "red")


def test_words_that_a_png_packs_are_gone_too() -> None:
    packed = PngImagePlugin.PngInfo()
    packed.add_text("Author", CANARY * 9, zip=True)
    packed.add_itxt("Author", CANARY * 9, zip=True)
    content = saved(drawn(), "PNG", pnginfo=packed)
    assert CANARY in str(opened(content).info)
    bare = cleaned(content, "image/png")
    assert not opened(bare).info
    assert all(chunk not in bare for chunk in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP", b"tIME"))


def test_the_place_where_a_photo_was_taken_is_gone() -> None:
    content = saved(drawn(), "JPEG", exif=exif())
    assert opened(content).getexif().get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] == NORTH
    assert not opened(cleaned(content, "image/jpeg")).getexif().get_ifd(IFD.GPSInfo)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_cleaning_writes_nothing_of_it_into_the_log_either(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = saved(drawn(), kind, exif=exif())
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    cleaned(content, f"image/{kind.lower()}")
    assert not caplog.records


UPRIGHT = [
    (1, (WIDE, HIGH), ("blue", "red")),
    (2, (WIDE, HIGH), ("red", "blue")),
    (3, (WIDE, HIGH), ("red", "blue")),
    (4, (WIDE, HIGH), ("blue", "red")),
    (5, (HIGH, WIDE), ("blue", "red")),
    (6, (HIGH, WIDE), ("blue", "red")),
    (7, (HIGH, WIDE), ("red", "blue")),
    (8, (HIGH, WIDE), ("red", "blue")),
    (9, (WIDE, HIGH), ("blue", "red")),
]


@pytest.mark.parametrize(("orientation", "size", "seen"), UPRIGHT)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_that_lay_on_its_side_stands_up(
    kind: str, orientation: int, size: tuple[int, int], seen: tuple[str, str]
) -> None:
    bare = cleaned(saved(drawn(), kind, exif=exif(orientation), quality=95), f"image/{kind.lower()}")
    assert opened(bare).size == size
    assert colours(bare) == seen


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_seen_through_stays_so(kind: str) -> None:
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    bare = opened(cleaned(saved(image, kind, lossless=True), f"image/{kind.lower()}"))
    assert bare.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_a_scan_of_sixteen_bits_keeps_its_greys(kind: str) -> None:
    scan = Image.new("I;16", (4, 4), 0x4000)
    scan.putpixel((0, 0), 0xC000)
    bare = opened(cleaned(saved(scan, kind), f"image/{kind.lower()}")).convert("L")
    assert (bare.getpixel((0, 0)), bare.getpixel((3, 3))) == (0xC0, 0x40)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF"])
def test_of_what_moves_or_has_pages_the_first_image_is_left(kind: str) -> None:
    more = Image.new("RGB", (WIDE, HIGH), "green")
    content = saved(drawn(), kind, save_all=True, append_images=[more], **({"lossless": True}))
    assert getattr(opened(content), "n_frames", 1) == 2
    bare = cleaned(content, f"image/{kind.lower()}")
    assert getattr(opened(bare), "n_frames", 1) == 1
    assert colours(bare) == ("blue", "red")


@pytest.mark.parametrize("mime", ["application/pdf", "audio/mpeg", ""])
def test_what_is_no_picture_stays_as_it_is(mime: str) -> None:
    assert cleaned(b"%PDF-1.4 x", mime) == b"%PDF-1.4 x"


WHOLE = saved(drawn(), "JPEG", exif=exif())


@pytest.mark.parametrize(
    ("content", "mime", "words"),
    [
        (b"\0\0\0\x18ftypheic", "image/heic", "截屏后再传，或勾选「原样交」"),
        (b"<svg onload='x'/>", "image/svg+xml", "截屏后再传，或勾选「原样交」"),
        (b"", "image/jpeg", "打不开：可能传坏了，请截屏后再传"),
        (b"\xff\xd8\xff broken", "image/jpeg", "打不开：可能传坏了，请截屏后再传"),
        (WHOLE[:-200], "image/jpeg", "打不开：可能传坏了，请截屏后再传"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "image/png", "打不开"),
        (saved(drawn(), "BMP"), "image/png", "打不开"),
    ],
)
def test_what_cannot_be_cleaned_is_said_with_the_way_out(content: bytes, mime: str, words: str) -> None:
    with pytest.raises(NotCleaned, match=words):
        cleaned(content, mime)


def test_a_photo_stands_up_though_its_camera_wrote_odd_values() -> None:
    # The make of the device as a number that no whole number can be: Pillow reads it and could not write it.
    odd = saved(drawn(), "JPEG", exif=exif(6), quality=95)
    place = odd.index((Base.Model).to_bytes(2, "big"))
    odd = odd[: place + 2] + (4).to_bytes(2, "big") + odd[place + 4 :]
    assert opened(cleaned(odd, "image/jpeg")).size == (HIGH, WIDE)


@pytest.mark.parametrize(
    ("kind", "size"), [("PNG", (7300, 7200)), ("PNG", (14000, 14000)), ("GIF", (7300, 7200))]
)
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_drawn(
    kind: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bomb = saved(Image.new("1", size), kind)
    assert len(bomb) < 500_000
    monkeypatch.setattr(Image, "new", lambda *_: pytest.fail("drawn"))
    with pytest.raises(NotCleaned, match="尺寸太大：请截屏后再传"):
        cleaned(bomb, f"image/{kind.lower()}")


def test_the_largest_photo_that_phones_take_is_small_enough() -> None:
    assert cleaning.MOST_PIXELS >= 8192 * 6144


BROKEN = {name: PHOTOS[name] for name in ("jpeg", "png with exif", "webp", "tiff", "gif")}


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(BROKEN)),
    st.lists(st.tuples(st.integers(0, 399), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, 400),
)
def test_however_a_picture_was_broken_nothing_else_goes_wrong(
    name: str, changes: list[tuple[int, int]], cut: int
) -> None:
    content, mime = BROKEN[name]
    broken = bytearray(content)
    for place, value in changes:
        broken[place % len(broken)] = value
    try:
        bare = cleaned(bytes(broken[: len(broken) - cut]), mime)
    except NotCleaned:
        return
    assert RAW not in bare
    assert not opened(bare).getexif()
