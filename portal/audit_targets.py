"""The things an audit row is about: what they are called, and the page that shows them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.urls import reverse

from core import formats
from core.models import AuditEvent, Brand, User
from core.wording import current_language


@dataclass(frozen=True, slots=True)
class Target:
    """`url` is empty where no page shows it; `currency` where it has none."""

    name: str
    url: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """How rows of one model are called and where they are shown: what stands after the slug.

    `program`: the page is about one program, picked by `?program=`.
    """

    name: Callable[[Any], str]
    page: str = ""
    ids: Callable[[Any], list[Any]] = lambda row: [row.public_id]
    related: tuple[str, ...] = ()
    program: Callable[[Any], str] | None = None


def _none(_row: Any) -> list[Any]:
    return []


def _creator_of(row: Any) -> list[Any]:
    return [row.affiliation.public_id]


def _holder_of(row: Any) -> list[Any]:
    return [row.enrollment.affiliation.public_id]


def _run_of(row: Any) -> str:
    month = formats.month_text(row.month, language=current_language())
    return f"{month} {formats.isolate_ltr(row.currency)}"


_CREATOR = "affiliates:creator-detail"
_AFFILIATE = "affiliation__affiliate"
_PLACE = "enrollment__affiliation__affiliate"

KINDS: Mapping[str, Kind] = {
    "affiliates.affiliation": Kind(str, _CREATOR, related=("affiliate",)),
    "affiliates.application": Kind(
        lambda row: str(row.affiliate),
        "affiliates:application-detail",
        related=("affiliate",),
    ),
    "affiliates.announcement": Kind(lambda row: row.title, "affiliates:announcement-edit"),
    "affiliates.asset": Kind(lambda row: row.title, "affiliates:asset-edit"),
    "affiliates.codebatch": Kind(lambda row: row.prefix, _CREATOR, _holder_of, (_PLACE,)),
    "affiliates.code": Kind(lambda row: row.text, _CREATOR, _holder_of, (_PLACE,)),
    "affiliates.enrollment": Kind(
        lambda row: str(row.affiliation), _CREATOR, _creator_of, (_AFFILIATE,)
    ),
    "tracking.bonusplan": Kind(lambda row: row.name, "tracking:bonus-detail"),
    "tracking.deliverable": Kind(str, "tracking:work-detail"),
    "tracking.work": Kind(
        lambda row: str(row.deliverable),
        "tracking:work-detail",
        lambda row: [row.deliverable.public_id],
        ("deliverable",),
    ),
    "affiliates.goal": Kind(lambda row: row.name, "portal:goal-detail"),
    "affiliates.invitation": Kind(
        lambda row: row.email or row.name or row.public_id, "affiliates:invitation-list", _none
    ),
    "affiliates.link": Kind(
        lambda row: row.name or row.destination_url, _CREATOR, _holder_of, (_PLACE,)
    ),
    "affiliates.utmtemplate": Kind(str, "affiliates:utm-edit"),
    "brands.apikey": Kind(str, "brands:developers", _none),
    "brands.endpoint": Kind(
        lambda row: urlsplit(row.url).hostname or row.public_id, "brands:endpoint-detail"
    ),
    "brands.group": Kind(
        str, "brands:groups", _none, ("program",), lambda row: row.program.public_id
    ),
    "brands.member": Kind(str, "brands:team", _none, ("user",)),
    "brands.partnerkind": Kind(str, "brands:kinds", _none),
    "brands.payoutpolicy": Kind(lambda row: str(row.brand), related=("brand",)),
    "brands.program": Kind(
        str, "brands:program-settings", _none, program=lambda row: row.public_id
    ),
    "brands.question": Kind(
        str, "brands:questions", _none, ("program",), lambda row: row.program.public_id
    ),
    "brands.railsettings": Kind(lambda row: str(row.get_rail_display())),
    "brands.savedreport": Kind(lambda row: row.name, "portal:saved-list", _none),
    "brands.storeconnection": Kind(lambda row: row.name, "tracking:connection-detail"),
    "brands.vettingpoint": Kind(
        str, "brands:questions", _none, ("program",), lambda row: row.program.public_id
    ),
    "core.brand": Kind(str),
    "core.user": Kind(str),
    "payouts.exportfile": Kind(lambda row: row.name, "payouts:file-cancel"),
    "payouts.payout": Kind(
        lambda row: str(row.affiliation), "payouts:payout-detail", related=(_AFFILIATE,)
    ),
    "payouts.taxrate": Kind(str, "payouts:tax-rates", _none),
    "payouts.taxdocument": Kind(
        lambda row: str(row.affiliation), _CREATOR, _creator_of, (_AFFILIATE,)
    ),
    "payouts.taxthreshold": Kind(str, "payouts:tax-years", _none),
    "payouts.taxprofile": Kind(
        lambda row: str(row.affiliation), _CREATOR, _creator_of, (_AFFILIATE,)
    ),
    "payouts.payoutmethod": Kind(
        lambda row: str(row.affiliation), _CREATOR, _creator_of, (_AFFILIATE,)
    ),
    "payouts.payoutplan": Kind(_run_of, "payouts:run-detail"),
    "tracking.claim": Kind(lambda row: row.shown_number, "tracking:claim-detail"),
    "tracking.commission": Kind(
        lambda row: row.label, "portal:commission-brand", related=("order", "award")
    ),
    "tracking.order": Kind(lambda row: row.number, "tracking:order-detail"),
    "tracking.orderupload": Kind(
        lambda row: row.file_name,
        "tracking:upload-detail",
        lambda row: [row.connection.public_id, row.public_id],
        ("connection",),
    ),
    "tracking.trackingalarm": Kind(
        lambda row: f"{row.get_kind_display()}: {row.program or row.connection}",
        "tracking:health",
        _none,
        ("program", "connection"),
        lambda row: row.program.public_id if row.program else "",
    ),
    "tracking.storeevent": Kind(
        lambda row: row.topic,
        "tracking:event-detail",
        lambda row: [row.connection.public_id, row.public_id],
        ("connection",),
    ),
}
"""By the label of the model. Rows of any other are called by their id."""


GLOBAL = frozenset({"core.brand", "core.user"})


def find_targets(events: Iterable[AuditEvent], brand: Brand) -> dict[tuple[str, str], Target]:
    """Return what each (type, id) of these events names: one query for each type among them."""
    wanted: dict[str, set[str]] = {}
    for event in events:
        wanted.setdefault(event.target_type, set()).add(event.target_id)
    found: dict[tuple[str, str], Target] = {}
    for label, ids in wanted.items():
        if kind := KINDS.get(label):
            found |= {(label, key): row for key, row in _load(label, kind, ids, brand)}
    lost = {(label, key) for label, ids in wanted.items() for key in ids} - found.keys()
    return found | (_recall(lost, brand) if lost else {})


def _recall(lost: set[tuple[str, str]], brand: Brand) -> dict[tuple[str, str], Target]:
    """Return what was deleted by the name it had then."""
    rows = AuditEvent.objects.filter(
        brand=brand, action__endswith=".deleted", target_id__in={key for _label, key in lost}
    )
    named = {(row.target_type, row.target_id): row.before.get("name") for row in rows}
    return {one: Target(formats.isolate(named[one])) for one in lost if named.get(one)}


def name_people(events: Iterable[AuditEvent]) -> dict[str, str]:
    """Return names of members by public id, also of those who left the team since."""
    ids = {str(facts["user"]) for e in events for facts in (e.before, e.after) if facts.get("user")}
    rows = User.objects.filter(public_id__in=ids) if ids else []
    return {row.public_id: str(row) for row in rows}


def _load(label: str, kind: Kind, ids: set[str], brand: Brand) -> Iterable[tuple[str, Target]]:
    model = apps.get_model(label)
    key = "public_id" if any(f.name == "public_id" for f in model._meta.fields) else "pk"
    rows = model._default_manager.filter(**{f"{key}__in": ids}).select_related(*kind.related)
    for row in rows if label in GLOBAL else rows.filter(brand=brand):
        name = formats.isolate(kind.name(row))
        url = _find_url(kind, row, brand)
        yield str(getattr(row, key)), Target(name, url, getattr(row, "currency", ""))


def _find_url(kind: Kind, row: Any, brand: Brand) -> str:
    if not kind.page:
        return ""
    url = reverse(kind.page, args=[brand.slug, *kind.ids(row)])
    return f"{url}?program={kind.program(row)}" if kind.program else url
