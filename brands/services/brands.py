"""Brands and their sandbox twins."""

import json
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from brands.emails import mail_member_added
from brands.models import Member, PayoutPolicy, RailKind, RailSettings, Role
from core import audit, zones
from core.accounts import ensure_user
from core.jobs import enqueue
from core.locks import lock_row
from core.models import Brand, BrandStatus
from core.money import exponent
from core.signing import make_secret
from core.slugs import free_slug

MINIMUM_UNITS = 50
MINIMUM_WITHOUT_DECIMALS = 5000
MAX_OFFSET = timedelta(days=3650)
STANDIN_KEY = "sk_test_standin_"


class UnknownTimeZone(ValueError):
    """The name is not in the time zone database."""


class NotASandbox(ValueError):
    """The brand is a real one: its clock is the real one and it is not archived."""


class SandboxOfSandbox(ValueError):
    """A sandbox twin has no twin of its own."""


class SandboxArchived(ValueError):
    """The sandbox was archived; nothing in it changes any more."""


class StatusUnchanged(ValueError):
    """The brand has that status already."""


class ClockOnlyForward(ValueError):
    """A sandbox clock moves forward, and at most ten years in all."""


@transaction.atomic
def create_brand(
    *, owner_id: int, name: str, time_zone: str, now: datetime, currency: str = "EUR"
) -> Brand:
    """Open a brand with its owner, a payout policy and the CSV rail.

    The minimum payout is 50.00, or 5,000 of a currency without decimals.

    :raises UnknownTimeZone: the name is not in the time zone database.
    :raises core.money.UnknownCurrency: the code is not in the exponent table.
    """
    if not zones.is_known(time_zone):
        raise UnknownTimeZone(time_zone)
    brand = Brand.objects.create(
        slug=_free_slug(name), name=name, time_zone=time_zone, created_at=now
    )
    Member.objects.create(
        brand=brand, user_id=owner_id, role=Role.OWNER, created_at=now, joined_at=now
    )
    PayoutPolicy.objects.create(brand=brand, minimums={currency: usual_minimum(currency)})
    RailSettings.objects.create(brand=brand, rail=RailKind.CSV, is_live=True, updated_at=now)
    audit.record(
        brand_id=brand.pk,
        actor_id=owner_id,
        action="brand.created",
        target=brand,
        now=now,
        after={"name": name, "time_zone": time_zone},
    )
    return brand


@transaction.atomic
def open_brand_for(*, email: str, name: str, time_zone: str, actor_id: int, now: datetime) -> Brand:
    """Open a brand for somebody, known or new, who becomes its owner and is told by mail.

    :raises UnknownTimeZone: the name is not in the time zone database.
    """
    owner = ensure_user(email)
    brand = create_brand(owner_id=owner.pk, name=name, time_zone=time_zone, now=now)
    audit.record(
        brand_id=brand.pk,
        actor_id=actor_id,
        action="brand.opened_by_operator",
        target=brand,
        now=now,
    )
    member = Member.objects.get(brand=brand, user=owner)
    member.joined_at = None
    member.save(update_fields=["joined_at"])
    mail_member_added(member=member, now=now)
    return brand


@transaction.atomic
def set_brand_status(
    *, brand_id: int, status: BrandStatus, actor_id: int, reason: str, now: datetime
) -> Brand:
    """Suspend a brand, or activate it again.

    Suspended, its public pages are gone, nobody joins, no run is approved and nothing more is
    sent; links lead on, orders are taken in and commissions kept.

    :raises StatusUnchanged: it has that status.
    """
    brand = lock_row(Brand, brand_id)
    if brand.status == status:
        raise StatusUnchanged(brand.public_id)
    before = brand.status
    brand.status = status
    brand.save(update_fields=["status"])
    audit.record(
        brand_id=brand.pk,
        actor_id=actor_id,
        action="brand.status_changed",
        target=brand,
        before={"status": before},
        after={"status": status.value},
        reason=reason,
        now=now,
    )
    return brand


def usual_minimum(currency: str) -> int:
    """Return 50.00 in minor units, or 5,000 where the currency has no decimals."""
    digits = exponent(currency)
    return MINIMUM_UNITS * int(10**digits) if digits else MINIMUM_WITHOUT_DECIMALS


