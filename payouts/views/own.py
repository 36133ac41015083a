"""One payout as its creator sees it, and how he is paid."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.access import get_affiliation_of, list_affiliations
from affiliates.models import Affiliation
from brands.models import RailKind, RailSettings
from core.access import NotFound
from core.clock import brand_now
from core.edges import door, see_other
from core.money import Money
from core.templatetags.fairshare import RAILS
from payouts.access import get_own_payout
from payouts.forms import (
    BankForm,
    CountryForm,
    DetailForm,
    ManualMethodForm,
    PayPalMethodForm,
    SepaMethodForm,
    WiseMethodForm,
)
from payouts.models import PayoutMethod
from payouts.own_wording import say_own_payout
from payouts.rails.registry import LIMITS, RailOff, onboarding_for, rail_for
from payouts.selectors import (
    list_items,
    list_methods_of,
)
from payouts.services.methods import set_bank_method, set_rail_account
from payouts.services.railevents import refresh_account
from payouts.services.rails import RailDeclined, RailUnavailable
from payouts.views._said import say_tax

FORMS: dict[str, tuple[type[DetailForm], Promise, Promise]] = {
    "csv": (BankForm, gettext_lazy("Bank transfer"), gettext_lazy("Save bank account")),
    "sepa": (SepaMethodForm, gettext_lazy("SEPA transfer in euro"), gettext_lazy("Save IBAN")),
    "wise": (WiseMethodForm, gettext_lazy("Transfer by Wise"), gettext_lazy("Save account")),
    "paypal": (PayPalMethodForm, gettext_lazy("PayPal"), gettext_lazy("Save PayPal address")),
    "paypal_csv": (PayPalMethodForm, gettext_lazy("PayPal"), gettext_lazy("Save PayPal address")),
    "manual": (ManualMethodForm, gettext_lazy("Payment by hand"), gettext_lazy("Save")),
}
"""For each rail that needs a creator's details: the form, its title, its button."""


@require_GET
@door
def show_own(request: HttpRequest, payout_id: str) -> HttpResponse:
    """Show one payout and the commissions it is made of."""
    payout = get_own_payout(request.user, payout_id)
    context = {
        "payout": payout,
        "brand": payout.brand,
        "amount": Money(payout.sent_minor, payout.currency),
        **say_tax(payout),
        "items": list(list_items(payout)),
        "sentence": say_own_payout(payout),
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
    """Choose how one brand pays: details for one of its rails here, or an account at Stripe."""
    affiliation = get_affiliation_of(request.user, affiliation_id)
    rail = request.POST.get("rail", RailKind.CSV.value)
    forms = _method_forms(rail, request.POST if request.method == "POST" else None)
    form = forms.get(rail)
    if form is None or (request.method == "POST" and rail not in _list_enabled(affiliation)):
        raise NotFound
    if request.method == "POST" and form.is_valid() and _is_reached(affiliation, rail, form):
        set_bank_method(
            affiliation_id=affiliation.pk,
            rail=RailKind(rail),
            details={name: str(value) for name, value in form.cleaned_data.items()},
            actor_id=affiliation.affiliate.user_id,
            now=brand_now(affiliation.brand),
        )
        messages.success(request, _("Saved. Your released money can be paid to this account."))
        return see_other(reverse("payouts:method-edit", args=[affiliation.public_id]))
    status = 422 if form.is_bound else 200
    country = CountryForm(initial={"country": affiliation.affiliate.country})
    return render(
        request, "payouts/method.html", _method_page(affiliation, forms, country), status=status
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
    if row is None or (method is None and not _may_open_account(row, form)):
        context = _method_page(affiliation, _method_forms("", None), form)
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


def _may_open_account(row: RailSettings, form: CountryForm) -> bool:
    """Tell whether money of this brand may go to an account of that country, else say it there.

    Which country the brand's own account is of, only Stripe knows; where it does not answer, it is
    asked again for the account itself.
    """
    if not form.is_valid():
        return False
    try:
        rail = rail_for(row)
    except RailOff:
        return True
    payer, country = rail.payer(), form.cleaned_data["country"]
    if payer is None or rail.limits.can_reach(payer_country=payer.country, creator_country=country):
        return True
    text = _(
        "Stripe cannot send money from %(brand)s's account (%(from)s) to one in %(country)s. "
        "Choose another way to be paid; where there is none, ask %(brand)s for one."
    )
    values = {"brand": row.brand.name, "from": payer.country, "country": country}
    form.add_error("country", text % values)
    return False


def _is_reached(affiliation: Affiliation, rail: str, form: DetailForm) -> bool:
    """Tell whether a rail pays into the country he named, else say it there."""
    country = form.cleaned_data.get("country", "")
    rows = RailSettings.objects.filter(brand=affiliation.brand_id, rail=rail)
    payer = rows.values_list("country", flat=True).first() or ""
    if not country or LIMITS[rail].can_reach(payer_country=payer, creator_country=country):
        return True
    text = _("%(rail)s cannot pay an account in %(country)s. Choose another way to be paid.")
    form.add_error("country", text % {"rail": RAILS[rail], "country": country})
    return False


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


def _method_forms(rail: str, data: QueryDict | None) -> dict[str, DetailForm]:
    """Return the form of each rail that asks for details; one of them was sent."""
    return {
        kind: form(data if kind == rail else None, auto_id=f"id_{kind}_%s")
        for kind, (form, _title, _button) in FORMS.items()
    }


def _list_enabled(affiliation: Affiliation) -> set[str]:
    rows = RailSettings.objects.filter(brand=affiliation.brand_id, is_enabled=True)
    return set(rows.values_list("rail", flat=True))


def _method_page(
    affiliation: Affiliation, forms: dict[str, DetailForm], country: CountryForm
) -> dict[str, Any]:
    method = PayoutMethod.objects.filter(affiliation=affiliation).first()
    enabled = _list_enabled(affiliation)
    now = brand_now(affiliation.brand)
    return {
        "affiliation": affiliation,
        "brand": affiliation.brand,
        "brand_name": affiliation.brand.name,
        "method": method,
        "ways": [(kind, *FORMS[kind][1:], form) for kind, form in forms.items() if kind in enabled],
        "country_form": country,
        "has_stripe": _stripe_row(affiliation) is not None,
        "is_frozen": bool(method and method.frozen_until and method.frozen_until > now),
    }
