"""The creator's door to what his links and codes brought. The brand's doors are its own."""

from django.db.models import Exists, OuterRef, QuerySet

from affiliates.access import Visitor, list_affiliations
from core.access import get_by_public_id
from tracking.models import Claim, Commission, Deliverable, ReviewHold
from tracking.selectors_claims import list_own_claims
from tracking.selectors_deliverables import list_own_offers


def list_own_commissions(user: Visitor) -> QuerySet[Commission]:
    """Return his commissions, newest first, each with `has_open_hold`; no archived sandbox."""
    rows = Commission.objects.filter(affiliation__in=list_affiliations(user))
    hold = ReviewHold.objects.filter(commission=OuterRef("pk"), closed_at__isnull=True)
    related = rows.select_related("brand", "program", "order", "award", "affiliation", "enrollment")
    return related.annotate(has_open_hold=Exists(hold)).order_by("-pk")


def get_own_commission(user: Visitor, public_id: str) -> Commission:
    """Return a commission of his own.

    :raises core.access.NotFound: not his.
    """
    return get_by_public_id(list_own_commissions(user), public_id)


def get_own_deliverable(user: Visitor, public_id: str) -> Deliverable:
    """Return an offer that is or was for him.

    :raises core.access.NotFound: not for him.
    """
    return get_by_public_id(list_own_offers(list(list_affiliations(user))), public_id)


def get_own_claim(user: Visitor, public_id: str) -> Claim:
    """Return what he asked for himself.

    :raises core.access.NotFound: not his.
    """
    return get_by_public_id(list_own_claims(list_affiliations(user)), public_id)
