"""Put a stored reason into words: a code and its raw parameters become one whole sentence.

A catalogue holds, for each code, one wording for the creator and one for the brand. A wording is
one template, or several from the most to the least detailed: the first whose placeholders are all
known is used, so that a parameter an older row lacks never breaks a page. Each placeholder has one
kind, which says how its raw value is formatted. The language is the active one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from string import Formatter
from types import MappingProxyType
from typing import Any, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from core import formats
from core.money import Money, UnknownCurrency

Audience: TypeAlias = Literal["creator", "brand"]
AUDIENCES: tuple[Audience, ...] = ("creator", "brand")
Kind: TypeAlias = Literal[
    "day",
    "moment",
    "money",
    "change",
    "number",
    "count",
    "text",
    "creator",
    "member",
    "word",
    "words",
]
Params: TypeAlias = Mapping[str, Any]
Names: TypeAlias = Mapping[str, Mapping[str, str]]
Words: TypeAlias = Mapping[str, Mapping[str, str | Promise]]

_NAMES_BY_KIND: Mapping[Kind, str] = {
    "day": (
        "date due_date event_date expected_date joined latest_date order_date paid_date"
        " release_date run_date until window_end"
    ),
    "moment": "time",
    "money": "amount cap left minimum missing refunded",
    "change": "change",
    "number": "done missing_count payment position seconds target version",
    "count": "count days differences limit minutes",
    "text": (
        "account agent bonus brand check code country currency deliverable dispute domain field"
        " group line order program reason reference refund rule service slug store threshold token"
        " typed"
    ),
    "creator": "creator other",
    "member": "member",
    "word": "cause event fix policy rail signal status what",
    "words": "domains needs shared",
}
KINDS: Mapping[str, Kind] = MappingProxyType(
    {name: kind for kind, names in _NAMES_BY_KIND.items() for name in names.split()}
)
"""How the value of each placeholder is formatted; one name means the same in every app."""

ONLY_FOR_BRANDS = frozenset({"other", "member"})
"""Placeholders whose value a creator never sees, whatever a template says."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Plural:
    """A template that depends on the count that one of its placeholders holds."""

    singular: str
    plural: str
    count: str


def ngettext_lazy(singular: str, plural: str, count: str) -> Plural:
    """Return a plural template that is translated when it is filled.

    Named as Django's function, so that the extraction of messages finds both forms; Django's own
    cannot tell which placeholders it has.
    """
    return Plural(singular, plural, count)


Template: TypeAlias = str | Promise | Plural
Wording: TypeAlias = Template | tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """How one code reads. `brand` None: the brand reads what the creator reads.

    `by` names a parameter; where its value is a key of `cases`, that message is used instead.
    """

    creator: Wording
    brand: Wording | None = None
    by: str = ""
    cases: "Mapping[str, Message]" = field(default_factory=dict)

    def templates(self, audience: Audience) -> tuple[Template, ...]:
        """Return the templates for a reader, the most detailed first."""
        wording = self.creator if audience == "creator" or self.brand is None else self.brand
        return wording if isinstance(wording, tuple) else (wording,)


@dataclass(frozen=True, slots=True)
class Step:
    """The page where a reader acts on a reason: a URL name for each audience."""

    creator: str | None
    brand: str | None

    def of(self, audience: Audience) -> str | None:
        return self.creator if audience == "creator" else self.brand


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a reason is put into words.

    `names`: under "creator" and "member" the name by id, loaded by the caller. `known`: texts for
    placeholders that the page knows and the parameters lack, such as "brand".
    """

    audience: Audience
    zone: ZoneInfo
    names: Names = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The messages of an app. A code is never renamed; a retired one stays.

    `words`: placeholder to the nouns of its values. `steps`: code, or the family before its dot, to
    the page where the reader acts.
    """

    messages: Mapping[str, Message]
    words: Words
    steps: Mapping[str, Step]

    def explain(self, *, code: str, params: Params, reader: Reader) -> str:
        """Return the sentence of a reason, as plain text with bidi isolates round every value.

        Never fails on stored data: what is missing takes a less detailed wording or a dash, and a
        code that this version does not know is named.
        """
        message = self.find(code=code, params=params)
        if message is None:
            unknown = _("The reason “{code}” has no text in this version.")
            return unknown.format(code=formats.isolate(code))
        values = _format_values(params, self.words, reader)
        templates = message.templates(reader.audience)
        fitting = (one for one in templates if placeholders_of(one) <= values.keys())
        return _fill(next(fitting, templates[-1]), values)

    def step(self, *, code: str, audience: Audience) -> str | None:
        """Return the URL name of the page where a reader acts on a reason, or None."""
        step = self.steps.get(code) or self.steps.get(code.partition(".")[0])
        return step.of(audience) if step else None

    def find(self, *, code: str, params: Params) -> Message | None:
        """Return the message of a code, or of the case its parameters name."""
        message = self.messages.get(code)
        if message is None or not message.by:
            return message
        return message.cases.get(str(params.get(message.by)), message)

    def list_messages(self) -> Iterator[tuple[str, Message]]:
        """Yield every message with its code, the cases too, as `code[case]`."""
        for code, message in self.messages.items():
            yield code, message
            yield from ((f"{code}[{case}]", other) for case, other in message.cases.items())


