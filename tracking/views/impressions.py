"""/i/<slug>/<asset>: a picture on a creator's page, and the views of it that count."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from affiliates.models import Asset, AssetKind
from brands.domain.linkhosts import LINK_HOST
from core.clock import utc_now
from core.models import ImageBytes
from tracking import redirect
from tracking.domain.ask import Ask, read_ask
from tracking.domain.verdict import Verdict, judge
from tracking.groupwork import NotAnswered
from tracking.linktable import LinkFacts
from tracking.services.viewing import keep_impression
from tracking.visits import VisitMemory, make_keys

COUNTED = (Verdict.COUNTED, Verdict.REPEAT, Verdict.UNVERIFIED)
HEADERS = {
    "Cache-Control": "no-store, private",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",  # creators show it on their own pages
    "X-Robots-Tag": "noindex, nofollow",
}

views = VisitMemory()


@require_safe
def show_picture(request: HttpRequest, slug: str, asset_id: str) -> HttpResponse:
    """Show the picture; count the view where a person's browser asked. Sets no cookie."""
    link = _find_link(slug)
    if request.META.get(LINK_HOST, link.host) != link.host:
        raise Http404
    asset = (
        Asset.objects.select_related("image")
        .filter(public_id=asset_id[:40], kind=AssetKind.IMAGE, program_id=link.program_id)
        .first()
    )
    if asset is None or asset.image is None:
        raise Http404
    if asset.archived_at is None:
        ask = read_ask(request.META, trusted_proxies=settings.TRUSTED_PROXIES)
        _count(ask, link, asset, utc_now())
    data = bytes(ImageBytes.objects.values_list("full", flat=True).get(image=asset.image))
    return HttpResponse(data, content_type=asset.image.content_type, headers=HEADERS)


def _find_link(slug: str) -> LinkFacts:
    try:
        link = redirect.links.find(slug)
    except NotAnswered:
        link = None
    if link is None:
        raise Http404
    return link


def _count(ask: Ask, link: LinkFacts, asset: Asset, now: datetime) -> None:
    keys = make_keys(ask, link)
    # A picture is always loaded inside a page, so what a browser says of how tells nothing here.
    visit = replace(ask.visit, fetch_dest="", fetch_mode="")
    earlier = views.look(link_id=link.link_id, keys=keys, now=now)
    if judge(visit=visit, link=link.state, earlier=earlier).verdict in COUNTED:
        keep_impression(link=link, asset=asset, keys=keys, real_now=now)
        views.note(link_id=link.link_id, keys=keys, now=now)
