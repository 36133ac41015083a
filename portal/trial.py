"""A test order: opened, bought, credited and paid in the sandbox twin, over the real addresses."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import httpx
from django.conf import settings

from affiliates.models import Enrollment, LinkSlug
from affiliates.services.applications import apply_to_program
from brands.domain.examples import example_total
from brands.models import Program, StoreConnection
from brands.selectors import (
    find_latest_rules,
    find_latest_terms,
    find_open_sandbox,
    list_rules_of,
)
from brands.services.brands import open_sandbox
from brands.services.connections import create_connection
from brands.services.twins import NothingToCopy, copy_program
from core.clock import brand_now, database_now
from core.models import Brand
from core.money import exponent
from core.signing import sign_standard_webhooks
from portal.selftest.browser import TIMEOUT_S
from portal.selftest.shopper import Opened, open_link
from tracking.integrations import get_adapter
from tracking.models import Attribution, Click, Commission, Order, TrialRun, Verdict
from tracking.services.trials import note_copy, note_hop, pass_trial

HOPS = ("link", "click", "token", "order", "credit", "price", "release")
STORE = "Test order"
CREATOR = "Test creator"
NOT_OPENED = Opened(0, "", 0)


class HopFailed(Exception):
    """A hop was not reached; `cause` says why."""

    def __init__(self, cause: str, **params: Any) -> None:
        super().__init__(cause)
        self.cause, self.params = cause, params


@dataclass
class Sale:
    """What one test order is made of, and what is known of it so far."""

    program: Program
    enrollment: Enrollment
    connection: StoreConnection
    number: str
    opened: Opened = NOT_OPENED

    def order(self) -> Order | None:
        return Order.objects.filter(
            connection=self.connection, external_order_id=self.number
        ).first()

    def now(self) -> datetime:
        return brand_now(self.program.brand)


def run_trial(*, trial_id: int) -> TrialRun:
    """Take every hop of a test order, noting each with its time; the first that fails ends it."""
    trial = TrialRun.objects.select_related("program__brand", "brand").get(pk=trial_id)
    try:
        sale = _prepare(trial)
    except NothingToCopy:
        return note_hop(
            trial_id=trial_id, code="link", params={}, now=database_now(), cause="no_rules"
        )
    steps: dict[str, Callable[[Sale], dict[str, Any]]] = {
        "link": _open,
        "click": _find_click,
        "token": _carry,
        "order": _deliver,
        "credit": _find_credit,
        "price": _find_price,
        "release": _find_release,
    }
    for code in HOPS:
        try:
            params = steps[code](sale)
        except HopFailed as error:
            return note_hop(
                trial_id=trial_id,
                code=code,
                params=error.params,
                now=database_now(),
                cause=error.cause,
            )
        note_hop(trial_id=trial_id, code=code, params=params, now=database_now())
    return pass_trial(trial_id=trial_id, now=database_now())


def _prepare(trial: TrialRun) -> Sale:
    """Return the place of the sale in the twin: the copy made before while nothing changed."""
    real, actor_id = trial.program, trial.started_by_id
    twin = _ensure_twin(trial)
    mark = _fingerprint(real)
    earlier = TrialRun.objects.filter(program=real, fingerprint=mark).values("copy_id")
    copied = Program.objects.filter(brand=twin, public_id__in=earlier).first() or copy_program(
        program_id=real.pk, twin_id=twin.pk, actor_id=actor_id, now=brand_now(twin)
    )
    note_copy(trial_id=trial.pk, copy_id=copied.public_id, fingerprint=mark)
    return Sale(
        program=copied,
        enrollment=_ensure_creator(copied, actor_id),
        connection=_ensure_store(copied, actor_id),
        number=f"TEST-{secrets.token_hex(4)}",
    )


def _ensure_twin(trial: TrialRun) -> Brand:
    """Return the open sandbox, or open one; a sandbox tries its programs in itself."""
    brand = trial.brand
    if brand.is_sandbox:
        return brand
    return find_open_sandbox(brand) or open_sandbox(
        brand_id=brand.pk, actor_id=trial.started_by_id, now=database_now()
    )


def _fingerprint(program: Program) -> str:
    rule_set, terms = find_latest_rules(program), find_latest_terms(program)
    rules = [rule.to_json() for rule in list_rules_of(rule_set)] if rule_set else []
    facts = [rules, terms.version if terms else 0, program.landing_url, program.domains]
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _ensure_creator(program: Program, actor_id: int) -> Enrollment:
    place = Enrollment.objects.filter(program=program).order_by("pk").first()
    if place is not None:
        return place
    terms = find_latest_terms(program)
    apply_to_program(
        user_id=actor_id,
        program_id=program.pk,
        terms_id=terms.pk if terms else 0,
        publishes_at=CREATOR,
        message="",
        now=brand_now(program.brand),
        display_name=CREATOR,
    )
    return Enrollment.objects.get(program=program)


def _ensure_store(program: Program, actor_id: int) -> StoreConnection:
    rows = StoreConnection.objects.filter(brand=program.brand, name=STORE, is_active=True)
    return rows.first() or create_connection(
        brand_id=program.brand_id,
        traits=get_adapter("generic").traits,
        name=STORE,
        actor_id=actor_id,
        now=brand_now(program.brand),
    )


# The hops, in their order. Each returns what is to be said of it.


def _open(sale: Sale) -> dict[str, Any]:
    slug = LinkSlug.objects.filter(link__enrollment=sale.enrollment, is_current=True).first()
    if slug is None:
        raise HopFailed("no_link")
    try:
        sale.opened = open_link(settings.INTERNAL_URL, slug.slug)
    except httpx.HTTPError:
        raise HopFailed("unreachable", url=settings.INTERNAL_URL) from None
    if sale.opened.status != 302:
        raise HopFailed("link_status", status=sale.opened.status)
    return {"slug": slug.slug}


def _find_click(sale: Sale) -> dict[str, Any]:
    clicks = Click.objects.filter(enrollment_id=sale.enrollment.pk).order_by("-id")
    click = clicks.first()
    if click is None:
        raise HopFailed("no_click")
    if click.verdict < Verdict.COUNTED:
        raise HopFailed("click_not_counted")
    return {}


def _carry(sale: Sale) -> dict[str, Any]:
    if not sale.opened.token:
        raise HopFailed("no_token")
    return {}


def _deliver(sale: Sale) -> dict[str, Any]:
    body = json.dumps({"type": "order.paid", "data": _order_data(sale)}).encode()
    headers = sign_standard_webhooks(
        secrets=[sale.connection.secret],
        event_id=f"evt_{sale.number}",
        body=body,
        now=database_now(),
    )
    url = f"{settings.INTERNAL_URL}/hooks/{sale.connection.public_id}"
    try:
        answer = httpx.post(
            url,
            content=body,
            headers={**headers, "Content-Type": "application/json"},
            timeout=TIMEOUT_S,
        )
    except httpx.HTTPError:
        raise HopFailed("unreachable", url=settings.INTERNAL_URL) from None
    if answer.status_code != 200:
        raise HopFailed("hook_status", status=answer.status_code)
    if sale.order() is None:
        raise HopFailed("not_processed")
    return {"number": sale.number}


def _order_data(sale: Sale) -> dict[str, Any]:
    total = example_total(sale.program.currency)
    digits = int(exponent(total.currency))
    amount = f"{Decimal(total.amount_minor).scaleb(-digits):.{digits}f}"
    at = sale.now().isoformat()
    return {
        "id": sale.number,
        "number": sale.number,
        "status": "paid",
        "updated_at": at,
        "placed_at": at,
        "paid_at": at,
        "currency": total.currency,
        "total": amount,
        "click": sale.opened.token,
        "lines": [{"id": "1", "title": STORE, "quantity": 1, "gross": amount}],
        "customer": {"email": f"{sale.number.lower()}@shopper.invalid"},
    }


def _find_credit(sale: Sale) -> dict[str, Any]:
    found = Attribution.objects.filter(order=sale.order(), is_current=True).first()
    if found is None or found.enrollment_id != sale.enrollment.pk:
        raise HopFailed("not_credited", order=_order_id(sale))
    return {"creator": sale.enrollment.affiliation.affiliate.display_name}


def _find_price(sale: Sale) -> dict[str, Any]:
    commission = Commission.objects.filter(order=sale.order()).first()
    if commission is None:
        raise HopFailed("no_commission", order=_order_id(sale))
    (line, *_more) = commission.pricing.get("lines") or [{}]
    if not commission.amount_minor:
        raise HopFailed("pays_nothing", order=_order_id(sale))
    return {
        "amount_minor": commission.amount_minor,
        "currency": commission.currency,
        "position": line.get("rule_position"),
        "rule": line.get("rule_name", ""),
        "commission": commission.public_id,
    }


def _find_release(sale: Sale) -> dict[str, Any]:
    commission = Commission.objects.get(order=sale.order())
    if commission.release_at is None:
        raise HopFailed("no_date")
    return {"release_at": commission.release_at.isoformat()}


def _order_id(sale: Sale) -> str:
    order = sale.order()
    return order.public_id if order else ""
