"""Collect every translatable string into locale/*/LC_MESSAGES/django.po, then compile.

Reads Python with Babel and templates with Django's own templatize, so no gettext program is
needed. Translations that exist are kept, strings that are gone are dropped, and the files are
sorted without places in the source: a change of text is the only thing that changes them.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config import messages
from config.foreign import FOREIGN, FOREIGN_PLURAL

ROOT = messages.ROOT
APPS = ("config", "core", "ledger", "brands", "affiliates", "tracking", "payouts", "portal")
PLURAL_FORMS = {"fa": "nplurals=2; plural=(n > 1);", "th": "nplurals=1; plural=0;"}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A string to translate; `plural` and `context` are empty where there is none."""

    singular: str
    plural: str = ""
    context: str = ""
    comments: tuple[str, ...] = field(default=(), compare=False)


def main() -> int:
    """Write the catalogue of every language, compile, and say how much is left to do."""
    found = sorted(collect(ROOT))
    for language in PLURAL_FORMS:
        path = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
        missing = write_catalogue(path=path, language=language, found=found)
        print(f"{path.relative_to(ROOT)}: {len(found)} strings, {missing} not translated")  # noqa: T201
    return messages.main()


def collect(root: Path) -> set[Message]:
    """Return every message of the program's Python and templates."""
    found = {Message(text) for text in FOREIGN}
    found |= {Message(one, many) for one, many in FOREIGN_PLURAL}
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            found.update(_read_python(path.read_bytes()))
    folders = ("templates", "tracking/integrations")  # an adapter's guidance stands beside it
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*")):
        if path.suffix in {".html", ".txt"}:
            found.update(_read_python(_templatized(path)))
    return found


def write_catalogue(*, path: Path, language: str, found: list[Message]) -> int:
    """Write one language's catalogue, keeping translations; return how many are missing."""
    known = read_catalogue(path=path, language=language)
    fresh = read_po(BytesIO(_header(language).encode()), locale=language)
    missing = 0
    for message in found:
        ids = (message.singular, message.plural) if message.plural else message.singular
        context = message.context or None
        old = known.get(message.singular, context)
        string = (
            old.string
            if old is not None and isinstance(old.id, tuple) == bool(message.plural)
            else ""
        )
        added = fresh.add(ids, string, context=context, auto_comments=message.comments)
        missing += not is_translated(added.string)
    path.parent.mkdir(parents=True, exist_ok=True)
    body = BytesIO()
    write_po(body, fresh, width=0, no_location=True, omit_header=True, ignore_obsolete=True)
    path.write_text(f"{_header(language)}\n{body.getvalue().decode()}", encoding="utf-8")
    return missing


def read_catalogue(*, path: Path, language: str) -> Catalog:
    """Return the catalogue of a language, empty where there is no file yet."""
    source = path.read_bytes() if path.exists() else _header(language).encode()
    return read_po(BytesIO(source), locale=language, abort_invalid=True)


def is_translated(string: str | list[str] | tuple[str, ...] | None) -> bool:
    """Return whether a translation, or each of its plural forms, is filled in."""
    forms = [string] if isinstance(string, str) else list(string or [])
    return bool(forms) and all(forms)


def _read_python(source: bytes) -> Iterator[Message]:
    options = {"encoding": "utf-8"}
    for _, found, comments, context in extract(
        "python", BytesIO(source), KEYWORDS, ("Translators:",), options
    ):
        singular, plural = found if isinstance(found, tuple) else (found, "")
        if singular:
            yield Message(singular, plural or "", context or "", tuple(comments))


def _templatized(path: Path) -> bytes:
    """Return a template as Python calls; indentation, which means nothing there, is taken off."""
    lines = templatize(path.read_text(encoding="utf-8")).splitlines()
    return "\n".join(line.lstrip() for line in lines).encode()


def _header(language: str) -> str:
    return (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURAL_FORMS[language]}\\n"\n'
    )


if __name__ == "__main__":
    sys.exit(main())
