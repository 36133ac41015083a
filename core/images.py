"""Uploaded images: read under limits, drawn anew without anything beside the picture, kept.

No byte of an upload is stored or shown: what a file says of itself, what hides behind its end, and
where it was taken are gone once its pixels are written again.
"""

import hashlib
import io
import struct
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import PIL.Image
import PIL.ImageOps
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import Image, ImageBytes

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
SMALL_SIDE = 480
ACCEPT = "image/png,image/jpeg,image/webp,image/gif"
ENDINGS = {
    "png": "PNG",
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "webp": "WEBP",
    "gif": "GIF",
}
# How each is written again. Of a moving GIF the first picture is kept.
WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    "PNG": ("image/png", {"format": "PNG"}),
    "GIF": ("image/png", {"format": "PNG"}),
    "JPEG": ("image/jpeg", {"format": "JPEG", "quality": 90}),
    "WEBP": ("image/webp", {"format": "WEBP", "quality": 90}),
}
SMALL_TYPE = "image/webp"
LETTER_TYPE = "image/png"
LETTER_SIZE = (480, 80)
REFUSALS: dict[str, str | Promise] = {
    "empty": _("This file is empty. Choose another one."),
    "bytes": _("This file is larger than 10 MB. Save it smaller and upload it again."),
    "pixels": _("This image has more than 40 million pixels. Save it smaller and upload it again."),
    "kind": _("This is no image that can be used here. Save it as PNG, JPEG, WebP or GIF."),
    "ending": _(
        "The name of this file ends otherwise than its content. Save it anew as PNG, JPEG, WebP or "
        "GIF."
    ),
    "broken": _("This image is damaged or incomplete. Save it anew and upload it again."),
}

# What Pillow's readers raise over bytes that lie about themselves.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    OverflowError,
    NotImplementedError,
    MemoryError,
    struct.error,
)


class ImageRefused(ValueError):
    """The upload is not kept; `code` is a key of REFUSALS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Picture:
    """An image drawn anew: its bytes, and a small one to look at."""

    content_type: str
    width: int
    height: int
    full: bytes
    small: bytes


class PictureField(forms.FileField):
    """A file that must be an image; its clean value is the Picture, or None where it may lack."""

    widget = forms.FileInput(attrs={"accept": ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not isinstance(upload, UploadedFile):
            return None
        try:
            return read_picture(upload)
        except ImageRefused as error:
            raise forms.ValidationError(str(REFUSALS[error.code]), code=error.code) from None


def read_picture(upload: "UploadedFile[Any]") -> Picture:
    """Draw an upload anew.

    :raises ImageRefused: too large, no image of these kinds, damaged, or named as another kind.
    """
    if not upload.size:
        raise ImageRefused("empty")
    if upload.size > MAX_BYTES:
        raise ImageRefused("bytes")
    name, _dot, ending = (upload.name or "").rpartition(".")
    kind = ENDINGS.get(ending.lower(), "") if name else ""
    return _draw_anew(upload.read(MAX_BYTES + 1), kind)


@transaction.atomic
def save_picture(*, brand_id: int, picture: Picture, now: datetime) -> Image:
    """Keep a picture of a brand; the same one again is the row that is there."""
    image, is_new = Image.objects.get_or_create(
        brand_id=brand_id,
        sha256=hashlib.sha256(picture.full).hexdigest(),
        defaults={
            "content_type": picture.content_type,
            "width": picture.width,
            "height": picture.height,
            "size_bytes": len(picture.full),
            "created_at": now,
        },
    )
    if is_new:
        ImageBytes.objects.create(image=image, full=picture.full, small=picture.small)
    return image


def draw_for_letter(small: bytes) -> bytes:
    """Return a small picture as mail programs show it: they know PNG, and their ground may be dark.

    It is twice the size it is shown in, for fine screens.
    """
    with PIL.Image.open(io.BytesIO(small)) as opened:
        clear = opened.convert("RGBA")
    clear.thumbnail(LETTER_SIZE)
    paper = PIL.Image.new("RGB", clear.size, "white")
    paper.paste(clear, mask=clear)
    return _write(paper, {"format": "PNG"})


def _draw_anew(data: bytes, kind: str) -> Picture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            return _redraw(data, kind)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning):
        raise ImageRefused("pixels") from None
    except PIL.UnidentifiedImageError:
        raise ImageRefused("kind") from None
    except ImageRefused:
        raise
    except _BROKEN:
        raise ImageRefused("broken") from None


def _redraw(data: bytes, kind: str) -> Picture:
    with PIL.Image.open(io.BytesIO(data), formats=tuple(WRITTEN)) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise ImageRefused("pixels")
        found = "JPEG" if opened.format == "MPO" else opened.format  # a phone's, with a second one
        if found != kind:
            raise ImageRefused("ending")
        content_type, how = WRITTEN[kind]
        opened.load()
        pixels = _take_pixels(PIL.ImageOps.exif_transpose(opened), content_type)
    full = _write(pixels, how)
    if len(full) > MAX_BYTES:
        raise ImageRefused("bytes")
    small = pixels.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return Picture(
        content_type=content_type,
        width=pixels.width,
        height=pixels.height,
        full=full,
        small=_write(small, {"format": "WEBP", "quality": 80}),
    )


def _take_pixels(image: PIL.Image.Image, content_type: str) -> PIL.Image.Image:
    """Return the picture in a plain mode; what else the file said is left behind."""
    is_clear = image.has_transparency_data and content_type != "image/jpeg"
    plain = image.convert("RGBA" if is_clear else "RGB")
    plain.info = {}
    return plain


def _write(image: PIL.Image.Image, how: dict[str, Any]) -> bytes:
    into = io.BytesIO()
    image.save(into, **how)
    return into.getvalue()
