"""How a brand shows itself to creators: name, shop, logo, and how soon it answers them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core import audit
from core.images import Picture, save_picture
from core.locks import lock_row
from core.models import Brand

FIELDS = ("name", "site_url", "logo_digest", "claim_days")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a brand is to be called; `logo` None keeps the one it has, "none" takes it away.

    `claim_days`: within how many working days it answers who asks for an order; None keeps it.
    """

    name: str
    site_url: str
    logo: Picture | str | None = None
    claim_days: int | None = None


@transaction.atomic
def set_identity(*, brand_id: int, identity: Identity, actor_id: int, now: datetime) -> Brand:
    """Change how the brand shows itself, at once and everywhere; its addresses stay."""
    brand = lock_row(Brand, brand_id)
    before = {field: getattr(brand, field) for field in FIELDS}
    brand.name, brand.site_url = identity.name.strip(), identity.site_url
    brand.claim_days = identity.claim_days or brand.claim_days
    if isinstance(identity.logo, Picture):
        image = save_picture(brand_id=brand.pk, picture=identity.logo, now=now)
        brand.logo_digest = image.sha256
    elif identity.logo == "none":
        brand.logo_digest = ""
    after = {field: getattr(brand, field) for field in FIELDS}
    if after == before:
        return brand
    brand.save(update_fields=list(FIELDS))
    audit.record(
        brand_id=brand.pk,
        actor_id=actor_id,
        action="brand.identity_set",
        target=brand,
        now=now,
        before=before,
        after=after,
    )
    return brand
