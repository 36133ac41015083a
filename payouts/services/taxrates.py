"""Where a brand pays tax and the rates it entered: they decide the payouts planned from then on.

A payout keeps the rates it was approved under.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from core import audit
from core.locks import lock_row
from core.models import Brand
from payouts.models import TaxRate, TaxSettings, TaxThreshold


@dataclass(frozen=True, slots=True)
class BrandParty:
    """Who the brand is on the invoices it writes for creators; without a name it writes none."""

    legal_name: str
    address: str
    vat_number: str
    invoice_prefix: str


class RateExists(Exception):
    """A rate of the same kind and country begins the same day."""


class ThresholdExists(Exception):
    """The same threshold is there."""


class RateEnded(Exception):
    """The rate has ended already."""


@transaction.atomic
def set_tax_country(*, brand_id: int, country: str, actor_id: int, now: datetime) -> TaxSettings:
    """Reckon tax as a brand of a country does, or with none not at all."""
    brand = lock_row(Brand, brand_id)
    before = TaxSettings.objects.filter(brand=brand).first()
    row, _ = TaxSettings.objects.update_or_create(
        brand=brand, defaults={"country": country, "changed_at": now}
    )
    audit.record(
        brand_id=brand_id,
        actor_id=actor_id,
        action="tax_country.set",
        target=brand,
        before={"country": before.country if before else ""},
        after={"country": country},
        now=now,
    )
    return row


@transaction.atomic
def set_tax_party(*, brand_id: int, party: BrandParty, actor_id: int, now: datetime) -> TaxSettings:
    """Write invoices in the name of creators who agreed to it, or with no name no longer."""
    brand = lock_row(Brand, brand_id)
    row, _ = TaxSettings.objects.update_or_create(
        brand=brand, defaults={**asdict(party), "changed_at": now}
    )
    audit.record(
        brand_id=brand_id,
        actor_id=actor_id,
        action="tax_party.set",
        target=brand,
        after={"legal_name": party.legal_name, "invoice_prefix": party.invoice_prefix},
        now=now,
    )
    return row


@transaction.atomic
def add_tax_rate(*, brand_id: int, rate: TaxRate, actor_id: int, now: datetime) -> TaxRate:
    """Store a rate; from its first day on it stands in place of an older one.

    :raises RateExists: one of the same kind and country begins that day.
    """
    brand = lock_row(Brand, brand_id)
    rate.brand, rate.created_at = brand, now
    same = TaxRate.objects.filter(
        brand=brand, kind=rate.kind, country=rate.country, starts_on=rate.starts_on
    )
    if same.exists():
        raise RateExists(rate.country)
    rate.save(force_insert=True)
    _record(rate, "tax_rate.added", actor_id, now)
    return rate


@transaction.atomic
def end_tax_rate(*, rate_id: int, actor_id: int, now: datetime) -> None:
    """Let a rate stand no longer from today on; one that has not begun goes.

    :raises RateEnded: it stands no longer already.
    """
    rate = lock_row(TaxRate, rate_id)
    today = now.astimezone(ZoneInfo(rate.brand.time_zone)).date()
    if rate.ends_on is not None and rate.ends_on < today:
        raise RateEnded(rate.public_id)
    _record(rate, "tax_rate.ended", actor_id, now)
    if rate.starts_on >= today:
        rate.delete()
        return
    rate.ends_on = date.fromordinal(today.toordinal() - 1)
    rate.save(update_fields=["ends_on"])


def _record(rate: TaxRate, action: str, actor_id: int, now: datetime) -> None:
    audit.record(
        brand_id=rate.brand_id,
        actor_id=actor_id,
        action=action,
        target=rate,
        after={
            "kind": rate.kind,
            "country": rate.country,
            "rate_bps": rate.rate_bps,
            "starts_on": rate.starts_on.isoformat(),
        },
        now=now,
    )


@transaction.atomic
def add_threshold(
    *, brand_id: int, threshold: TaxThreshold, actor_id: int, now: datetime
) -> TaxThreshold:
    """Store from which sum of a year on something is due.

    :raises ThresholdExists: the same one is there.
    """
    brand = lock_row(Brand, brand_id)
    threshold.brand, threshold.created_at = brand, now
    same = TaxThreshold.objects.filter(
        brand=brand,
        country=threshold.country,
        currency=threshold.currency,
        amount_minor=threshold.amount_minor,
    )
    if same.exists():
        raise ThresholdExists(threshold.country)
    threshold.save(force_insert=True)
    _record_threshold(threshold, "tax_threshold.added", actor_id, now)
    return threshold


@transaction.atomic
def drop_threshold(*, threshold_id: int, actor_id: int, now: datetime) -> None:
    """Take a threshold away; nothing that was paid hangs on it."""
    threshold = lock_row(TaxThreshold, threshold_id)
    _record_threshold(threshold, "tax_threshold.dropped", actor_id, now)
    threshold.delete()


def _record_threshold(threshold: TaxThreshold, action: str, actor_id: int, now: datetime) -> None:
    audit.record(
        brand_id=threshold.brand_id,
        actor_id=actor_id,
        action=action,
        target=threshold,
        after={"country": threshold.country, "note": threshold.note},
        now=now,
    )
