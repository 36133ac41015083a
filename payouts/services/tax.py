"""What creators declare for tax: written by them, read by finance, each time on record."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from affiliates.models import Affiliation, MarkKind
from affiliates.services.alike import note_marks
from core import audit
from core.locks import lock_row
from core.models import Brand
from payouts.domain.marks import mark_tax
from payouts.domain.tax import find_last_day
from payouts.models import TaxProfile, TaxSettings

PROFILE_FIELDS = ("legal_name", "address", "tax_id", "vat_number")
SELF_BILLING_VERSION = 1


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a creator declares. `details`: the fields of PROFILE_FIELDS, kept encrypted."""

    country: str
    kind: str
    vat_status: str
    details: Mapping[str, str]
    agrees_to_self_billing: bool


def declare_tax(
    *, affiliation_id: UUID, declaration: Declaration, actor_id: int, now: datetime
) -> TaxProfile:
    """Store a declaration in place of the one before; what it says is not in the audit log."""
    with transaction.atomic():
        affiliation = Affiliation.objects.select_for_update(of=("self",), no_key=True).get(
            pk=affiliation_id
        )
        before = TaxProfile.objects.filter(affiliation=affiliation).first()
        agreed_at = before.self_billing_at if before else None
        today = now.astimezone(ZoneInfo(affiliation.brand.time_zone)).date()
        agrees = declaration.agrees_to_self_billing
        row, _ = TaxProfile.objects.update_or_create(
            affiliation=affiliation,
            defaults={
                "brand_id": affiliation.brand_id,
                "country": declaration.country,
                "kind": declaration.kind,
                "vat_status": declaration.vat_status,
                "details": json.dumps(
                    {name: declaration.details.get(name, "") for name in PROFILE_FIELDS}
                ),
                "self_billing_version": SELF_BILLING_VERSION if agrees else None,
                "self_billing_at": (agreed_at or now) if agrees else None,
                "declared_at": now,
                "valid_until": find_last_day(country=declaration.country, declared=today),
            },
        )
        names = mark_tax(declaration.country, declaration.details)
        note_marks(affiliation=affiliation, kind=MarkKind.TAX, texts=names, now=now)
        audit.record(
            brand_id=row.brand_id,
            actor_id=actor_id,
            action="tax_profile.declared",
            target=row,
            after={"country": row.country, "agrees_to_self_billing": agrees},
            now=now,
        )
    return row


def open_profile(*, profile_id: int, actor_id: int, now: datetime) -> dict[str, str]:
    """Return what a creator declared, and put on record who read it."""
    with transaction.atomic():
        row = TaxProfile.objects.get(pk=profile_id)
        audit.record(
            brand_id=row.brand_id,
            actor_id=actor_id,
            action="tax_profile.read",
            target=row,
            now=now,
        )
    return read_details(row)


def read_details(profile: TaxProfile) -> dict[str, str]:
    """Return the encrypted part; nothing once its creator is erased."""
    return {name: str(text) for name, text in json.loads(profile.details or "{}").items()}


def require_profiles(*, brand_id: int, is_on: bool, actor_id: int, now: datetime) -> TaxSettings:
    """Let a brand's payouts wait for declarations, or not."""
    with transaction.atomic():
        brand = lock_row(Brand, brand_id)
        row, _ = TaxSettings.objects.update_or_create(
            brand=brand, defaults={"requires_profile": is_on, "changed_at": now}
        )
        audit.record(
            brand_id=brand_id,
            actor_id=actor_id,
            action="tax_profile.required" if is_on else "tax_profile.not_required",
            target=brand,
            now=now,
        )
    return row
