"""One creator of a brand: money and places on top, and a tab for each thing to look up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from affiliates.access import get_affiliation_for
from affiliates.models import Affiliation
from affiliates.selectors import (
    list_applications,
    list_brand_codes,
    list_brand_links,
    list_code_batches,
    list_enrollments_of,
    list_groups_by_program,
    list_notes,
    list_tags,
)
from affiliates.selectors_alike import find_alike
from brands.access import Right, get_brand_for
from brands.context import brand_page, why_not
from core.clock import brand_now
from core.edges import door
from core.models import AuditEvent, Brand
from core.paging import cut_page
from core.refusals import find_refusal
from payouts.selectors import list_payouts_of, list_standings
from portal.alike_words import name_shared
from portal.audit_log import describe_events
from portal.links import list_code_rows, list_link_rows
from portal.recovery_words import say_recovery
from portal.tier_words import describe_place
from portal.tiers import read_places
from tracking.selectors_brand import list_commissions
from tracking.selectors_codes import list_batch_rows
from tracking.selectors_leaks import find_leaky
from tracking.states import derive_state

SHOWN = 10
EVENTS = 20


@dataclass(frozen=True, slots=True)
class Looked:
    """Whose page it is, and from where on the rows of a tab are asked for."""

    brand: Brand
    affiliation: Affiliation
    asked: Mapping[str, str]


@door
@require_GET
def show_creator(request: HttpRequest, slug: str, creator_id: str) -> HttpResponse:
    """Show one creator; `?tab=` names what is looked up below the money."""
    access = get_brand_for(request.user, slug)
    affiliation = get_affiliation_for(access, creator_id)
    asked = request.GET.dict()
    tab = asked.get("tab", "")
    tab = tab if tab in TABS else next(iter(TABS))
    places, now = list(list_enrollments_of(affiliation)), brand_now(access.brand)
    groups = list_groups_by_program({place.program_id for place in places})
    url = reverse("affiliates:creator-detail", args=[slug, affiliation.public_id])
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        affiliation=affiliation,
        refusal=find_refusal(affiliation.affiliate.user.email),
        standings=[
            (one, say_recovery(one, audience="brand")) for one in list_standings([affiliation])
        ],
        money_off=why_not(access, Right.MONEY),
        places=[(place, groups.get(place.program_id, [])) for place in places],
        tiers={
            pk: describe_place(row, now=now) for pk, row in read_places(places, now=now).items()
        },
        alike=[
            (one, name_shared(one))
            for one in find_alike(access.brand.pk, [affiliation.pk]).get(affiliation.pk, [])
        ],
        tab=tab,
        tabs=[(f"{url}?tab={name}", one.label, name == tab, 0) for name, one in TABS.items()],
        manage_off=why_not(access, Right.MANAGE),
        **TABS[tab].load(Looked(access.brand, affiliation, asked)),
    )
    return render(request, "portal/creator_detail.html", context)


def _load_orders(of: Looked) -> dict[str, Any]:
    rows = list_commissions(of.brand).filter(affiliation=of.affiliation)
    page = cut_page(rows, before=of.asked.get("before", ""), size=SHOWN)
    return {
        "rows": [
            (row, derive_state(row, has_open_hold=row.has_open_hold).badge)  # type: ignore[attr-defined]
            for row in page.rows
        ],
        "next_url": page.older_url(of.asked),
    }


def _load_shared(of: Looked) -> dict[str, Any]:
    mine = Q(enrollment__affiliation=of.affiliation)
    page = cut_page(
        list_brand_links(of.brand).filter(mine), before=of.asked.get("before", ""), size=SHOWN
    )
    return {
        "links": [(row, row.url) for row in list_link_rows(page.rows)],
        "next_url": page.older_url(of.asked),
        "codes": list_code_rows(list_brand_codes(of.brand).filter(mine, batch=None)),
        "leaky": find_leaky(of.brand, now=brand_now(of.brand)),
        "batches": list_batch_rows(list_code_batches([of.affiliation])),
    }


def _load_payouts(of: Looked) -> dict[str, Any]:
    page = cut_page(
        list_payouts_of([of.affiliation]), before=of.asked.get("before", ""), size=SHOWN
    )
    return {"rows": page.rows, "next_url": page.older_url(of.asked)}


def _load_notes(of: Looked) -> dict[str, Any]:
    affiliate_id = of.affiliation.affiliate_id
    return {
        "tags": list_tags(of.brand),
        "notes": list_notes(of.brand, [affiliate_id]).get(affiliate_id, []),
        "applications": list_applications(of.brand).filter(affiliate=affiliate_id),
    }


def _load_history(of: Looked) -> dict[str, Any]:
    """Return what was changed about a creator and what is his, newest first."""
    affiliation = of.affiliation
    mine = {"enrollment__affiliation": affiliation}
    owned = {
        "affiliates.enrollment": affiliation.enrollments.all(),
        "affiliates.link": list_brand_links(of.brand).filter(**mine),
        "affiliates.code": list_brand_codes(of.brand).filter(**mine),
        "affiliates.codebatch": list_code_batches([affiliation]),
        "affiliates.application": affiliation.affiliate.applications.filter(brand=of.brand),
    }
    about = Q(target_type="affiliates.affiliation", target_id=affiliation.public_id)
    for kind, rows in owned.items():
        about |= Q(target_type=kind, target_id__in=rows.order_by().values("public_id"))
    events = AuditEvent.objects.filter(about, brand=of.brand).select_related("actor")
    page = cut_page(events.order_by("-pk"), before=of.asked.get("before", ""), size=EVENTS)
    return {
        "history": describe_events(page.rows, of.brand),
        "next_url": page.older_url(of.asked),
    }


Load: TypeAlias = Callable[[Looked], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Tab:
    """One thing to look up, and what its part of the page is made of."""

    label: str | Promise
    load: Load


TABS: Mapping[str, Tab] = {
    "orders": Tab(_("Orders"), _load_orders),
    "links": Tab(_("Links and codes"), _load_shared),
    "payouts": Tab(_("Payouts"), _load_payouts),
    "notes": Tab(_("Notes"), _load_notes),
    "history": Tab(_("History"), _load_history),
}
