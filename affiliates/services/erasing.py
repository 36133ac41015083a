"""The end of a creator: nothing new is credited, and nothing says who he was.

Slugs and codes stay: old posts lead to the shop, and nobody else is ever given them.
"""

import secrets
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from affiliates.models import (
    AccountMark,
    Affiliate,
    Affiliation,
    ApplicationStatus,
    ClearedPair,
    Code,
    CodeBatch,
    Enrollment,
    Goal,
    Invitation,
    Link,
    Note,
    Tick,
    Viewing,
)
from affiliates.services.codebatches import end_batch
from affiliates.services.codes import disable_code
from affiliates.services.links import archive_link
from core.erasing import about


def end_sharing(affiliate: Affiliate, *, actor_id: int, now: datetime) -> None:
    """Archive his links, end his codes and take back what he asked to join."""
    places = Enrollment.objects.filter(affiliation__affiliate=affiliate)
    for link in Link.objects.filter(enrollment__in=places, archived_at=None).order_by("pk"):
        archive_link(link_id=link.pk, actor_id=actor_id, now=now)
    for batch in CodeBatch.objects.filter(enrollment__in=places, ended_at=None).order_by("pk"):
        end_batch(batch_id=batch.pk, actor_id=actor_id, now=now)
    for code in Code.objects.filter(enrollment__in=places, disabled_at=None).order_by("pk"):
        disable_code(code_id=code.pk, actor_id=actor_id, now=now)
    affiliate.applications.filter(status=ApplicationStatus.SUBMITTED).delete()


def erase_creator(affiliate: Affiliate, *, name: str, now: datetime) -> None:
    """Take everything personal off a creator and his places."""
    affiliate.display_name, affiliate.country, affiliate.erased_at = name, "", now
    affiliate.save(update_fields=["display_name", "country", "erased_at"])
    places = Affiliation.objects.select_for_update().filter(affiliate=affiliate).order_by("pk")
    for place in places:
        # No address hashes to it: no order is taken for one of his own.
        place.email_hash = secrets.token_hex(16)
        place.suspended_reason, place.tags = "", []
        place.save(update_fields=["email_hash", "suspended_reason", "tags"])
    affiliate.applications.update(publishes_at="", message="", answers=[], reject_note="")
    Link.objects.filter(enrollment__affiliation__affiliate=affiliate).update(
        name="", utm={}, utm_template=None, sub_ids=[]
    )
    Goal.objects.filter(enrollment__affiliation__affiliate=affiliate).update(
        name=name[:80], note="", is_monthly=False, is_shown=False, has_mail=False
    )
    AccountMark.objects.filter(affiliation__affiliate=affiliate).delete()
    mine = Q(first__affiliate=affiliate) | Q(second__affiliate=affiliate)
    ClearedPair.objects.filter(mine).update(reason="")
    Note.objects.filter(affiliate=affiliate).delete()
    Tick.objects.filter(application__affiliate=affiliate).delete()
    Viewing.objects.filter(affiliation__affiliate=affiliate).delete()


def erase_invitations(*, addresses: Collection[str], email: str, now: datetime) -> Q:
    """Take a person off what was mailed to him; returns the audit rows about it."""
    rows = Invitation.objects.filter(email__in=[address.lower() for address in addresses])
    ids = list(rows.values_list("public_id", flat=True))
    rows.filter(joined_at=None, declined_at=None, revoked_at=None).update(revoked_at=now)
    rows.update(email=email, name="", message="")
    return about("affiliates.invitation", ids)


def pick_audit(affiliate: Affiliate) -> Q:
    """Return the audit rows that hold texts of his, or about him."""
    places, links, goals = (
        affiliate.affiliations,
        Link.objects.filter(enrollment__affiliation__affiliate=affiliate),
        Goal.objects.filter(enrollment__affiliation__affiliate=affiliate),
    )
    return (
        about("affiliates.affiliation", places.values_list("public_id", flat=True))
        | about(
            "affiliates.application", affiliate.applications.values_list("public_id", flat=True)
        )
        | about("affiliates.goal", goals.values_list("public_id", flat=True))
        | about("affiliates.link", links.values_list("public_id", flat=True))
    )
