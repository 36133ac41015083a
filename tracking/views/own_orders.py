"""Where is my order? A creator looks one up, asks his brand for it, and reads what came of it."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from affiliates.access import get_affiliate, list_enrollments
from affiliates.context import Scope, creator_page, read_scope
from affiliates.models import Enrollment
from core.access import NotFound
from core.attempts import Limit, day_limit, take_attempt
from core.clock import brand_now, utc_now
from core.edges import door, posted, see_other
from core.formats import local_day
from core.paging import cut_page
from core.wording import say_duration
from tracking.access import get_own_claim, get_own_commission
from tracking.claimwords import say_not_credited, say_rows, say_state
from tracking.domain.claims import AskedOrder
from tracking.forms_claims import AskForm, LookupForm, MessageForm
from tracking.models import Claim, ClaimPicture, Commission
from tracking.selectors_claims import (
    find_answer,
    find_reporting_time,
    list_messages,
    list_own_claims,
    list_paid_by,
)
from tracking.services.claims import (
    AlreadyAsked,
    AlreadyResolved,
    Question,
    TooManyMessages,
    open_claim,
    write_to_brand,
)

LOOKUPS_A_DAY = 10
CLAIMS_A_DAY = 10
OF_A_NETWORK = 60
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
QUERY = ("program", "number", "placed_on", "total")


@door
@require_http_methods(["GET", "HEAD", "POST"])
def show_own_orders(request: HttpRequest) -> HttpResponse:
    """Look an order up, and list what was asked for."""
    scope = read_scope(request)
    form = LookupForm(posted(request), places=_list_places(request, scope))
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        if _may(request, "look-ups", LOOKUPS_A_DAY):
            context = _answer(form.cleaned_data["program"], form.asked)
        else:
            form.add_error(
                None,
                _(
                    "You looked up 10 orders within a day. The next look-up is possible 24 hours"
                    " after the last one."
                ),
            )
    page = cut_page(list_own_claims(scope.affiliations), before=request.GET.get("before", ""))
    paid = list_paid_by(page.rows)
    context = creator_page(
        scope,
        form=form,
        has_places=form.fields["program"].queryset.exists(),  # type: ignore[attr-defined]
        rows=[(one, paid.get(one.pk)) for one in page.rows],
        next_url=page.older_url(request.GET.dict()),
        **context,
    )
    status = 422 if form.errors else 200
    return render(request, "tracking/own_orders.html", context, status=status)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def ask_brand(request: HttpRequest) -> HttpResponse:
    """Ask a brand for an order, with what is known of it filled in."""
    scope, about = read_scope(request), _find_about(request)
    form = AskForm(
        posted(request),
        request.FILES or None,
        places=_list_places(request, scope),
        is_about_own=about is not None,
        initial={name: request.GET.get(name, "").replace("\0", "")[:80] for name in QUERY},
    )
    if request.method == "POST" and form.is_valid():
        claim = _open(request, form, about)
        if claim is not None:
            return see_other(reverse("tracking:own-claim", args=[claim.public_id]))
    context = creator_page(scope, form=form, about=about, nav_current="tracking:own-orders")
    status = 422 if form.errors else 200
    return render(request, "tracking/claim_ask.html", context, status=status)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def show_own_claim(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Show what became of a question about an order, and take what the creator adds."""
    claim = get_own_claim(request.user, claim_id)
    form = MessageForm(posted(request))
    if request.method == "POST" and form.is_valid() and _is_written(request, claim, form):
        return see_other(reverse("tracking:own-claim", args=[claim.public_id]))
    paid = list_paid_by([claim]).get(claim.pk) if not claim.is_unresolved else None
    context = creator_page(
        read_scope(request),
        claim=claim,
        state=say_state(claim, paid, "creator"),
        paid=paid,
        thread=list_messages(claim),
        picture=ClaimPicture.objects.filter(claim=claim).defer("full").first(),
        form=form,
        nav_current="tracking:own-orders",
    ) | {"brand": claim.brand}
    status = 422 if form.errors else 200
    return render(request, "tracking/own_claim.html", context, status=status)


