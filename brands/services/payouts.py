"""How a brand pays: its policy, and its rails with their keys."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from brands.domain.amounts import are_amounts
from brands.domain.approval_limits import is_looser, keep_limits
from brands.domain.schedule import Schedule
from brands.emails import mail_limits_loosened
from brands.models import (
    ChangeSubject,
    PayoutPolicy,
    PayoutRhythm,
    PendingChange,
    Program,
    RailKind,
    RailSettings,
)
from brands.selectors import read_details
from brands.services.brands import STANDIN_KEY
from brands.services.notice import check_change_notice
from brands.services.terms import refresh_terms
from core import audit
from core.iban import find_bic
from core.locks import lock_row
from core.models import Brand

WITH_KEYS = frozenset({RailKind.STRIPE, RailKind.PAYPAL})
"""Rails of a payment service; of the others a person carries out what they say."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    RailKind.SEPA.value: ("name", "iban", "schema"),
    RailKind.PAYPAL.value: ("client_id", "mode"),
}
"""What a rail cannot pay without, beside keys."""
LIVE_KEYS = ("sk_live_", "rk_live_")
TEST_KEYS = ("sk_test_", "rk_test_")
MAX_RECOVERY_DAYS = 365


class PolicyInvalid(ValueError):
    """A payout policy has days that every period has, and positive amounts of known currencies."""


