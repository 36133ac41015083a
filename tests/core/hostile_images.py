"""Files that people who mean harm upload where an image is asked for, made here byte by byte."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import PIL.Image

PAYLOAD = b"<script>alert(document.domain)</script>"


class Hostile(NamedTuple):
    what: str
    name: str
    data: bytes


def encode(kind: str, size: tuple[int, int] = (40, 20), **more: object) -> bytes:
    into = io.BytesIO()
    PIL.Image.new("RGB", size, (200, 30, 40)).save(into, kind, **more)
    return into.getvalue()


def list_refused() -> Iterator[Hostile]:
    """Yield what must not be kept at all."""
    png, jpeg, gif, webp = (encode(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP"))
    yield Hostile("nothing", "a.png", b"")
    yield Hostile("one byte", "a.png", b"\x89")
    yield Hostile("only a signature", "a.png", png[:8])
    yield Hostile("noise", "a.jpg", bytes(range(256)) * 40)
    yield Hostile("more than 10 MB", "a.png", png + b"\0" * (10 * 1024 * 1024))
    yield from _other_kinds(png)
    for ending, data in {"png": png, "jpg": jpeg, "gif": gif, "webp": webp}.items():
        yield Hostile(f"half of a {ending}", f"a.{ending}", data[: len(data) // 2])
        yield Hostile(f"{ending} named otherwise", f"a.{'gif' if ending != 'gif' else 'png'}", data)
    yield Hostile("png named as a page", "a.html", png)
    yield Hostile("png named as a program", "a.png.php", png)
    yield Hostile("png named by its ending alone", ".png", png)
    yield Hostile("png without an ending", "image", png)
    yield from _bombs(png)
    yield Hostile("png whose data is noise", "a.png", _png(40, 20, b"\1\2\3" * 99))
    yield Hostile("png without data", "a.png", _png(40, 20, b""))
    yield Hostile("png of no width", "a.png", _png(0, 20, zlib.compress(b"\0" * 20)))
    yield Hostile("png with a wrong checksum", "a.png", png[:29] + b"\0\0\0\0" + png[33:])
    yield Hostile("webp that says its length wrong", "a.webp", webp[:4] + b"\xff" * 4 + webp[8:20])


def list_cleaned() -> Iterator[Hostile]:
    """Yield images that also carry something else: kept without it."""
    png, jpeg, gif, webp = (encode(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP"))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("page.html", PAYLOAD)
    for ending, data in {"png": png, "jpg": jpeg, "gif": gif, "webp": webp}.items():
        yield Hostile(f"{ending} with a page behind it", f"a.{ending}", data + PAYLOAD)
    yield Hostile("gif that is a script", "a.gif", b"GIF89a/*" + gif[8:] + b"*/=1;" + PAYLOAD)
    yield Hostile("jpeg with an archive behind it", "a.jpg", jpeg + archive.getvalue())
    yield Hostile("png with a text chunk", "a.png", _with_chunk(png, b"tEXt", b"Title\0" + PAYLOAD))
    yield Hostile(
        "png with packed text",
        "a.png",
        _with_chunk(png, b"zTXt", b"Title\0\0" + zlib.compress(PAYLOAD)),
    )
    yield Hostile("png with a chunk of its own", "a.png", _with_chunk(png, b"evIl", PAYLOAD))
    yield Hostile(
        "png with a false profile",
        "a.png",
        _with_chunk(png, b"iCCP", b"x\0\0" + zlib.compress(PAYLOAD)),
    )
    yield Hostile("jpeg with a comment", "a.jpg", encode("JPEG", comment=PAYLOAD))
    yield Hostile("jpeg with EXIF", "a.jpg", encode("JPEG", exif=_exif()))
    yield Hostile("gif with a comment", "a.gif", encode("GIF", comment=PAYLOAD))
    yield Hostile("webp with XMP", "a.webp", encode("WEBP", xmp=PAYLOAD))
    for kind in ("GIF", "PNG", "WEBP"):
        yield Hostile(f"a moving {kind}", f"a.{kind.lower()}", _moving(kind))
    yield Hostile("a path as its name", "../../etc/passwd.png", png)
    yield Hostile("a path of another system", "..\\..\\windows\\x.png", png)
    yield Hostile("a name with a line", "a\r\nX-Evil: 1.png", png)
    yield Hostile("a name that is a page", '"><script>.png', png)


def _other_kinds(png: bytes) -> Iterator[Hostile]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("a.png", png)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    yield Hostile("svg", "a.svg", svg)
    yield Hostile("svg named as png", "a.png", svg)
    yield Hostile("packed svg", "a.png", gzip.compress(svg))
    yield Hostile("a page", "a.png", b"<!doctype html>" + PAYLOAD)
    yield Hostile("a page before a png", "a.png", PAYLOAD + png)
    yield Hostile("an archive", "a.png", archive.getvalue())
    yield Hostile("pdf", "a.png", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
    yield Hostile("postscript", "a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    yield Hostile("a program", "a.gif", b"\x7fELF" + b"\0" * 60)
    for kind in ("TIFF", "BMP", "ICO", "PPM", "TGA"):
        yield Hostile(f"{kind} named as png", "a.png", encode(kind))


def _bombs(png: bytes) -> Iterator[Hostile]:
    row = zlib.compress(b"\0" * 100_000)
    yield Hostile("png of 100 gigapixels", "a.png", _png(2**18, 2**18 + 99, row))
    yield Hostile("png of 41 megapixels", "a.png", _png(8200, 5000, row))
    yield Hostile("png that is one line of 50 million", "a.png", _png(50_000_000, 1, row))
    yield Hostile("gif of 4 gigapixels", "a.gif", b"GIF89a" + b"\xff" * 4 + b"\0\0\0;")
    packed = zlib.compress(b"x" * 80 * 1024 * 1024, 9)
    yield Hostile(
        "png with text that unpacks", "a.png", _with_chunk(png, b"zTXt", b"t\0\0" + packed)
    )


def _moving(kind: str) -> bytes:
    """Make a picture of a hundred pictures."""
    frames = [PIL.Image.new("RGB", (40, 20), (shade, 30, 40)) for shade in range(100)]
    into = io.BytesIO()
    frames[0].save(into, kind, save_all=True, append_images=frames[1:], duration=10)
    return into.getvalue()


def _png(width: int, height: int, data: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _with_chunk(png: bytes, name: bytes, data: bytes) -> bytes:
    return png[:33] + _chunk(name, data) + png[33:]


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def _exif() -> PIL.Image.Exif:
    exif = PIL.Image.Exif()
    exif[0x010E] = PAYLOAD.decode()  # description
    exif[0x0112] = 6  # orientation: to be turned right
    return exif