@transaction.atomic
def open_sandbox(*, brand_id: int, actor_id: int, now: datetime) -> Brand:
    """Open a fresh sandbox twin with the brand's team and payout policy; archive an open one.

    Its rails are the CSV file and the stand-in for Stripe that ships with the program.

    :raises SandboxOfSandbox: the brand is a twin itself.
    """
    brand = lock_row(Brand, brand_id)
    if brand.is_sandbox:
        raise SandboxOfSandbox(brand.public_id)
    for twin in Brand.objects.filter(sandbox_of=brand, archived_at__isnull=True):
        archive_sandbox(brand_id=twin.pk, actor_id=actor_id, now=now)
    twin = Brand.objects.create(
        slug=_free_slug(f"{brand.slug}-sandbox"),
        name=brand.name,
        site_url=brand.site_url,
        logo_digest=brand.logo_digest,
        time_zone=brand.time_zone,
        is_demo=brand.is_demo,
        sandbox_of=brand,
        created_at=now,
    )
    _copy_team(brand, twin, now)
    _copy_policy(brand, twin)
    _open_standin_rails(twin, now)
    audit.record(
        brand_id=brand.pk,
        actor_id=actor_id,
        action="sandbox.opened",
        target=twin,
        now=now,
        after={"slug": twin.slug},
    )
    return twin


@transaction.atomic
def archive_sandbox(*, brand_id: int, actor_id: int, now: datetime) -> Brand:
    """Put a sandbox away; its rows stay.

    :raises NotASandbox: the brand is a real one.
    :raises SandboxArchived: it was put away before.
    """
    twin = _lock_open_sandbox(brand_id)
    twin.archived_at = now
    twin.save(update_fields=["archived_at"])
    audit.record(
        brand_id=twin.pk, actor_id=actor_id, action="sandbox.archived", target=twin, now=now
    )
    return twin


@transaction.atomic
def move_clock(*, brand_id: int, seconds: int, actor_id: int, now: datetime) -> Brand:
    """Move a sandbox's clock forward by so many seconds.

    :raises NotASandbox: the brand is a real one.
    :raises SandboxArchived: it was put away.
    :raises ClockOnlyForward: not a positive number, or more than ten years in all.
    """
    twin = _lock_open_sandbox(brand_id)
    before, after = twin.clock_offset_s, twin.clock_offset_s + seconds
    if seconds <= 0 or after > MAX_OFFSET.total_seconds():
        raise ClockOnlyForward(f"{twin.public_id}: {seconds} s more than {before} s")
    twin.clock_offset_s = after
    twin.save(update_fields=["clock_offset_s"])
    enqueue("tracking.release_due")
    audit.record(
        brand_id=twin.pk,
        actor_id=actor_id,
        action="sandbox.clock_moved",
        target=twin,
        now=now,
        before={"clock_offset_s": before},
        after={"clock_offset_s": after},
    )
    return twin


def _lock_open_sandbox(brand_id: int) -> Brand:
    brand = lock_row(Brand, brand_id)
    if not brand.is_sandbox:
        raise NotASandbox(brand.public_id)
    if brand.archived_at is not None:
        raise SandboxArchived(brand.public_id)
    return brand


def _free_slug(name: str) -> str:
    return free_slug(
        name,
        fallback="brand",
        is_taken=lambda slug: Brand.objects.filter(slug=slug).exists(),
    )


def _copy_team(brand: Brand, twin: Brand, now: datetime) -> None:
    Member.objects.bulk_create(
        Member(
            brand=twin,
            user_id=member.user_id,
            role=member.role,
            created_at=now,
            joined_at=member.joined_at,
        )
        for member in Member.objects.filter(brand=brand)
    )


def _copy_policy(brand: Brand, twin: Brand) -> None:
    policy = PayoutPolicy.objects.get(brand=brand)
    PayoutPolicy.objects.create(
        brand=twin,
        rhythm=policy.rhythm,
        day_of_month=policy.day_of_month,
        second_day=policy.second_day,
        weekday=policy.weekday,
        minimums=policy.minimums,
        approval_limits=policy.approval_limits,
        recovery_days=policy.recovery_days,
    )


def _open_standin_rails(twin: Brand, now: datetime) -> None:
    RailSettings.objects.create(brand=twin, rail=RailKind.CSV, updated_at=now)
    RailSettings.objects.create(
        brand=twin,
        rail=RailKind.STRIPE,
        secret_key=STANDIN_KEY + secrets.token_hex(16),
        webhook_secret=make_secret(),
        updated_at=now,
    )
    RailSettings.objects.create(
        brand=twin,
        rail=RailKind.PAYPAL,
        secret_key=STANDIN_KEY + secrets.token_hex(16),
        webhook_secret=f"WH-{secrets.token_hex(8)}",
        details=json.dumps({"client_id": "stand-in", "mode": "test"}),
        updated_at=now,
    )
