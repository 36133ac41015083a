"""QR codes of links, made here: no shopper's scan tells a third party."""

from io import BytesIO

import segno

BORDER = 4  # quiet zone of ISO/IEC 18004


def make_qr_svg(url: str) -> bytes:
    """Return the address as an SVG document that scales to any size."""
    out = BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=BORDER, scale=8)
    return out.getvalue()


def make_qr_png(url: str, *, scale: int = 12) -> bytes:
    """Return the address as a PNG, `scale` pixels a module."""
    out = BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="png", border=BORDER, scale=scale)
    return out.getvalue()
