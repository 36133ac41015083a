"""Pictures that were archived long ago are deleted."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from affiliates.models import Asset, AssetKind
from core.models import Brand, Image


@transaction.atomic
def forget_images(*, now: datetime) -> int:
    """Delete image assets archived long ago, and their images where nothing else shows them."""
    old = Asset.objects.select_for_update().filter(
        kind=AssetKind.IMAGE,
        archived_at__lt=now - timedelta(days=settings.ARCHIVED_IMAGE_DAYS),
    )
    images = list(old.values_list("image_id", flat=True))
    old.delete()
    logos = Brand.objects.exclude(logo_digest="").values("logo_digest")
    unseen = Image.objects.filter(pk__in=images, asset=None).exclude(sha256__in=logos)
    _, deleted = unseen.delete()
    return deleted.get("core.Image", 0)