class Counted(int):
    """A count that chooses the plural form and is shown as already formatted text."""

    text: str

    def __new__(cls, value: int, text: str) -> Self:
        self = super().__new__(cls, value)
        self.text = text
        return self

    def __format__(self, spec: str) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a formatter may look at beside the value."""

    placeholder: str
    language: str
    currency: str
    words: Words
    reader: Reader


def placeholders_of(template: Template) -> frozenset[str]:
    """Return the names a template needs; of a plural, those of both forms."""
    texts = [template.singular, template.plural] if isinstance(template, Plural) else [template]
    return frozenset(
        name for text in texts for _literal, name, _spec, _conversion in _parse(text) if name
    )


def current_language() -> str:
    """Return the active language as formats names it; English where there is no other."""
    short = (get_language() or "en").split("-")[0]
    return short if short in formats.LANGUAGES else "en"


def say_duration(value: timedelta | None) -> str:
    """Say how long something took, in its largest whole unit."""
    if value is None:
        return formats.UNKNOWN
    count, unit = formats.duration_parts(value)
    said = {
        "day": ngettext("%(count)s day", "%(count)s days", count),
        "hour": ngettext("%(count)s hour", "%(count)s hours", count),
        "minute": ngettext("%(count)s minute", "%(count)s minutes", count),
    }.get(unit, _("less than a minute"))
    return said % {"count": formats.digits_text(str(count), language=current_language())}


def _parse(text: str | Promise) -> Iterable[tuple[str, str | None, str | None, str | None]]:
    return Formatter().parse(str(text))


def _fill(template: Template, values: Mapping[str, str | Counted]) -> str:
    complete = dict.fromkeys(placeholders_of(template), formats.UNKNOWN) | dict(values)
    if not isinstance(template, Plural):
        return str(template).format(**complete)
    count = values.get(template.count)
    number = int(count) if isinstance(count, Counted) else 2
    return ngettext(template.singular, template.plural, number).format(**complete)


def _format_values(params: Params, words: Words, reader: Reader) -> dict[str, str | Counted]:
    language, currency = current_language(), str(params.get("currency") or "")
    values: dict[str, str | Counted] = {
        name: formats.isolate(text) for name, text in reader.known.items() if text
    }
    for name, value in params.items():
        kind = KINDS.get(name)
        if kind is None or value is None or value == "":
            continue
        scope = _Scope(name, language, currency, words, reader)
        formatted = _FORMATTERS[kind](value, scope)
        if formatted is not None:
            values[name] = formatted
    if reader.audience == "creator":
        values = {name: text for name, text in values.items() if name not in ONLY_FOR_BRANDS}
    return values


def _day(value: object, scope: _Scope) -> str | None:
    at = _read_time(value)
    if at is None:
        return None
    local = formats.local_day(at, zone=scope.reader.zone)
    return formats.isolate(formats.day_text(local, language=scope.language))


def _moment(value: object, scope: _Scope) -> str | None:
    at = _read_time(value)
    if not isinstance(at, datetime):
        return _day(value, scope)
    zone, language = scope.reader.zone, scope.language
    text = pgettext("day, hour", "%(day)s, %(hour)s") % {
        "day": formats.day_text(formats.local_day(at, zone=zone), language=language),
        "hour": formats.clock_text(at, language=language, zone=zone),
    }
    return formats.isolate(text)


def _read_time(value: object) -> date | None:
    """Read ISO 8601 text: a moment with its zone, or a plain day."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else None
    return value if isinstance(value, date) else None


def _money(value: object, scope: _Scope) -> str | None:
    money = _read_money(value, scope)
    return None if money is None else formats.money_text(money, language=scope.language)


def _change(value: object, scope: _Scope) -> str | None:
    money = _read_money(value, scope)
    return None if money is None else formats.change_text(money, language=scope.language)


def _read_money(value: object, scope: _Scope) -> Money | None:
    if type(value) is not int:
        return None
    try:
        return Money(value, scope.currency)
    except UnknownCurrency:
        return None


def _number(value: object, scope: _Scope) -> str | None:
    if type(value) is not int:
        return None
    return formats.number_text(value, language=scope.language)


def _count(value: object, scope: _Scope) -> Counted | None:
    text = _number(value, scope)
    return None if text is None or type(value) is not int else Counted(value, text)


def _text(value: object, _scope: _Scope) -> str:
    return formats.isolate(str(value))


def _creator(value: object, scope: _Scope) -> str | None:
    return _name(scope.reader.names.get("creator", _NOTHING).get(str(value)))


def _member(value: object, scope: _Scope) -> str | None:
    return _name(scope.reader.names.get("member", _NOTHING).get(str(value)))


def _name(name: str | None) -> str | None:
    return formats.isolate(name) if name else None


def _word(value: object, scope: _Scope) -> str | None:
    word = scope.words.get(scope.placeholder, _NOTHING).get(str(value))
    return None if word is None else str(word)


def _words(value: object, scope: _Scope) -> str | None:
    """Name each of a list; what has no word here is shown as the code it is."""
    items = value if isinstance(value, list | tuple) else [value]
    named = [_word(item, scope) or formats.isolate(str(item)) for item in items]
    return pgettext("between the items of a list", ", ").join(dict.fromkeys(named)) or None


_FORMATTERS: Mapping[Kind, Callable[[object, _Scope], str | Counted | None]] = MappingProxyType(
    {
        "day": _day,
        "moment": _moment,
        "money": _money,
        "change": _change,
        "number": _number,
        "count": _count,
        "text": _text,
        "creator": _creator,
        "member": _member,
        "word": _word,
        "words": _words,
    }
)
