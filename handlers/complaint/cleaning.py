"""Pictures without what the camera wrote beside them: place, time, device, name of the owner."""

from __future__ import annotations

import logging
import struct
import warnings
from collections.abc import Mapping
from io import BytesIO
from threading import Lock

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import Base

# At DEBUG Pillow would log every value that a camera wrote: what is taken out would stand in the log.
logging.getLogger("PIL").setLevel(logging.WARNING)

QUALITY = 90

MOST_PIXELS = 52_000_000
"""What a phone of 50 megapixels takes. Drawing one takes about 400 MB of memory."""

_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "PNG",
    "image/bmp": "PNG",
    "image/tiff": "PNG",
}
"""What a picture is written as: whatever moves or has pages keeps its first image alone."""

_TURNED: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to stand a picture up, by the orientation in its EXIF."""

_ONE_AT_A_TIME = Lock()
"""For the memory that one takes, and because Python's warnings are silenced for all threads at once."""


class NotCleaned(Exception):
    """A picture from which nothing can be taken out: a Chinese clause that goes on after the file's name."""


def cleaned(content: bytes, mime: str) -> bytes:
    """Return a picture again, drawn anew the right way up and without any metadata; what is no picture as it
    is. Of an animation the first image is left. Raises NotCleaned."""
    if not mime.startswith("image/"):
        return content
    if mime not in _FORMATS:
        raise NotCleaned("里的拍摄信息去不掉：请截屏后再传，或勾选「原样交」")
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _drawn_anew(content, mime)
    except Image.DecompressionBombError:
        raise NotCleaned(_TOO_LARGE) from None
    except (UnidentifiedImageError, OSError, ValueError, TypeError, SyntaxError, EOFError, struct.error):
        raise NotCleaned("打不开：可能传坏了，请截屏后再传") from None


_TOO_LARGE = "尺寸太大：请截屏后再传"


def _drawn_anew(content: bytes, mime: str) -> bytes:
    kind = _FORMATS[mime]
    # Pillow's other readers are never asked.
    with Image.open(BytesIO(content), formats=[mime.removeprefix("image/").upper()]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise NotCleaned(_TOO_LARGE)
        # A TIFF stands up by itself when it is loaded, and says so.
        picture.load()
        turned = _TURNED.get(picture.getexif().get(Base.Orientation, 1))
        wanted = "RGB" if kind == "JPEG" or not _see_through(picture) else "RGBA"
        # Only the pixels go over: whatever else Pillow read stays with the old image.
        bare = Image.new(wanted, picture.size)
        shown = _in_bytes(picture)
        bare.paste(shown if shown.mode == wanted else shown.convert(wanted))
    if turned is not None:
        bare = bare.transpose(turned)
    out = BytesIO()
    bare.save(out, kind, **({"quality": QUALITY} if kind != "PNG" else {}))
    return out.getvalue()


def _in_bytes(picture: Image.Image) -> Image.Image:
    """Return a scan of 16 bits in 8: Pillow by itself would make every grey of it white."""
    if not picture.mode.startswith("I;16"):
        return picture
    return picture.convert("I").point(lambda each: each / 256).convert("L")


def _see_through(picture: Image.Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
