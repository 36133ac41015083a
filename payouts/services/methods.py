"""Where a creator wants a brand's money, and the pause after it changed."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from affiliates.models import Affiliation, MarkKind
from affiliates.services.alike import note_marks
from brands.models import RailKind
from core import audit
from core.iban import read_iban
from payouts.domain.export_sepa import NAME_LENGTH, to_latin
from payouts.domain.export_wise import FIELDS as WISE_FIELDS
from payouts.domain.marks import mark_method
from payouts.emails import mail_method_changed
from payouts.models import PayoutMethod
from payouts.services.rails import AccountState

COOLING_OFF = timedelta(hours=72)
FIELDS: Mapping[str, tuple[str, ...]] = {
    "csv": ("account_name", "iban", "account_number", "bank_code", "bank_name", "country"),
    "sepa": ("account_name", "iban"),
    "wise": (
        "account_name",
        "email",
        "receiver_type",
        "currency",
        *dict.fromkeys(field for fields in WISE_FIELDS.values() for field in fields),
    ),
    "paypal": ("email", "country"),
    "paypal_csv": ("email", "country"),
    "manual": ("how",),
}
"""What is kept of a creator's details, by the rail that needs it."""

NUMBERS = ("iban", "account_number")
"""Where an account is named; its end is shown."""


class MissingDetails(ValueError):
    """What the rail needs to pay is not there."""


def set_bank_method(
    *,
    affiliation_id: UUID,
    details: Mapping[str, str],
    actor_id: int,
    now: datetime,
    rail: RailKind = RailKind.CSV,
) -> PayoutMethod:
    """Store where a creator is paid, for a rail that needs details. A change pauses for 72 hours.

    :raises MissingDetails: nobody could pay to them.
    :raises core.iban.BadIban: the account is none that SEPA reaches, where the rail needs one.
    """
    kept = {name: details[name].strip() for name in FIELDS[rail] if details.get(name, "").strip()}
    _check_details(rail, kept)
    return _replace(
        affiliation_id=affiliation_id,
        rail=rail,
        details=json.dumps(kept, sort_keys=True),
        hint=_hint(kept),
        external_account="",
        is_ready=True,
        actor_id=actor_id,
        now=now,
    )


def set_rail_account(
    *, affiliation_id: UUID, external_account: str, actor_id: int, now: datetime
) -> PayoutMethod:
    """Store the creator's new account at Stripe; it is ready when Stripe says so."""
    return _replace(
        affiliation_id=affiliation_id,
        rail=RailKind.STRIPE,
        details=None,
        hint=f"…{external_account[-4:]}",
        external_account=external_account,
        is_ready=False,
        actor_id=actor_id,
        now=now,
    )


def record_account_state(
    *, method_id: int, state: AccountState, expects_live: bool, now: datetime
) -> PayoutMethod:
    """Keep what the rail says of an account: ready only when it can receive, in the right mode."""
    with transaction.atomic():
        method = PayoutMethod.objects.select_for_update(of=("self",)).get(pk=method_id)
        was_ready = method.is_ready
        method.is_ready = state.can_receive and state.is_live == expects_live
        method.needs, method.checked_at = list(state.needs), now
        _watch_destination(method, state.destination, now)
        names = [f"{method.rail}:{state.destination}"] if state.destination else []
        note_marks(affiliation=method.affiliation, kind=MarkKind.PAYOUT, texts=names, now=now)
        method.save(
            update_fields=["is_ready", "needs", "checked_at", "destination", "frozen_until"]
        )
        if method.is_ready != was_ready:
            audit.record(
                brand_id=method.brand_id,
                actor_id=None,
                action="payout_method.ready" if method.is_ready else "payout_method.not_ready",
                target=method,
                after={"needs": method.needs},
                now=now,
            )
    return method


def _check_details(rail: RailKind, kept: dict[str, str]) -> None:
    """Refuse what nobody could pay to; an IBAN is kept without its spaces."""
    needed = tuple(name for name in FIELDS[rail] if name != "country")
    if rail == RailKind.WISE:
        needed = (
            "account_name",
            "receiver_type",
            *WISE_FIELDS.get(kept.get("currency", ""), ("?",)),
        )
    if rail == RailKind.CSV:
        needed = ("account_name",)
        if not any(name in kept for name in NUMBERS):
            raise MissingDetails
    if "iban" in needed:
        kept["iban"] = read_iban(kept.get("iban", ""))
    if not all(name in kept for name in needed):
        raise MissingDetails
    if rail == RailKind.SEPA and not to_latin(kept["account_name"], NAME_LENGTH):
        raise MissingDetails


def _hint(kept: Mapping[str, str]) -> str:
    """Show the end of an account, or whose mail an address is, without telling either."""
    number = next((kept[name] for name in NUMBERS if name in kept), "")
    if number:
        return f"…{number.replace(' ', '')[-4:]}"
    name, _, host = kept.get("email", "").partition("@")
    return f"{name[:1]}…@{host}"[:40] if host else ""


def _watch_destination(method: PayoutMethod, destination: str, now: datetime) -> None:
    """Pause payouts when the account behind the rail's account is another than before."""
    before, method.destination = method.destination, destination or method.destination
    if not before or before == method.destination:
        return
    method.frozen_until = now + COOLING_OFF
    audit.record(
        brand_id=method.brand_id,
        actor_id=None,
        action="payout_method.destination_changed",
        target=method,
        now=now,
    )
    mail_method_changed(method=method, now=now)


def _replace(  # noqa: PLR0913  # the row's own facts
    *,
    affiliation_id: UUID,
    rail: RailKind,
    details: str | None,
    hint: str,
    external_account: str,
    is_ready: bool,
    actor_id: int,
    now: datetime,
) -> PayoutMethod:
    with transaction.atomic():
        affiliation = Affiliation.objects.select_for_update(of=("self",)).get(pk=affiliation_id)
        old = PayoutMethod.objects.filter(affiliation=affiliation).first()
        facts: dict[str, Any] = {
            "rail": rail,
            "details": details,
            "hint": hint,
            "external_account": external_account,
            "destination": "",
            "is_ready": is_ready,
            "needs": [],
            "checked_at": None,
            "changed_at": now,
            "frozen_until": now + COOLING_OFF if old else None,
        }
        method, _ = PayoutMethod.objects.update_or_create(
            affiliation=affiliation, defaults=facts | {"brand_id": affiliation.brand_id}
        )
        audit.record(
            brand_id=affiliation.brand_id,
            actor_id=actor_id,
            action="payout_method.changed" if old else "payout_method.added",
            target=method,
            before={"rail": old.rail, "hint": old.hint} if old else {},
            after={"rail": rail, "hint": hint},
            now=now,
        )
        names = mark_method(rail, json.loads(details)) if details else []
        note_marks(affiliation=affiliation, kind=MarkKind.PAYOUT, texts=names, now=now)
        mail_method_changed(method=method, now=now)
    return method
