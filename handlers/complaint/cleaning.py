"""Pictures without what the camera wrote beside them: place, time, device, name of the owner."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

QUALITY = 90

_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "PNG",
    "image/bmp": "PNG",
    "image/tiff": "PNG",
}
"""What a picture is written as: whatever moves or has pages keeps its first image alone."""


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
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn_anew(content, _FORMATS[mime])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise NotCleaned("尺寸太大：请截屏后再传") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise NotCleaned("打不开：可能传坏了，请截屏后再传") from None


def _drawn_anew(content: bytes, kind: str) -> bytes:
    with Image.open(BytesIO(content)) as picture:
        upright = ImageOps.exif_transpose(picture)
        wanted = "RGB" if kind == "JPEG" or not _see_through(upright) else "RGBA"
        # Only the pixels go over: whatever else Pillow read stays with the old image.
        bare = Image.new(wanted, upright.size)
        bare.paste(upright.convert(wanted))
    out = BytesIO()
    bare.save(out, kind, **({"quality": QUALITY} if kind != "PNG" else {}))
    return out.getvalue()


def _see_through(picture: Image.Image) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info
