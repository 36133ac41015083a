"""Assets: what a brand gives its creators to publish. Put away, never deleted."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from affiliates.domain.segments import Segment
from affiliates.domain.urls import Refused, check_destination
from affiliates.models import Asset, AssetKind
from affiliates.services.links import DestinationRefused
from brands.models import Program
from core import audit
from core.images import Picture, save_picture
from core.locks import lock_row


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFacts:
    """What is said of an asset; `picture` None keeps the image that is there."""

    title: str
    note: str = ""
    text: str = ""
    url: str = ""
    picture: Picture | None = None
    audience: Segment = field(default_factory=Segment)
    starts_on: date | None = None
    ends_on: date | None = None


@transaction.atomic
def create_asset(
    *, program_id: int, kind: AssetKind, facts: AssetFacts, actor_id: int, now: datetime
) -> Asset:
    """Add an asset to a program.

    :raises DestinationRefused: its page is not one a link of the program may lead to.
    """
    program = Program.objects.get(pk=program_id)
    asset = Asset(brand_id=program.brand_id, program=program, kind=kind, created_at=now)
    _apply(asset, facts, now)
    asset.save(force_insert=True)
    _record(asset, "asset.created", actor_id, now, after=_facts(asset))
    return asset


@transaction.atomic
def update_asset(*, asset_id: int, facts: AssetFacts, actor_id: int, now: datetime) -> Asset:
    """Change an asset, for everyone who looks from now on.

    :raises DestinationRefused: its page is not one a link of the program may lead to.
    """
    lock_row(Asset, asset_id)
    asset = Asset.objects.select_related("program").get(pk=asset_id)
    before = _facts(asset)
    _apply(asset, facts, now)
    asset.save()
    _record(asset, "asset.updated", actor_id, now, before, _facts(asset))
    return asset


@transaction.atomic
def archive_asset(*, asset_id: int, actor_id: int, now: datetime) -> Asset:
    """Take an asset away from creators; where its image is shown already, it stays."""
    asset = lock_row(Asset, asset_id)
    if asset.archived_at is None:
        asset.archived_at = now
        asset.save(update_fields=["archived_at"])
        _record(asset, "asset.archived", actor_id, now)
    return asset


@transaction.atomic
def restore_asset(*, asset_id: int, actor_id: int, now: datetime) -> Asset:
    """Offer an archived asset again."""
    asset = lock_row(Asset, asset_id)
    if asset.archived_at is not None:
        asset.archived_at = None
        asset.save(update_fields=["archived_at"])
        _record(asset, "asset.restored", actor_id, now)
    return asset


def _apply(asset: Asset, facts: AssetFacts, now: datetime) -> None:
    asset.title, asset.note = facts.title.strip(), facts.note.strip()
    asset.text, asset.url = facts.text.strip(), _check_page(asset.program, facts.url.strip())
    asset.audience = facts.audience.store()
    asset.starts_on, asset.ends_on = facts.starts_on, facts.ends_on
    if facts.picture is not None:
        asset.image = save_picture(brand_id=asset.brand_id, picture=facts.picture, now=now)


def _check_page(program: Program, url: str) -> str:
    if not url:
        return ""
    page = check_destination(url, program.domains, allow_local=settings.LOCAL)
    if isinstance(page, Refused):
        raise DestinationRefused(page)
    return page


def _facts(asset: Asset) -> dict[str, Any]:
    return {
        "kind": asset.kind,
        "title": asset.title,
        "note": asset.note,
        "text": asset.text,
        "url": asset.url,
        "image": asset.image.sha256 if asset.image else "",
        "audience": asset.audience,
        "starts_on": asset.starts_on and asset.starts_on.isoformat(),
        "ends_on": asset.ends_on and asset.ends_on.isoformat(),
    }


def _record(
    asset: Asset,
    action: str,
    actor_id: int,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        brand_id=asset.brand_id,
        actor_id=actor_id,
        action=action,
        target=asset,
        now=now,
        before=before,
        after=after,
    )
