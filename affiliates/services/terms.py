"""Tell members of new terms."""

from datetime import datetime

from django.db import transaction

from affiliates import emails
from affiliates.models import Enrollment
from brands.models import Terms
from brands.selectors import find_latest_terms
from core.clock import brand_now
from core.locks import lock_row


def announce_waiting_terms(*, real_now: datetime) -> int:
    """Mail every version of which members were not told yet; returns how many versions."""
    waiting = Terms.objects.filter(announced_at__isnull=True).select_related("program__brand")
    rows = list(waiting.order_by("pk"))
    for terms in rows:
        announce_terms(terms_id=terms.pk, now=brand_now(terms.program.brand, real_now))
    return len(rows)


@transaction.atomic
def announce_terms(*, terms_id: int, now: datetime) -> Terms:
    """Mail each member what the version changes against the one he accepted; a repeat does nothing.

    Of a version that a newer one replaced nobody is mailed: the newer one's mail says it all.
    """
    lock_row(Terms, terms_id)
    terms = Terms.objects.select_related("program__brand").get(pk=terms_id)
    if terms.announced_at is not None:
        return terms
    members = Enrollment.objects.none()
    if find_latest_terms(terms.program) == terms:
        members = Enrollment.objects.filter(
            program=terms.program, terms__version__lt=terms.version
        ).select_related("terms", "affiliation__affiliate__user")
    for enrollment in members.order_by("pk"):
        emails.mail_terms(terms=terms, enrollment=enrollment, now=now)
    terms.announced_at, terms.announced_to = now, len(members)
    terms.save(update_fields=["announced_at", "announced_to"])
    return terms