@door
@require_GET
def show_own_picture(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Return what the creator showed with his question."""
    return send_picture(get_own_claim(request.user, claim_id))


def send_picture(claim: Claim) -> HttpResponse:
    """Return the picture of a claim, which stays with the two sides: nothing in between keeps it.

    :raises core.access.NotFound: there is none.
    """
    picture = ClaimPicture.objects.filter(claim=claim).first()
    if picture is None:
        raise NotFound
    headers = {"Cache-Control": "no-store, private"}
    return HttpResponse(bytes(picture.full), content_type=picture.content_type, headers=headers)


def _list_places(request: HttpRequest, scope: Scope) -> list[Enrollment]:
    return list(list_enrollments(request.user).filter(affiliation__in=scope.affiliations))


def _find_about(request: HttpRequest) -> Commission | None:
    """Return the commission of his own that he asks about, where he comes from its page.

    :raises core.access.NotFound: not his, or not for an order.
    """
    public_id = request.GET.get("commission", "")
    if not public_id:
        return None
    commission = get_own_commission(request.user, public_id)
    if commission.order is None or commission.is_lead:
        raise NotFound
    return commission


def _answer(place: Enrollment, asked: AskedOrder) -> dict[str, Any]:
    brand = place.affiliation.brand
    found = find_answer(place=place, asked=asked)
    took = find_reporting_time(brand)
    return {
        "answer": found,
        "place": place,
        "asked": asked,
        "of_brand": brand,
        "zone": brand.time_zone,
        "sentence": say_not_credited(found, brand) if found.kind == "not_credited" else "",
        "own_rows": say_rows(found, brand),
        "reported_within": say_duration(max(took, MINUTE)) if took is not None else "",
    }


def _may(request: HttpRequest, what: str, most: int) -> bool:
    """Count one question of this creator, and of his network, which many may share."""
    network = get_adapter().get_client_ip(request)
    limits = [
        day_limit(f"order {what} {get_affiliate(request.user).pk}", most),
        Limit(f"order {what} net {network}", OF_A_NETWORK, HOUR, MINUTE),
    ]
    return take_attempt(limits, now=utc_now())


def _open(request: HttpRequest, form: AskForm, about: Commission | None) -> Claim | None:
    if not _may(request, "claims", CLAIMS_A_DAY):
        text = _("You asked for 10 orders within a day. Ask again 24 hours after the last one.")
        form.add_error(None, text)
        return None
    if about is not None and about.order is not None:
        place, asked = about.enrollment, _name_order(about)
    else:
        place, asked = form.cleaned_data["program"], form.asked
    question = Question(
        asked=asked,
        text=form.cleaned_data["text"],
        picture=form.cleaned_data["picture"],
        about=about,
    )
    try:
        claim = open_claim(
            enrollment_id=place.pk,
            question=question,
            actor_id=get_affiliate(request.user).user_id,
            now=brand_now(place.affiliation.brand),
        )
    except AlreadyAsked as error:
        messages.info(request, _("You asked for this order already. Add what is new here."))
        return error.claim
    messages.success(request, say_state(claim, list_paid_by([claim]).get(claim.pk), "creator"))
    return claim


def _name_order(about: Commission) -> AskedOrder:
    order = about.order
    assert order is not None  # noqa: S101
    zone = ZoneInfo(about.brand.time_zone)
    placed_on = local_day(order.placed_at, zone=zone) if order.placed_at else None
    return AskedOrder(order.number, placed_on)


def _is_written(request: HttpRequest, claim: Claim, form: MessageForm) -> bool:
    try:
        write_to_brand(
            claim_id=claim.pk,
            text=form.cleaned_data["text"],
            actor_id=get_affiliate(request.user).user_id,
            now=brand_now(claim.brand),
        )
    except AlreadyResolved:
        form.add_error(None, _("It was decided meanwhile. Nothing was sent."))
        return False
    except TooManyMessages:
        text = _("{brand} has three messages of yours and writes next.")
        form.add_error(None, text.format(brand=claim.brand.name))
        return False
    messages.success(request, _("Sent."))
    return True
