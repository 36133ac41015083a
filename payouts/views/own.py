"""A creator's payouts: what comes next, where it goes, what was paid."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.access import get_affiliation_of, list_affiliations
from affiliates.models import Affiliation
from brands.models import RailKind, RailSettings
from core.clock import brand_now
from core.edges import door, see_other
from core.money import Money
from core.wording import Reader
from payouts.access import get_own_payout
from payouts.domain.plan import PlanPolicy, find_gates
from payouts.forms import BankForm, CountryForm
from payouts.models import Payout, PayoutMethod
from payouts.rails.registry import LIMITS, RailOff, onboarding_for
from payouts.selectors import (
    PAGE,
    list_items,
    list_methods_of,
    list_next_runs,
    list_payouts_of,
    list_standings,
)
from payouts.services.methods import set_bank_method, set_rail_account
from payouts.services.planning import list_payees
from payouts.services.railevents import refresh_account
from payouts.services.rails import RailDeclined, RailUnavailable
from payouts.wording import explain, next_step, payout_reason


@require_GET
@door
def list_own(request: HttpRequest) -> HttpResponse:
    """Show balances, what the next payout waits for, methods, and the payouts so far."""
    affiliations = list(list_affiliations(request.user))
    payouts = list(list_payouts_of(affiliations)[:PAGE])
    for payout in payouts:
        payout.sentence = _sentence(payout)  # type: ignore[attr-defined]
    context = {
        "standings": list_standings(affiliations),
        "places": [_place(affiliation) for affiliation in affiliations],
        "payouts": payouts,
        "is_demo": any(affiliation.brand.is_demo for affiliation in affiliations),
    }
    return render(request, "payouts/creator_payouts.html", context)


@require_GET
@door
def show_own(request: HttpRequest, payout_id: str) -> HttpResponse:
    """Show one payout and the commissions it is made of."""
    payout = get_own_payout(request.user, payout_id)
    context = {
        "payout": payout,
        "brand": payout.brand,
        "amount": Money(payout.amount_minor, payout.currency),
        "items": list(list_items(payout)),
        "sentence": _sentence(payout),
    }
    return render(request, "payouts/creator_payout.html", context)


@require_GET
@door
def list_methods(request: HttpRequest) -> HttpResponse:
    """Show how each brand pays the creator."""
    affiliations = list(list_affiliations(request.user))
    if len(affiliations) == 1:
        return see_other(reverse("payouts:method-edit", args=[affiliations[0].public_id]))
    methods = list_methods_of(affiliations)
    rows = [(affiliation, methods.get(affiliation.pk)) for affiliation in affiliations]
    is_demo = any(affiliation.brand.is_demo for affiliation in affiliations)
    return render(request, "payouts/methods.html", {"rows": rows, "is_demo": is_demo})


@require_http_methods(["GET", "POST"])
@door
def edit_method(request: HttpRequest, affiliation_id: str) -> HttpResponse:
    """Choose how one brand pays: bank details here, or an account at Stripe."""
    affiliation = get_affiliation_of(request.user, affiliation_id)
    form = BankForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        set_bank_method(
            affiliation_id=affiliation.pk,
            details={name: str(value) for name, value in form.cleaned_data.items()},
            actor_id=affiliation.affiliate.user_id,
            now=brand_now(affiliation.brand),
        )
        messages.success(request, _("Saved. Your released money can be paid to this account."))
        return see_other(reverse("payouts:method-edit", args=[affiliation.public_id]))
    status = 422 if form.is_bound else 200
    country = CountryForm(initial={"country": affiliation.affiliate.country})
    return render(
        request, "payouts/method.html", _method_page(affiliation, form, country), status=status
    )


@require_http_methods(["GET", "POST"])
@door
def start_stripe(request: HttpRequest, affiliation_id: str) -> HttpResponse:
    """Open the creator's Stripe account where there is none, and lead him to Stripe's own page.

    Stripe also sends people back here when a link has expired: then a button asks for a new one.
    """
    affiliation = get_affiliation_of(request.user, affiliation_id)
    if request.method == "GET":
        return see_other(reverse("payouts:method-edit", args=[affiliation.public_id]))
    form = CountryForm(request.POST)
    row = _stripe_row(affiliation)
    method = PayoutMethod.objects.filter(affiliation=affiliation, rail=RailKind.STRIPE).first()
    if row is None or (method is None and not form.is_valid()):
        context = _method_page(affiliation, BankForm(), form)
        return render(request, "payouts/method.html", context, status=422)
    try:
        url = _stripe_link(affiliation, row, method, form)
    except (RailUnavailable, RailDeclined, RailOff):
        messages.error(request, _("Stripe did not answer as it should. Nothing was changed."))
        url = reverse("payouts:method-edit", args=[affiliation.public_id])
    return HttpResponseRedirect(url, status=303)


@require_POST
@door
def refresh(request: HttpRequest, affiliation_id: str) -> HttpResponse:
    """Ask Stripe again what the creator's account can do."""
    affiliation = get_affiliation_of(request.user, affiliation_id)
    row = _stripe_row(affiliation)
    method = PayoutMethod.objects.filter(affiliation=affiliation, rail=RailKind.STRIPE).first()
    if row is not None and method is not None:
        try:
            refresh_account(
                method=method,
                onboarding=onboarding_for(row),
                expects_live=row.is_live,
                now=brand_now(affiliation.brand),
            )
        except (RailUnavailable, RailDeclined, RailOff):
            messages.error(request, _("Stripe did not answer as it should. Nothing was changed."))
    return see_other(reverse("payouts:method-edit", args=[affiliation.public_id]))


