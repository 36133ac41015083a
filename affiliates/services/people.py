"""Creators as people."""

from datetime import datetime

from django.db import transaction

from affiliates.models import Affiliate
from core.models import User
from core.people import record_profile


@transaction.atomic
def ensure_affiliate(*, user_id: int, display_name: str, country: str, now: datetime) -> Affiliate:
    """Return the user as a creator, made at the first call; a name and country are kept once given.

    Without a name the part of the address before the @ is shown.
    """
    user = User.objects.get(pk=user_id)
    name = display_name.strip() or user.name.strip() or user.email.partition("@")[0]
    affiliate, _ = Affiliate.objects.get_or_create(
        user=user,
        defaults={"display_name": name[:120], "country": country.upper(), "created_at": now},
    )
    return affiliate


@transaction.atomic
def update_profile(
    *, affiliate_id: int, display_name: str, country: str, now: datetime
) -> Affiliate:
    """Change what brands see of a creator."""
    affiliate = Affiliate.objects.select_for_update().get(pk=affiliate_id)
    before = _facts(affiliate)
    affiliate.display_name = display_name.strip()[:120] or affiliate.display_name
    affiliate.country = country.upper()
    affiliate.save(update_fields=["display_name", "country"])
    record_profile(affiliate.user, before, _facts(affiliate), now)
    return affiliate


def _facts(affiliate: Affiliate) -> dict[str, object]:
    return {"display_name": affiliate.display_name, "country": affiliate.country}