class KeyRefused(ValueError):
    """The key is not one this brand may use: `code` says why; the key is never repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DetailsMissing(ValueError):
    """What the rail needs beside keys is not there; the argument names the first."""


@transaction.atomic
def set_payout_policy(
    *,
    brand_id: int,
    schedule: Schedule,
    minimums: Mapping[str, int],
    approval_limits: Mapping[str, int],
    recovery_days: int,
    actor_id: int,
    now: datetime,
) -> PayoutPolicy:
    """Say when and from how much the brand pays; the terms of its programs follow.

    A currency without a minimum is not paid. Amounts are minor units.

    :raises brands.services.notice.NoticeNeeded: it is worse for creators, who must have notice.
    :raises brands.services.notice.AlreadyAnnounced: another value of one is announced.
    :raises PolicyInvalid: a day or an amount that cannot be.
    """
    policy = lock_policy(brand_id)
    values = {
        **_days(schedule),
        "minimums": dict(minimums),
        "approval_limits": dict(approval_limits),
        "recovery_days": recovery_days,
    }
    changes = {name: value for name, value in values.items() if value != getattr(policy, name)}
    change = PendingChange(subject=ChangeSubject.PAYOUTS, changes=changes)
    programs = lock_programs(brand_id)
    for program in programs:
        check_change_notice(program=program, change=change, at=now, now=now)
    change_payout_policy(policy, changes, actor_id=actor_id, now=now)
    for program in programs:
        refresh_terms(program=program, now=now)
    return policy


def lock_policy(brand_id: int) -> PayoutPolicy:
    """Lock the payout policy of a brand; its programs are locked after it."""
    return lock_row(
        PayoutPolicy, PayoutPolicy.objects.values_list("pk", flat=True).get(brand_id=brand_id)
    )


def lock_programs(brand_id: int) -> list[Program]:
    """Lock all programs of a brand, in the order all services keep."""
    ids = Program.objects.filter(brand_id=brand_id).order_by("pk").values_list("pk", flat=True)
    return [lock_row(Program, program_id) for program_id in ids]


def check_payout_policy(values: Mapping[str, Any]) -> None:
    """Check values of a policy without saving them.

    :raises PolicyInvalid: a day or an amount that cannot be.
    """
    is_sane = all(are_amounts(values.get(name, {})) for name in ("minimums", "approval_limits"))
    days = values.get("recovery_days", 0)
    if not (is_sane and 0 <= days <= MAX_RECOVERY_DAYS):
        raise PolicyInvalid(f"{days} days")


def change_payout_policy(
    policy: PayoutPolicy, changes: Mapping[str, Any], *, actor_id: int, now: datetime
) -> None:
    """Change a locked policy, of which creators had the notice they must have.

    Approval limits that were stricter hold on for a day, and the owners are told.

    :raises PolicyInvalid: a day or an amount that cannot be.
    """
    check_payout_policy(changes)
    before = _facts(policy)
    for name, value in changes.items():
        setattr(policy, name, value)
    if policy.rhythm not in PayoutRhythm.values or not policy.schedule.is_sane:
        raise PolicyInvalid(f"{policy.rhythm} {policy.day_of_month}")
    if _facts(policy) == before:
        return
    if is_looser(before=before["approval_limits"], after=policy.approval_limits):
        policy.past_limits = keep_limits(
            before=before["approval_limits"], past=policy.past_limits, now=now
        )
        mail_limits_loosened(
            policy=policy, before=before["approval_limits"], actor_id=actor_id, now=now
        )
    policy.save()
    audit.record(
        brand_id=policy.brand_id,
        actor_id=actor_id,
        action="payout_policy.set",
        target=policy,
        now=now,
        before=before,
        after=_facts(policy),
    )


@transaction.atomic
def set_rail(  # noqa: PLR0913  # a rail is these facts
    *,
    brand_id: int,
    rail: str,
    secret_key: str | None,
    webhook_secret: str | None,
    actor_id: int,
    now: datetime,
    is_enabled: bool = True,
    country: str = "",
    details: Mapping[str, str] | None = None,
) -> RailSettings:
    """Switch a rail on or off and keep its keys and details; None keeps what is stored.

    Live or test follows the key's prefix. A sandbox takes only the stand-in's keys, a real brand
    takes none of them.

    :raises KeyRefused: `key.missing`, `key.unknown`, `key.standin_only` or `key.standin`.
    :raises DetailsMissing: a SEPA file needs the account it pays from, PayPal its client id.
    """
    brand = lock_row(Brand, brand_id)
    row = RailSettings.objects.filter(brand=brand, rail=rail).first()
    row = row or RailSettings(brand=brand, rail=rail)
    before = _rail_facts(row)
    row.secret_key = secret_key or row.secret_key
    row.webhook_secret = webhook_secret or row.webhook_secret
    row.details = _keep_details(row, details or {})
    mode = read_details(row).get("mode", "")
    row.is_live = _is_live(brand, rail, row.secret_key or "", mode)
    row.is_enabled, row.country, row.updated_at = is_enabled, country.upper(), now
    row.save()
    audit.record(
        brand_id=brand_id,
        actor_id=actor_id,
        action="rail.set",
        target=row,
        now=now,
        before=before,
        after={**_rail_facts(row), "is_key_changed": bool(secret_key)},
    )
    return row


def _is_live(brand: Brand, rail: str, key: str, mode: str) -> bool:
    if rail not in WITH_KEYS:
        return not brand.is_sandbox
    if not key:
        raise KeyRefused("key.missing")
    is_standin = key.startswith(STANDIN_KEY)
    if brand.is_sandbox and not is_standin:
        raise KeyRefused("key.standin_only")
    if is_standin and not brand.is_sandbox:
        raise KeyRefused("key.standin")
    if rail == RailKind.PAYPAL:
        return not brand.is_sandbox and mode == "live"
    if not key.startswith(LIVE_KEYS + TEST_KEYS) or not (key.isascii() and key.isprintable()):
        raise KeyRefused("key.unknown")
    return key.startswith(LIVE_KEYS)


def _keep_details(row: RailSettings, given: Mapping[str, str]) -> str | None:
    """Return the details to store; what is not given anew stays as it is."""
    kept = {name: value for name, value in given.items() if value}
    stored = read_details(row)
    if kept.get("iban", stored.get("iban")) != stored.get("iban"):
        stored.pop("bic", None)
    stored |= kept
    missing = [name for name in NEEDED.get(row.rail, ()) if not stored.get(name)]
    if missing:
        raise DetailsMissing(missing[0])
    if "iban" in stored:
        stored["bic"] = stored.get("bic") or find_bic(stored["iban"])
    return json.dumps(stored, sort_keys=True) if stored else None


def _facts(policy: PayoutPolicy) -> dict[str, Any]:
    return {
        **_days(policy.schedule),
        "minimums": policy.minimums,
        "approval_limits": policy.approval_limits,
        "recovery_days": policy.recovery_days,
    }


def _days(schedule: Schedule) -> dict[str, Any]:
    return {
        "rhythm": schedule.rhythm.value,
        "day_of_month": schedule.day,
        "second_day": schedule.second_day,
        "weekday": schedule.weekday,
    }


def _rail_facts(row: RailSettings) -> dict[str, Any]:
    return {
        "rail": row.rail,
        "is_enabled": row.is_enabled,
        "is_live": row.is_live,
        "country": row.country,
    }
