"""The audit log in words: who did what to what, from what to what, why and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from affiliates.models import Enrollment
from brands.selectors import list_programs
from brands.selectors_kinds import name_kinds
from core import formats
from core.asked import Asked, read_day, read_text
from core.models import AuditEvent, Brand, User
from core.money import EXPONENTS, Money
from core.periods import end_of_day, start_of_day
from core.wording import current_language
from portal.audit_labels import DAYS, LABELS, MOMENTS, VALUES
from portal.audit_targets import Target, find_targets, name_people
from portal.audit_words import AREAS, SENTENCES, UNKNOWN

FILTERS = ("who", "area", "target", "from", "to")
ITSELF, OTHERS = "itself", "others"
HIDDEN = frozenset({"user", "hash"})
PROGRAM_NAME = "Fairshare"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact; `before` is empty where it had none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    event: AuditEvent
    at: datetime
    who: str
    sentence: str
    url: str
    changes: list[Change]
    reason: str


def pick_events(brand: Brand, asked: Asked) -> QuerySet[AuditEvent]:
    """Return what was recorded in a brand, newest first, narrowed by the filters of the page."""
    rows = AuditEvent.objects.filter(brand=brand).select_related("actor").order_by("-pk")
    zone = ZoneInfo(brand.time_zone)
    rows = _by_person(rows, read_text(asked, "who"), brand)
    if area := AREAS.get(asked.get("area", "")):
        begins = Q()
        for prefix in area[1]:
            begins |= Q(action__startswith=f"{prefix}.")
        rows = rows.filter(begins)
    if target := read_text(asked, "target"):
        rows = rows.filter(target_id=target)
    if since := read_day(asked, "from"):
        rows = rows.filter(at__gte=start_of_day(since, zone))
    if until := read_day(asked, "to"):
        rows = rows.filter(at__lt=end_of_day(until, zone))
    return rows


def describe_events(events: Iterable[AuditEvent], brand: Brand) -> list[AuditLine]:
    """Put recorded changes into words, in the order given."""
    rows = list(events)
    names = _Names(
        brand,
        find_targets(rows, brand),
        name_people(rows),
        _name_places(rows, brand),
        _name_kinds(rows, brand),
        _name_programs(rows, brand),
    )
    return [_describe(event, names) for event in rows]


def describe_own(event: AuditEvent, user: User) -> str:
    """Put what was done to somebody's account into words for himself."""
    template = str(SENTENCES.get(event.action, UNKNOWN))
    return template.format(
        who=formats.isolate(str(event.actor or PROGRAM_NAME)),
        what=formats.isolate(str(user)),
        action=formats.isolate_ltr(event.action),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    brand: Brand
    targets: Mapping[tuple[str, str], Target]
    people: Mapping[str, str]
    places: Mapping[str, str]
    kinds: Mapping[str, str]
    programs: Mapping[str, str]

    def target(self, event: AuditEvent) -> Target:
        found = self.targets.get((event.target_type, event.target_id))
        if found is not None:
            return found
        person = self.people.get(str(event.before.get("user", "")), event.target_id)
        return Target(formats.isolate(person))


def _describe(event: AuditEvent, names: _Names) -> AuditLine:
    target = names.target(event)
    who = str(event.actor) if event.actor else PROGRAM_NAME
    template = str(SENTENCES.get(event.action, UNKNOWN))
    return AuditLine(
        event=event,
        at=event.at,
        who=who,
        sentence=template.format(
            who=formats.isolate(who), what=target.name, action=formats.isolate_ltr(event.action)
        ),
        url=target.url,
        changes=_list_changes(event, target.currency, names),
        reason=event.reason,
    )


def _list_changes(event: AuditEvent, currency: str, names: _Names) -> list[Change]:
    keys = [key for key in {**event.before, **event.after} if key not in HIDDEN]

    def show(facts: Mapping[str, Any], key: str) -> str:
        if key not in facts:
            return ""
        value = facts[key]
        if key == "enrollment":
            value = names.places.get(str(value), value)
        if key == "program":
            value = names.programs.get(str(value), value)
        if key == "partner_type":
            value = names.kinds.get(str(value), value)
        if isinstance(value, str) and value:
            value = _say(key, value, names.brand)
        return formats.isolate(_text(value, currency if key.endswith("_minor") else ""))

    def call(key: str) -> str:
        return str(LABELS.get(f"{event.target_type}.{key}") or LABELS.get(key, key))

    return [
        Change(call(key), show(event.before, key), show(event.after, key))
        if key in event.after
        else Change(call(key), "", show(event.before, key))
        for key in keys
        if _tell(event.before.get(key)) != _tell(event.after.get(key))
    ]


def _say(key: str, value: str, brand: Brand) -> str:
    """Put a fact that is stored as a time, a day or a code into words."""
    if key in MOMENTS:
        return _moment(value, brand)
    if key in DAYS:
        return formats.day_text(date.fromisoformat(value), language=current_language())
    return str(VALUES.get(key, {}).get(value, value))


def _tell(value: Any) -> Any:
    """Return a value to compare: what is empty is as good as missing."""
    return None if value in ("", [], {}) else value


def _moment(text: str, brand: Brand) -> str:
    language, zone = current_language(), ZoneInfo(brand.time_zone)
    at = datetime.fromisoformat(text)
    day = formats.day_text(formats.local_day(at, zone=zone), language=language)
    return pgettext("day, hour", "%(day)s, %(hour)s") % {
        "day": day,
        "hour": formats.clock_text(at, language=language, zone=zone),
    }


def _text(value: Any, currency: str) -> str:
    if value is None or value in ("", [], {}):
        return formats.UNKNOWN
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return _number(value, currency)
    mark = formats.comma(current_language())
    if isinstance(value, dict):
        return mark.join(_pair(key, item) for key, item in value.items())
    return mark.join(_text(item, "") for item in value) if isinstance(value, list) else str(value)


def _number(value: int, currency: str) -> str:
    language = current_language()
    if currency:
        return formats.money_text(Money(value, currency), language=language)
    return formats.number_text(value, language=language)


def _pair(key: str, value: Any) -> str:
    """Return an amount of a currency as money, any other fact beside its name."""
    if key in EXPONENTS and isinstance(value, int):
        return _text(value, key)
    return _("%(name)s: %(value)s") % {"name": LABELS.get(key, key), "value": _text(value, "")}


def _by_person(rows: QuerySet[AuditEvent], who: str, brand: Brand) -> QuerySet[AuditEvent]:
    if who == ITSELF:
        return rows.filter(actor__isnull=True)
    if who == OTHERS:
        team = brand.members.values("user_id")
        return rows.filter(actor__isnull=False).exclude(actor_id__in=team)
    return rows.filter(actor__public_id=who) if who else rows


def _name_kinds(events: Sequence[AuditEvent], brand: Brand) -> dict[str, str]:
    is_asked = any("partner_type" in {**event.before, **event.after} for event in events)
    return name_kinds(brand) if is_asked else {}


def _name_programs(events: Sequence[AuditEvent], brand: Brand) -> dict[str, str]:
    """Return programs by their public ids, which most rows keep."""
    is_asked = any("program" in {**event.before, **event.after} for event in events)
    return dict(list_programs(brand).values_list("public_id", "name")) if is_asked else {}


def _name_places(events: Sequence[AuditEvent], brand: Brand) -> dict[str, str]:
    """Return creators by the ids of their places, which rows name by number or public id."""
    ids = {
        str(facts["enrollment"])
        for event in events
        for facts in (event.before, event.after)
        if facts.get("enrollment")
    }
    if not ids:
        return {}
    numbers = [int(one) for one in ids if one.isdecimal()]
    rows = Enrollment.objects.filter(Q(pk__in=numbers) | Q(public_id__in=ids), brand=brand)
    found: dict[str, str] = {}
    for row in rows.select_related("affiliation__affiliate"):
        found |= {str(row.pk): str(row.affiliation), row.public_id: str(row.affiliation)}
    return found