def _stripe_link(
    affiliation: Affiliation, row: RailSettings, method: PayoutMethod | None, form: CountryForm
) -> str:
    onboarding = onboarding_for(row)
    account = method.external_account if method else ""
    if not account:
        account = onboarding.create_account(
            country=form.cleaned_data["country"].upper(),
            email=affiliation.affiliate.user.email,
            metadata={"affiliation": affiliation.public_id},
            idempotency_key=f"account:{affiliation.pk}",
        )
        set_rail_account(
            affiliation_id=affiliation.pk,
            external_account=account,
            actor_id=affiliation.affiliate.user_id,
            now=brand_now(affiliation.brand),
        )
    page = reverse("payouts:method-edit", args=[affiliation.public_id])
    again = reverse("payouts:method-stripe", args=[affiliation.public_id])
    return onboarding.account_link(
        account=account,
        return_url=f"{settings.SITE_URL}{page}",
        refresh_url=f"{settings.SITE_URL}{again}",
    )


def _stripe_row(affiliation: Affiliation) -> RailSettings | None:
    rows = RailSettings.objects.filter(
        brand=affiliation.brand_id, rail=RailKind.STRIPE, is_enabled=True
    ).select_related("brand")
    row = rows.first()
    return row if row and row.secret_key else None


def _method_page(affiliation: Affiliation, form: BankForm, country: CountryForm) -> dict[str, Any]:
    method = PayoutMethod.objects.filter(affiliation=affiliation).first()
    enabled = set(
        RailSettings.objects.filter(brand=affiliation.brand_id, is_enabled=True).values_list(
            "rail", flat=True
        )
    )
    now = brand_now(affiliation.brand)
    return {
        "affiliation": affiliation,
        "brand": affiliation.brand,
        "brand_name": affiliation.brand.name,
        "method": method,
        "form": form,
        "country_form": country,
        "has_bank": RailKind.CSV in enabled,
        "has_stripe": _stripe_row(affiliation) is not None,
        "is_frozen": bool(method and method.frozen_until and method.frozen_until > now),
    }


def _place(affiliation: Affiliation) -> dict[str, Any]:
    """Return what the next payout of one brand waits for, in sentences with a way forward."""
    brand = affiliation.brand
    now = brand_now(brand)
    policy = getattr(brand, "payout_policy", None)
    minimums = policy.minimums if policy else {}
    reader = _reader(affiliation)
    missing = []
    currencies = sorted({s.currency for s in list_standings([affiliation])})
    for currency in currencies:
        for payee in list_payees(brand=brand, currency=currency, limits=LIMITS, now=now):
            if payee.affiliation_id != affiliation.pk:
                continue
            for gate in find_gates(payee=payee, policy=PlanPolicy(minimums), now=now):
                step = next_step(code=gate.code, audience="creator")
                missing.append(
                    {
                        "text": explain(
                            code=gate.code,
                            params={"currency": currency, **gate.params},
                            reader=reader,
                        ),
                        "url": step,
                    }
                )
    return {
        "affiliation": affiliation,
        "next_run": min(
            list_next_runs(brand=brand, currencies=currencies or [""], now=now).values()
        ),
        "missing": missing,
        "method": PayoutMethod.objects.filter(affiliation=affiliation).first(),
    }


def _reader(affiliation: Affiliation) -> Reader:
    zone = affiliation.affiliate.user.time_zone or affiliation.brand.time_zone
    return Reader(audience="creator", zone=ZoneInfo(zone), known={"brand": affiliation.brand.name})


def _sentence(payout: Payout) -> str:
    at = payout.closed_at or payout.sent_at or payout.approved_at
    code, params = payout_reason(
        status=payout.status,
        cause=payout.code,
        detail=payout.detail,
        rail=payout.rail,
        date=at.isoformat(),
        reference=payout.reference,
    )
    return explain(code=code, params=params, reader=_reader(payout.affiliation))
