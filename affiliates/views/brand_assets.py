"""What a brand gives its creators to publish: images, texts, links."""

from datetime import datetime
from typing import Any, TypedDict

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.access import get_asset_for
from affiliates.domain.segments import Segment
from affiliates.forms import say_refusal
from affiliates.forms_resources import AssetForm
from affiliates.models import Asset, AssetKind
from affiliates.selectors_resources import list_assets
from affiliates.services.assets import archive_asset, create_asset, restore_asset, update_asset
from affiliates.services.links import DestinationRefused
from affiliates.wording import describe_segment
from brands.access import BrandAccess, NotFound, Right, get_brand_for, require
from brands.context import why_not
from brands.models import Program
from brands.selectors import list_groups
from brands.selectors_kinds import name_kinds
from brands.views.common import pick_program, program_page, program_url
from core.clock import brand_now
from core.edges import door, posted, see_other

TAB = "affiliates:asset-list"


class _By(TypedDict):
    """Who does it, and when."""

    actor_id: int
    now: datetime


@require_GET
@door
def show_assets(request: HttpRequest, slug: str) -> HttpResponse:
    """List what creators of a program may use, or what was put away."""
    access = get_brand_for(request.user, slug)
    program = pick_program(request, access)
    is_archive = request.GET.get("show") == "archived"
    groups = {group.public_id: group.name for group in list_groups(program)}
    names = name_kinds(access.brand) | groups
    rows = list_assets(program).filter(archived_at__isnull=not is_archive)
    context = program_page(
        access,
        program,
        TAB,
        rows=[(row, describe_segment(Segment.read(row.audience), names)) for row in rows],
        is_archive=is_archive,
        today=brand_now(access.brand).date(),
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "affiliates/asset_list.html", context)


@require_http_methods(["GET", "POST"])
@door
def add_asset(request: HttpRequest, slug: str) -> HttpResponse:
    """Add an image, a text or a link, as `?kind=` says."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    kind = request.GET.get("kind", AssetKind.IMAGE)
    if kind not in AssetKind.values:
        raise NotFound
    return _edit(request, access, pick_program(request, access), AssetKind(kind), None)


@require_http_methods(["GET", "POST"])
@door
def edit_asset(request: HttpRequest, slug: str, asset_id: str) -> HttpResponse:
    """Change an asset, for everyone who looks from now on."""
    access = get_brand_for(request.user, slug)
    asset = get_asset_for(access, asset_id)
    require(access, Right.MANAGE)
    return _edit(request, access, asset.program, AssetKind(asset.kind), asset)


@require_POST
@door
def change_archive(request: HttpRequest, slug: str, asset_id: str) -> HttpResponse:
    """Put an asset away, or offer an archived one again."""
    access = get_brand_for(request.user, slug)
    asset = get_asset_for(access, asset_id)
    require(access, Right.MANAGE)
    by = _by(access)
    if asset.archived_at is None:
        archive_asset(asset_id=asset.pk, **by)
        messages.success(
            request, _("Archived: creators no longer see it. Under Archived it can be taken back.")
        )
    else:
        restore_asset(asset_id=asset.pk, **by)
        messages.success(request, _("Offered again: creators see it now."))
    return see_other(program_url(TAB, access, asset.program))


def _edit(
    request: HttpRequest,
    access: BrandAccess,
    program: Program,
    kind: AssetKind,
    asset: Asset | None,
) -> HttpResponse:
    form = AssetForm(
        posted(request),
        request.FILES or None,
        kind=kind,
        is_new=asset is None,
        groups=list(list_groups(program)),
        kinds=name_kinds(access.brand),
        initial=_initial(asset) if asset else None,
    )
    back = program_url(TAB, access, program)
    if request.method == "POST" and form.is_valid() and _save(access, program, kind, asset, form):
        messages.success(request, _("Saved. Creators it is for see it now."))
        return see_other(back)
    context = program_page(
        access, program, TAB, form=form, kind=kind.value, asset=asset, back_url=back
    )
    status = 422 if form.is_bound else 200
    return render(request, "affiliates/asset_form.html", context, status=status)


def _save(
    access: BrandAccess, program: Program, kind: AssetKind, asset: Asset | None, form: AssetForm
) -> bool:
    by = _by(access)
    try:
        if asset is None:
            create_asset(program_id=program.pk, kind=kind, facts=form.facts, **by)
        else:
            update_asset(asset_id=asset.pk, facts=form.facts, **by)
    except DestinationRefused as error:
        form.add_error("url", say_refusal(error.refused, program))
        return False
    return True


def _by(access: BrandAccess) -> _By:
    return {"actor_id": access.member.user_id, "now": brand_now(access.brand)}


def _initial(asset: Asset) -> dict[str, Any]:
    return {
        "title": asset.title,
        "note": asset.note,
        "text": asset.text,
        "url": asset.url,
        "starts_on": asset.starts_on,
        "ends_on": asset.ends_on,
        **asset.audience,
    }
