"""How the brand pays: when and from how much, and by which rails."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for
from brands.context import brand_page, why_not
from brands.forms.payouts import (
    PayPalForm,
    PolicyForm,
    RailForm,
    SepaForm,
    StripeForm,
    SwitchForm,
    to_schedule,
)
from brands.models import ChangeSubject, PayoutPolicy, PendingChange, RailKind, RailSettings
from brands.reasons import explain
from brands.selectors import (
    list_missing_minimums,
    list_programs,
    list_rails,
    read_details,
)
from brands.services.changes import announce_payout_change
from brands.services.notice import AlreadyAnnounced, NoticeNeeded
from brands.services.payouts import (
    WITH_KEYS,
    DetailsMissing,
    KeyRefused,
    set_payout_policy,
    set_rail,
)
from brands.views.common import find_program, program_page
from brands.views.notice import ask_for_day, say_already
from brands.wording_schedule import say_schedule
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.money import Money
from core.wording import Reader

DETAILS = {
    RailKind.SEPA.value: ("name", "iban", "bic", "schema"),
    RailKind.PAYPAL.value: ("client_id", "mode"),
}
TAB = "brands:rails"
LAST = 4


@require_GET
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the payout policy and the rails; of a key only its end."""
    access = get_brand_for(request.user, slug)
    brand, policy = access.brand, access.brand.payout_policy
    currencies = list(list_programs(brand).values_list("currency", flat=True))
    facts = {
        "schedule": say_schedule(policy.schedule),
        "policy": policy,
        "minimums": _money(policy.minimums),
        "limits": _money(policy.approval_limits),
        "past_limits": _list_past(policy, brand_now(brand)),
        "missing": list_missing_minimums(brand, currencies),
        "rails": _show_rails(access),
        "off": why_not(access, Right.MONEY),
    }
    program = find_program(request, access)
    if program is None:
        context = brand_page(access, nav_current="brands:program-settings", **facts)
    else:
        context = program_page(access, program, TAB, **facts)
    return render(request, "brands/rails.html", context)


