"""One decision about many creators of the list: first who is meant, then the change.

Meant are those chosen by hand, or all that the list's filter finds. The page that asks holds their
ids, and the change is made to exactly these, looked at once more under their locks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from affiliates.access import list_affiliations_for
from affiliates.forms_brand import StandingForm, TagForm
from affiliates.models import Affiliation
from affiliates.selectors import list_frozen
from affiliates.services import bulk
from affiliates.services.bulk import Selection
from affiliates.services.vetting import clean_tag
from affiliates.wording import LEFT_OUT
from brands.access import BrandAccess, NotFound, Right, get_brand_for, get_group_for, require
from brands.context import brand_page
from core.asked import Asked
from core.clock import brand_now
from core.edges import door, see_other
from core.templatetags.fairshare import number
from portal.creators import FILTERS, describe_filters, pick_creators

MOST = 500


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done: whom it fits, how it is done, and what the page says."""

    name: str
    select: Callable[[list[Affiliation]], Selection[Affiliation]]
    apply: Callable[..., Selection[Affiliation]]
    facts: dict[str, Any]
    fields: list[tuple[str, str]]
    what: str = ""


@door
@require_http_methods(["GET", "HEAD", "POST"])
def decide_many(request: HttpRequest, slug: str) -> HttpResponse:
    """Name who is meant and who is left out; on the second press, do it."""
    access = get_brand_for(request.user, slug)
    require(access, Right.MANAGE)
    asked = request.POST if request.method == "POST" else request.GET
    is_all = request.method != "POST" and bool(asked.get("all"))
    ids = (
        _find_all(access, request.GET.dict())
        if is_all
        else " ".join(asked.getlist("creator")).split()
    )
    if len(ids) > MOST:
        return _refuse_so_many(request, slug, asked)
    creators = list(list_affiliations_for(access, ids))
    decision = _read_decision(access, asked)
    if decision is None or not creators:
        messages.error(
            request,
            _("Choose at least one creator.")
            if decision
            else _("Choose a group, or write a tag, for those you chose."),
        )
        return see_other(reverse("affiliates:creator-list", args=[slug]))
    needs_reason = decision.name == "suspend"
    form = StandingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (not needs_reason or form.is_valid()):
        _apply(request, access, decision, creators, form)
        return see_other(reverse("affiliates:creator-list", args=[slug]))
    selection = decision.select(creators)
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        decision=decision,
        fits=selection.fits,
        left_out=[(creator, LEFT_OUT[why]) for creator, why in selection.left_out],
        chosen=" ".join(creator.public_id for creator in creators),
        is_all=is_all,
        filters=describe_filters(access.brand, request.GET.dict()) if is_all else [],
        frozen=list_frozen(selection.fits) if needs_reason else [],
        form=form if needs_reason else None,
    )
    status = 422 if form.errors else 200
    return render(request, "portal/creator_bulk.html", context, status=status)


def _find_all(access: BrandAccess, asked: Asked) -> list[str]:
    """Return the ids of all that the list's filter finds now; one too many where it is more."""
    rows = pick_creators(access.brand, asked).order_by("pk")
    return list(rows.values_list("public_id", flat=True)[: MOST + 1])


def _refuse_so_many(request: HttpRequest, slug: str, asked: QueryDict) -> HttpResponse:
    text = _("One decision is about %(count)s creators at most. Narrow the list by its filters.")
    messages.error(request, text % {"count": number(MOST)})
    filters = {name: asked[name] for name in FILTERS if asked.get(name)}
    url = reverse("affiliates:creator-list", args=[slug])
    return see_other(f"{url}?{urlencode(filters)}" if filters else url)


def _read_decision(access: BrandAccess, asked: QueryDict) -> Decision | None:
    """Return what is asked for; None where the group or the tag is missing."""
    name = asked.get("what", "")
    if name == "suspend":
        return Decision(name, bulk.select_to_suspend, bulk.suspend_creators, {}, [])
    if name == "move":
        try:
            group = get_group_for(access, asked.get("to_group", ""))
        except NotFound:
            return None
        return Decision(
            name,
            lambda creators: bulk.select_to_move(creators, group),
            bulk.move_creators,
            {"group_id": group.pk},
            [("to_group", group.public_id)],
            group.name,
        )
    form = TagForm({"tag": asked.get("new_tag", "")})
    if name != "tag" or not form.is_valid():
        return None
    tag = clean_tag(form.cleaned_data["tag"])
    return Decision(
        name,
        lambda creators: bulk.select_to_tag(creators, tag),
        bulk.tag_creators,
        {"tag": tag},
        [("new_tag", tag)],
        tag,
    )


def _apply(
    request: HttpRequest,
    access: BrandAccess,
    decision: Decision,
    creators: list[Affiliation],
    form: StandingForm,
) -> None:
    facts = decision.facts
    if decision.name == "suspend":
        facts = {"reason": form.cleaned_data["reason"]}
    selection = decision.apply(
        affiliation_ids=[creator.pk for creator in creators],
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
        **facts,
    )
    done, left = len(selection.fits), len(selection.left_out)
    text = ngettext("Done for %(count)s creator.", "Done for %(count)s creators.", done)
    said = text % {"count": number(done)}
    if left:
        more = ngettext("%(count)s was left out.", "%(count)s were left out.", left)
        said = f"{said} {more % {'count': number(left)}}"
    messages.success(request, said)
