"""Pictures archived long ago go, and who was invited and never came."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from affiliates.models import Asset, AssetKind, Invitation, InvitationKind
from core.erasing import DOMAIN, about, erase_audit
from core.ids import random_text
from core.models import Brand, Image, Mail

ENDLESS = timedelta(days=365)  # an invitation without an end has ended by then


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


@transaction.atomic
def forget_invitations(*, now: datetime) -> int:
    """Erase whom invitations were for that came to nothing long ago; returns how many."""
    old = now - timedelta(days=settings.INVITATION_DAYS)
    ended = (
        Q(declined_at__lt=old)
        | Q(revoked_at__lt=old)
        | Q(expires_at__lt=old)
        | Q(expires_at=None, created_at__lt=old - ENDLESS)
    )
    rows = Invitation.objects.select_for_update(of=("self",)).filter(
        ended, kind=InvitationKind.EMAIL, joined_at=None
    )
    found = list(rows.exclude(email__endswith=f"@{DOMAIN}").order_by("pk"))
    for invitation in found:
        Mail.objects.filter(user=None, to__iexact=invitation.email).delete()
        invitation.email = f"erased-{random_text(12).lower()}@{DOMAIN}"
        invitation.name = invitation.message = ""
        if invitation.declined_at is None and invitation.revoked_at is None:
            invitation.revoked_at = now
        invitation.save(update_fields=["email", "name", "message", "revoked_at"])
    ids = [invitation.public_id for invitation in found]
    erase_audit(whole=about("affiliates.invitation", ids), reasons=Q(pk__in=[]), now=now)
    return len(found)
