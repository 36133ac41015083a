"""End many reviews at once: those with the reason of one, or all that the filter finds for it.

The page that asks holds the ids it names, and exactly these are looked at once more and cleared.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import brand_page
from brands.models import Program
from core import formats
from core.asked import Asked, read_text
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.models import Brand
from core.money import Money
from core.templatetags.fairshare import current_language, number
from tracking.access_brand import get_commission_for
from tracking.filters import COMMISSION_FILTERS, pick_commissions
from tracking.forms_brand import NoteForm
from tracking.models import PERSONAL_HOLDS, Commission, HoldKind
from tracking.selectors_brand import (
    filter_by_hold,
    list_clearable_holds,
    list_reasons,
    list_reviews,
)
from tracking.services.holds import clear_alike

MOST = 200
NAMED = 50
NO_FILTER: Asked = {}


@door
@require_http_methods(["GET", "HEAD", "POST"])
def clear_those_alike(request: HttpRequest, slug: str, commission_id: str) -> HttpResponse:
    """Name the commissions under review for the same reason as one; on the second press, clear."""
    access = get_brand_for(request.user, slug)
    commission = get_commission_for(access, commission_id)
    require(access, Right.CLEAR)
    mine = next(iter(list_clearable_holds(commission)), None)
    why = (mine.kind, mine.reason) if mine else None
    return _clear(request, access, list_reviews(access.brand), why)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def clear_those_found(request: HttpRequest, slug: str) -> HttpResponse:
    """Name all that wait for the reason in the filter of the list, and fit the rest of it."""
    access = get_brand_for(request.user, slug)
    require(access, Right.CLEAR)
    asked = request.GET.dict()
    rows = pick_commissions(access.brand, {**asked, "tab": "review"})
    return _clear(request, access, rows, find_personal(access.brand, asked), asked)


def find_personal(brand: Brand, asked: Asked) -> tuple[str, str] | None:
    """Return the reason in the filter, None where there is none or a bank decides it."""
    why = list_reasons(brand).get(read_text(asked, "why"))
    return why if why and why[0] in PERSONAL_HOLDS else None


def _clear(
    request: HttpRequest,
    access: BrandAccess,
    rows: QuerySet[Commission],
    why: tuple[str, str] | None,
    asked: Asked = NO_FILTER,
) -> HttpResponse:
    said = {name: asked[name] for name in COMMISSION_FILTERS if asked.get(name)}
    url = reverse("tracking:commission-list", args=[access.brand.slug])
    url = f"{url}?{urlencode({'tab': 'review', **said})}"
    found = filter_by_hold(rows, *why, is_alone=True) if why else rows.none()
    if request.method == "POST":
        found = found.filter(public_id__in=_read_ids(request))
    count, chosen = found.order_by().count(), list(found.order_by("pk")[:MOST])
    if not chosen or why is None:
        messages.info(request, _("Nothing waits for this reason alone any more."))
        return see_other(url)
    form = NoteForm(posted(request))
    if form.is_valid():
        done = clear_alike(
            commission_ids=[row.pk for row in chosen],
            kind=why[0],
            text=why[1],
            reason=form.cleaned_data["reason"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        text = ngettext("%(count)s review ended.", "%(count)s reviews ended.", done)
        messages.success(request, text % {"count": number(done)})
        return see_other(url)
    button = ngettext("Clear %(count)s commission", "Clear %(count)s commissions", len(chosen))
    context = brand_page(
        access,
        nav_current="tracking:commission-list",
        title=_("End the reviews with the same reason"),
        text=_say_limits(count),
        button=button % {"count": number(len(chosen))},
        facts=[*_describe(access.brand, why, said), *_sum_up(chosen)],
        fields=[("also", " ".join(row.public_id for row in chosen))],
        form=form,
        back_url=url,
        action_url=request.get_full_path(),
    )
    return render(request, "tracking/decision.html", context, status=422 if form.errors else 200)


def name_reason(kind: str, text: str) -> str:
    """Return what a review waits for, in words; a person's own are quoted."""
    label = str(dict(HoldKind.choices).get(kind, kind))
    return f"{label}: {formats.isolate(text)}" if text else label


def _read_ids(request: HttpRequest) -> list[str]:
    posted_ids = " ".join(request.POST.getlist("also"))
    return [one[:40] for one in posted_ids.replace("\0", "").split()]


def _say_limits(count: int) -> str:
    """Say who is left out, and how many a decision takes."""
    if count <= MOST:
        return _("Those that wait for another reason too, or for the bank, are left out.")
    text = _(
        "%(count)s wait for it; one decision takes the %(most)s that wait longest. Repeat it for"
        " the rest. Those that wait for another reason too are left out."
    )
    shown = {"count": number(count), "most": number(MOST)}
    return text % shown


def _describe(brand: Brand, why: tuple[str, str], said: Mapping[str, str]) -> list[tuple[str, str]]:
    program = Program.objects.filter(brand=brand, public_id=said.get("program", "")).first()
    pairs = (
        (_("Reason"), name_reason(*why)),
        (_("Order number or creator"), said.get("q", "")),
        (_("Program"), program.name if program else ""),
    )
    return [(label, formats.isolate(str(value))) for label, value in pairs if value]


def _sum_up(rows: Sequence[Commission]) -> list[tuple[str, str]]:
    """Return the amounts together, then the first of the commissions by name."""
    sums = Counter[str]()
    for row in rows:
        sums[row.currency] += row.amount_minor
    together = [
        (_("Together"), formats.money_text(Money(total, currency), language=current_language()))
        for currency, total in sorted(sums.items())
    ]
    named = [(_name(row), _amount(row)) for row in rows[:NAMED]]
    rest = len(rows) - len(named)
    more = [(_("And more"), number(rest))] if rest else []
    return [*together, *named, *more]


def _name(commission: Commission) -> str:
    return f"{commission.label} · {formats.isolate(str(commission.affiliation))}"


def _amount(commission: Commission) -> str:
    amount = Money(commission.amount_minor, commission.currency)
    return formats.money_text(amount, language=current_language())
