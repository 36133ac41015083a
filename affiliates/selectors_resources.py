"""Reads of what a brand gives its creators to publish, and to read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.html import escape
from django.utils.module_loading import import_string

from affiliates.domain.segments import Segment
from affiliates.models import (
    Affiliation,
    AffiliationStatus,
    Announcement,
    Asset,
    Code,
    Enrollment,
    LinkSlug,
    Receipt,
)
from affiliates.selectors import short_url
from brands.models import Program, ProgramStatus
from brands.selectors import list_link_hosts, list_paying_views
from core.mail import language_of
from core.models import Brand, Image

HTML = '<a href="{}" rel="sponsored"><img src="{}" width="{}" height="{}" alt="{}"></a>'


@dataclass(frozen=True, slots=True)
class Offered:
    """An asset as one creator sees it, with his own link and code filled in.

    `missing`: "link" or "code" where he has none and the asset needs it. `is_counting`: views of
    the image in `html` are counted for pay.
    """

    asset: Asset
    place: Enrollment
    link: str
    text: str
    html: str
    missing: str
    is_counting: bool = False


def list_assets(program: Program) -> QuerySet[Asset]:
    """Return the assets of a program, newest first, archived too."""
    return Asset.objects.filter(program=program).select_related("image").order_by("-pk")


def list_offered(places: Sequence[Enrollment], *, now: datetime) -> list[Offered]:
    """Return what a creator may use today in these places, newest first."""
    open_places = {
        place.program_id: place
        for place in places
        if place.affiliation.status == AffiliationStatus.ACTIVE
        and place.program.status != ProgramStatus.CLOSED
    }
    links, codes = _first_links(open_places.values()), _first_codes(open_places.values())
    assets = Asset.objects.filter(program__in=open_places, archived_at__isnull=True)
    paying = list_paying_views(open_places)
    hosts = list_link_hosts({place.brand_id for place in open_places.values()})
    return [
        _offer(
            asset,
            place,
            short_url(slug, hosts.get(place.brand_id, "")) if (slug := links.get(place.pk)) else "",
            codes.get(place.pk, ""),
            _view_url(slug, asset) if slug and asset.program_id in paying else "",
        )
        for asset in assets.select_related("image").order_by("-pk")
        if _is_for(asset, place := open_places[asset.program_id], now)
    ]


def list_announcements(brand: Brand) -> QuerySet[Announcement]:
    """Return a brand's announcements, newest first, each with how many it reached and who read."""
    counts = {
        "receipt_count": Count("receipts"),
        "read_count": Count("receipts", filter=Q(receipts__read_at__isnull=False)),
    }
    rows = Announcement.objects.filter(brand=brand).select_related("program")
    return rows.annotate(**counts).order_by("-pk")


def list_sent_titles(brand: Brand) -> QuerySet[Announcement, tuple[str, datetime | None]]:
    """Return what was announced and when, the newest first."""
    rows = Announcement.objects.filter(brand=brand, sent_at__isnull=False)
    return rows.order_by("-sent_at").values_list("title", "sent_at")


def list_recipients(announcement: Announcement, *, now: datetime) -> list[Affiliation]:
    """Return the active creators an announcement is for, as things stand, by name."""
    segment = Segment.read(announcement.audience)
    places = Enrollment.objects.filter(
        brand=announcement.brand_id,
        affiliation__status=AffiliationStatus.ACTIVE,
        affiliation__affiliate__user__is_active=True,
    )
    if announcement.program_id:
        places = places.filter(program=announcement.program_id)
    active = _find_active(announcement.brand, segment, now)
    found = {
        place.affiliation
        for place in places.select_related("group", "affiliation__affiliate__user")
        if segment.fits(group=place.group.public_id, partner_type=place.group.partner_type)
        and segment.takes(
            language=language_of(place.affiliation.affiliate.user.language),
            tags=place.affiliation.tags,
            is_active=place.affiliation_id in active,
        )
    }
    return sorted(found, key=lambda one: (one.affiliate.display_name.casefold(), one.public_id))


def list_news(affiliations: Collection[Affiliation]) -> QuerySet[Receipt]:
    """Return what was announced to a creator, newest first."""
    rows = Receipt.objects.filter(affiliation__in=affiliations)
    return rows.select_related("announcement__brand", "announcement__program").order_by("-pk")


def count_unread(affiliations: Collection[Affiliation]) -> int:
    """Count what a creator was told and has not read."""
    return Receipt.objects.filter(affiliation__in=affiliations, read_at__isnull=True).count()


def image_url(image: Image) -> str:
    """Return the whole address of a picture, for other pages to show."""
    return settings.SITE_URL + reverse("core:image", args=[image.sha256])


def _find_active(brand: Brand, segment: Segment, now: datetime) -> Collection[UUID]:
    if not segment.activity:
        return ()
    found: set[UUID] = import_string(settings.FIND_ACTIVE)(brand, now - timedelta(segment.days))
    return found


def _is_for(asset: Asset, place: Enrollment, now: datetime) -> bool:
    today = now.astimezone(ZoneInfo(place.program.brand.time_zone)).date()
    is_open = (asset.starts_on is None or asset.starts_on <= today) and (
        asset.ends_on is None or today <= asset.ends_on
    )
    group = place.group
    return is_open and Segment.read(asset.audience).fits(
        group=group.public_id, partner_type=group.partner_type
    )


def _view_url(slug: str, asset: Asset) -> str:
    """Return the address of a picture that counts who sees it."""
    path = reverse("tracking:impression", args=[slug, asset.public_id])
    return f"{settings.SITE_URL}{path}"


def _offer(asset: Asset, place: Enrollment, link: str, code: str, view_url: str) -> Offered:
    if link and asset.url:
        link = f"{link}?to={quote(asset.url, safe='')}"
    missing = "" if link else "link"
    if not code and "{code}" in asset.text:
        missing = missing or "code"
    text = asset.text.replace("{link}", link).replace("{code}", code)
    html = _embed(asset, link, view_url)
    return Offered(asset, place, link, text, html, missing, is_counting=bool(html and view_url))


def _embed(asset: Asset, link: str, view_url: str) -> str:
    """Return the HTML that shows the image and leads to the creator's link: a text to copy."""
    image = asset.image
    if image is None:
        return ""
    values = (link, view_url or image_url(image), image.width, image.height, asset.title)
    return HTML.format(*(escape(value) for value in values))


def _first_links(places: Collection[Enrollment]) -> dict[int, str]:
    """Return the slug of the first link in use of each place."""
    rows = LinkSlug.objects.filter(
        link__enrollment__in=places, link__archived_at__isnull=True, is_current=True
    )
    newest_first = rows.order_by("-link").values_list("link__enrollment_id", "slug")
    return dict(newest_first)


def _first_codes(places: Collection[Enrollment]) -> dict[int, str]:
    rows = Code.objects.filter(enrollment__in=places, disabled_at__isnull=True).order_by("-pk")
    return dict(rows.values_list("enrollment_id", "text"))