@require_http_methods(["GET", "POST"])
@door
def edit_policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Change when and from how much the brand pays."""
    access = get_brand_for(request.user, slug, Right.MONEY)
    form = PolicyForm(posted(request), policy=access.brand.payout_policy)
    if request.method == "POST" and form.is_valid():
        try:
            set_payout_policy(
                brand_id=access.brand.pk,
                schedule=to_schedule(form.cleaned_data),
                minimums=form.cleaned_data["minimums"],
                approval_limits=form.cleaned_data["approval_limits"],
                recovery_days=form.cleaned_data["recovery_days"],
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except NoticeNeeded as needed:
            return _ask_for_day(request, access, needed, form)
        except AlreadyAnnounced as error:
            messages.error(request, say_already(error))
        else:
            text = _("Saved. It holds from the next payout on; the terms say it.")
            messages.success(request, text)
        return see_other(reverse(TAB, args=[slug]))
    return _render_form(request, access, form, title=_("When and from how much you pay"))


@require_http_methods(["GET", "POST"])
@door
def edit_rail(request: HttpRequest, slug: str, rail: str) -> HttpResponse:
    """Switch a rail on or off, and give it keys."""
    access = get_brand_for(request.user, slug, Right.MONEY)
    if rail not in RailKind.values:
        raise NotFound
    row = list_rails(access.brand).filter(rail=rail).first()
    form = _rail_form(request, rail, row)
    if request.method == "POST" and form.is_valid() and _save_rail(access, rail, form):
        messages.success(request, _("Saved. Payouts that are under way are not touched."))
        return see_other(reverse(TAB, args=[slug]))
    return _render_form(
        request,
        access,
        form,
        title=str(RailKind(rail).label),
        rail=rail,
        hook_url=_hook(access, rail),
    )


def _ask_for_day(
    request: HttpRequest, access: BrandAccess, needed: NoticeNeeded, form: PolicyForm
) -> HttpResponse:
    """Ask from which day a policy applies that is worse for creators."""
    before, brand_id = access.brand.payout_policy, access.brand.pk
    changes = {
        name: value for name, value in form.cleaned_data.items() if value != getattr(before, name)
    }
    return ask_for_day(
        request,
        access,
        needed,
        form=form,
        change=PendingChange(subject=ChangeSubject.PAYOUTS, brand_id=brand_id, changes=changes),
        announce=lambda day: announce_payout_change(
            brand_id=brand_id,
            changes=changes,
            applies_at=day,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        ),
        back_url=reverse(TAB, args=[access.brand.slug]),
    )


def _save_rail(access: BrandAccess, rail: str, form: RailForm) -> bool:
    data = form.cleaned_data
    now = brand_now(access.brand)
    try:
        set_rail(
            brand_id=access.brand.pk,
            rail=rail,
            secret_key=data.get("secret_key") or None,
            webhook_secret=data.get("webhook_secret") or None,
            actor_id=access.member.user_id,
            now=now,
            is_enabled=data["is_enabled"],
            country=data.get("country", ""),
            details={name: data[name] for name in DETAILS.get(rail, ())},
        )
    except DetailsMissing as missing:
        form.add_error(str(missing), _("Enter this; nothing can be paid without it."))
        return False
    except KeyRefused as refusal:
        reader = Reader(audience="brand", zone=ZoneInfo(access.brand.time_zone))
        form.add_error("secret_key", explain(code=refusal.code, params={}, reader=reader))
        return False
    return True


def _rail_form(request: HttpRequest, rail: str, row: RailSettings | None) -> RailForm:
    initial = {"is_enabled": row.is_enabled, "country": row.country} if row else {}
    data = posted(request)
    if rail == RailKind.SEPA:
        return _sepa_form(data, initial, row)
    if rail not in WITH_KEYS:
        return SwitchForm(data, initial=initial)
    if rail == RailKind.PAYPAL:
        form: RailForm = PayPalForm(data, initial={**initial, **read_details(row)})
    else:
        form = StripeForm(data, initial=initial)
    form.fields["secret_key"].help_text = _say_key(row.secret_key if row else None)
    form.fields["webhook_secret"].help_text = _say_key(row.webhook_secret if row else None)
    return form


def _sepa_form(
    data: QueryDict | None, initial: dict[str, Any], row: RailSettings | None
) -> SepaForm:
    stored = read_details(row)
    initial |= {name: stored[name] for name in ("name", "schema") if name in stored}
    form = SepaForm(data, initial=initial)
    form.fields["iban"].help_text = _say_key(stored.get("iban"))
    if stored.get("bic"):
        form.fields["bic"].help_text = _("Now: %(bic)s. Left empty, it follows the IBAN.") % {
            "bic": stored["bic"]
        }
    return form


def _render_form(
    request: HttpRequest,
    access: BrandAccess,
    form: PolicyForm | RailForm,
    **context: Any,
) -> HttpResponse:
    page = brand_page(
        access,
        form=form,
        back_url=reverse(TAB, args=[access.brand.slug]),
        nav_current="brands:program-settings",
        **context,
    )
    status = 422 if form.is_bound else 200
    return render(request, "brands/payout_form.html", page, status=status)


def _list_past(policy: PayoutPolicy, now: datetime) -> list[dict[str, Any]]:
    """Return the stricter limits that still hold, each with its end."""
    ends = [(datetime.fromisoformat(one["until"]), one["limits"]) for one in policy.past_limits]
    return [{"until": end, "limits": _money(limits)} for end, limits in ends if now < end]


def _show_rails(access: BrandAccess) -> list[dict[str, Any]]:
    rows = {row.rail: row for row in list_rails(access.brand)}
    return [
        {
            "kind": kind.value,
            "label": kind.label,
            "state": _find_state(rows.get(kind.value)),
            "row": rows.get(kind.value),
            "hook_url": _hook(access, kind.value),
            "has_keys": kind in WITH_KEYS,
            "account": read_details(rows.get(kind.value)).get("iban", ""),
            "key": _say_key(_read(rows, kind, "secret_key")),
            "webhook": _say_key(_read(rows, kind, "webhook_secret")),
        }
        for kind in RailKind
    ]


def _read(rows: dict[str, RailSettings], kind: RailKind, name: str) -> str | None:
    return getattr(rows[kind.value], name) if kind.value in rows else None


def _find_state(row: RailSettings | None) -> str:
    return "switched_on" if row is not None and row.is_enabled else "switched_off"


def _say_key(key: str | None) -> str:
    """Say which key is stored by its end; a stored key is never shown whole."""
    if not key:
        return _("None is stored yet.")
    return _("Stored: …%(end)s. Leave empty to keep it.") % {"end": key[-LAST:]}


def _hook(access: BrandAccess, rail: str) -> str:
    """Return where a payment service tells us something, or "" where there is none."""
    if rail not in WITH_KEYS:
        return ""
    return settings.SITE_URL + reverse(f"payouts:{rail}-hook", args=[access.brand.public_id])


def _money(amounts: dict[str, int]) -> list[Money]:
    return [Money(minor, currency) for currency, minor in sorted(amounts.items())]
