"""Who has declared what a brand needs for tax, and what comes of it for his payouts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from affiliates.models import Affiliation
from core.models import Brand
from core.periods import start_of_day
from payouts.domain.plan import Gate
from payouts.domain.tax import Declared, Rate, TaxTerms, decide_tax
from payouts.models import Invoice, Payout, TaxDocument, TaxProfile, TaxRate, TaxSettings

Days = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class TaxStanding:
    """How a creator is taxed, None where the brand reckons no tax, and which gates are closed."""

    terms: TaxTerms | None
    gates: tuple[Gate, ...]


def list_tax_standings(
    *, brand: Brand, parties: Collection[UUID], now: datetime
) -> dict[UUID, TaxStanding]:
    """Return for each of them the terms of the day, and what keeps him from being paid."""
    settings = find_settings(brand)
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    profiles: dict[UUID, TaxProfile] = {}
    if settings.requires_profile or settings.country:
        rows = TaxProfile.objects.filter(brand=brand, affiliation__in=parties)
        profiles = {row.affiliation_id: row for row in rows if holds(row, today)}
    rates = [_read_rate(row) for row in list_rates(brand)] if settings.country else []
    documents = find_latest_documents(parties) if settings.requires_document else {}
    return {
        party: _stand(settings, (profiles.get(party), documents.get(party)), rates, today)
        for party in parties
    }


def find_latest_documents(parties: Collection[UUID]) -> dict[UUID, TaxDocument]:
    """Return the form that counts of each of them, without its content."""
    rows = TaxDocument.objects.filter(affiliation__in=parties, content__isnull=False)
    rows = rows.order_by("affiliation_id", "-pk").distinct("affiliation_id").defer("content")
    return {row.affiliation_id: row for row in rows}


def list_documents(affiliation: Affiliation) -> list[TaxDocument]:
    """Return the forms a creator uploaded to a brand, the newest first, without their content."""
    rows = TaxDocument.objects.filter(affiliation=affiliation, content__isnull=False)
    return list(rows.order_by("-pk").defer("content"))


def find_settings(brand: Brand) -> TaxSettings:
    """Return what a brand has set, or what holds where it never did."""
    return TaxSettings.objects.filter(brand=brand).first() or TaxSettings(brand=brand)


def list_rates(brand: Brand) -> QuerySet[TaxRate]:
    """Return the rates of a brand by kind and country, the newest first."""
    return TaxRate.objects.filter(brand=brand).order_by("kind", "country", "-starts_on")


def list_invoices(
    brand: Brand, *, search: str = "", what: str = "", days: Days = (None, None)
) -> QuerySet[Invoice]:
    """Return the brand's invoices, the newest first; `what` may be `invoices` or `credits`.

    `days`: the first and the last day of issue, by the brand's calendar.
    """
    rows, zone = Invoice.objects.filter(brand=brand), ZoneInfo(brand.time_zone)
    first, last = days
    if first is not None:
        rows = rows.filter(issued_at__gte=start_of_day(first, zone))
    if last is not None:
        rows = rows.filter(issued_at__lt=start_of_day(last + timedelta(days=1), zone))
    if search:
        by_name = Q(affiliation__affiliate__display_name__icontains=search)
        rows = rows.filter(by_name | Q(label__icontains=search))
    if what in {"invoices", "credits"}:
        rows = rows.filter(corrects__isnull=what == "invoices")
    return rows.select_related("affiliation__affiliate", "corrects", "payout").order_by("-pk")


def list_invoices_of(payout: Payout) -> list[Invoice]:
    """Return the invoice of a payout and its credit note, in the order of their numbers."""
    return list(Invoice.objects.filter(payout=payout).order_by("number"))


def holds(profile: TaxProfile, today: date) -> bool:
    """Say whether a declaration may be relied on."""
    return profile.details is not None and not (profile.valid_until and profile.valid_until < today)


def list_creators_by_tax(
    brand: Brand, *, search: str = "", what: str = ""
) -> QuerySet[Affiliation]:
    """Return the brand's creators, newest first; `what` may be `missing`: who never declared."""
    rows = Affiliation.objects.filter(brand=brand).select_related("affiliate", "tax_profile")
    if search:
        rows = rows.filter(affiliate__display_name__icontains=search)
    if what == "missing":
        rows = rows.filter(tax_profile__isnull=True)
    return rows.order_by("-pk")


def _stand(
    settings: TaxSettings,
    papers: tuple[TaxProfile | None, TaxDocument | None],
    rates: list[Rate],
    today: date,
) -> TaxStanding:
    profile, document = papers
    gates = (Gate("gate.tax_profile"),) if settings.requires_profile and not profile else ()
    if settings.requires_document:
        gates = (*gates, *_gate_document(document, today))
    if not settings.country:
        return TaxStanding(None, gates)
    declared = Declared(profile.country, profile.vat_status) if profile else None
    terms = decide_tax(brand_country=settings.country, declared=declared, rates=rates, on=today)
    if terms is None:
        gates = (*gates, Gate("gate.tax_rate", {"code": settings.country}))
    return TaxStanding(terms, gates)


def _gate_document(document: TaxDocument | None, today: date) -> tuple[Gate, ...]:
    if document is None:
        return (Gate("gate.tax_form_missing"),)
    if document.valid_until is not None and document.valid_until < today:
        return (Gate("gate.tax_form_expired", {"date": document.valid_until.isoformat()}),)
    return ()


def _read_rate(row: TaxRate) -> Rate:
    return Rate(row.kind, row.country, row.rate_bps, row.starts_on, row.ends_on)
