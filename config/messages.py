"""Compile locale/*/LC_MESSAGES/*.po to .mo with Babel: no gettext program is needed.

Run by path with `python -P`.
"""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Compile every catalogue that is newer than its compiled form."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        try:
            compile_catalogue(source=source, target=target)
        except PoFileError as error:
            print(f"{source.relative_to(ROOT)} is not a valid catalogue: {error}", file=sys.stderr)
            return 1
    return 0


def compile_catalogue(*, source: Path, target: Path) -> None:
    """Write `target` whole or not at all; fuzzy messages are left out.

    :raises PoFileError: the source is malformed.
    """
    locale = source.parent.parent.name
    with source.open("rb") as file:
        catalogue = read_po(file, locale=locale, abort_invalid=True)
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        write_mo(file, catalogue, use_fuzzy=False)
    part.replace(target)


if __name__ == "__main__":
    sys.exit(main())
