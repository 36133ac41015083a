"""The demo's logo, drawn: a pine beside the sun."""

import io

import PIL.Image
import PIL.ImageDraw
from django.core.files.uploadedfile import SimpleUploadedFile

from core.images import Picture, read_picture

SIDE = 480


def draw_logo() -> Picture:
    """Return the logo of Saffron & Pine."""
    image = PIL.Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    draw = PIL.ImageDraw.Draw(image)
    draw.ellipse((150, 60, 450, 360), fill="#e0a025")
    for top, half in ((60, 80), (150, 115), (250, 150)):
        draw.polygon(((180, top), (180 - half, top + 130), (180 + half, top + 130)), fill="#1d5c43")
    draw.rectangle((160, 380, 200, 450), fill="#5a3d24")
    into = io.BytesIO()
    image.save(into, "PNG")
    return read_picture(SimpleUploadedFile("logo.png", into.getvalue()))
