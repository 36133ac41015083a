"""From words and values to a letter: text, and HTML that says exactly the same.

Filling is plain replacement of `{name}`, once: no template language, and a value is never read for
placeholders again.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language_info, override

from core import formats
from core.money import Money
from core.notices import Value

MAX_SUBJECT = 200

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_BRACES = re.compile(r"\{[^{}\n]*\}|[{}]")
_URL = re.compile(r"https?://[^\s<>\"'\u2066-\u2069]*[^\s<>\"'\u2066-\u2069.,;:!?()\[\]{}»”。]")
_BUTTON = re.compile(r"([^\n]{1,60}): (https?://\S+)")
_CODE = re.compile(r"[A-Z0-9]{3,12}(-[A-Z0-9]{2,12})*")
_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Footer:
    """What stands around a letter: who sends it, where it is stopped, and the brand's logo."""

    sender: str
    stop_url: str = ""
    brand: str = ""
    logo_url: str = ""


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Lines of parts, each part a text and whether it is an address; a button has its own.

    In a table each line is a row and each part a cell.
    """

    shape: str
    lines: Sequence[Sequence[tuple[str, bool]]]
    url: str = ""


def list_unknown(template: str, known: Collection[str]) -> list[str]:
    """Return what stands in braces and is no placeholder, a lone brace too."""
    found = _BRACES.findall(template)
    return sorted({one for one in found if one[1:-1] not in known or len(one) == 1})


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace each `{name}`; a line with a placeholder that has no value is left out."""
    lines = [
        _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), line)
        for line in template.splitlines()
        if not any(values.get(name) == "" for name in _PLACEHOLDER.findall(line))
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def to_header(text: str, *, limit: int = MAX_SUBJECT) -> str:
    """Return text as one line without control characters, fit for a header."""
    return " ".join(_CONTROLS.sub(" ", without_isolates(text)).split())[:limit]


def without_isolates(text: str) -> str:
    """Return text without the marks of direction, for where they only disturb."""
    return text.translate(_ISOLATES)


def direction_of(language: str) -> str:
    """Return in which direction a language is written."""
    return "rtl" if get_language_info(language)["bidi"] else "ltr"


def in_words(value: Value, *, language: str, zone: ZoneInfo) -> str:
    """Format a value for a reader. Isolates only where they help: in right-to-left letters."""
    text = _format(value, language=language, zone=zone)
    if not get_language_info(language)["bidi"]:
        return without_isolates(text)
    is_bare = _URL.fullmatch(text) or text[:1] in "\u2066\u2068" or "\n" in text
    return text if is_bare else formats.isolate(text)


def to_text(text: str, footer: Footer, *, language: str) -> str:
    """Return the text part: the letter and its footer. The cells of a table stand apart."""
    spaced = text.strip().replace("\t", "  ")
    return render_to_string(
        "core/email/notice.txt", {"text": spaced, "footer": footer, "language": language}
    )


def to_html(subject: str, text: str, footer: Footer, *, language: str) -> str:
    """Return the HTML part: the same words, escaped, in one quiet layout."""
    paragraphs = [_to_paragraph(part) for part in re.split(r"\n\s*\n", text.strip())]
    context = {
        "subject": subject,
        "paragraphs": paragraphs,
        "footer": footer,
        "language": language,
        "direction": direction_of(language),
    }
    with override(language):
        return render_to_string("core/email/notice.html", context)


def _format(value: Value, *, language: str, zone: ZoneInfo) -> str:
    if isinstance(value, Money):
        return formats.money_text(value, language=language)
    if isinstance(value, datetime):
        day = formats.day_text(formats.local_day(value, zone=zone), language=language)
        return f"{day} {formats.clock_text(value, language=language, zone=zone)}"
    if isinstance(value, date):
        return formats.day_text(value, language=language)
    if isinstance(value, int):
        return formats.number_text(value, language=language)
    return _CONTROLS.sub(" ", str(value).replace("\r\n", "\n"))


def _to_paragraph(text: str) -> _Paragraph:
    text = text.strip()
    button = _BUTTON.fullmatch(text)
    if button and button[2].startswith(f"{settings.SITE_URL}/"):
        return _Paragraph("button", [[(button[1], False)]], button[2])
    if all("\t" in line for line in text.splitlines()):
        return _Paragraph(
            "table", [[(cell, False) for cell in line.split("\t")] for line in text.splitlines()]
        )
    shape = "code" if _CODE.fullmatch(text) else "text"
    return _Paragraph(shape, [list(_split_at_links(line)) for line in text.splitlines()])


def _split_at_links(line: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a line, each with whether it is an address to follow."""
    end = 0
    for found in _URL.finditer(line):
        yield line[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield line[end:], False
