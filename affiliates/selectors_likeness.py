"""Who of a brand's applicants and creators has something in common with an applicant."""

from collections.abc import Collection
from dataclasses import dataclass

from affiliates.domain.likeness import mailbox_of, sites_of
from affiliates.models import Affiliation, Application
from core.models import Brand

MOST = 5


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another person of the same brand, and what both have: a site, or "" for the mailbox."""

    name: str
    creator_id: str
    site: str


def find_likenesses(
    brand: Brand, applications: Collection[Application]
) -> dict[int, list[Likeness]]:
    """Return for each applicant (by affiliate) whom of this brand he shares something with.

    People of other brands are never looked at. `creator_id` is "" for who is no creator here.
    """
    wanted = {one.affiliate_id: one for one in applications}
    if not wanted:
        return {}
    rows = (
        Application.objects.filter(brand=brand, affiliate__erased_at__isnull=True)
        .order_by("affiliate_id", "-pk")
        .distinct("affiliate_id")
        .values_list(
            "affiliate_id", "affiliate__display_name", "affiliate__user__email", "publishes_at"
        )
    )
    others = [(pk, name, mailbox_of(email), sites_of(where)) for pk, name, email, where in rows]
    creators = dict(
        Affiliation.objects.filter(brand=brand).values_list("affiliate_id", "public_id")
    )
    found: dict[int, list[Likeness]] = {}
    for pk, one in wanted.items():
        mailbox, sites = mailbox_of(one.affiliate.user.email), sites_of(one.publishes_at)
        for other, name, their_mailbox, theirs in others:
            if other == pk:
                continue
            shared = [""] if their_mailbox == mailbox else sorted(sites & theirs)
            known = creators.get(other, "")
            found.setdefault(pk, []).extend(Likeness(name, known, site) for site in shared[:1])
    return {pk: likenesses[:MOST] for pk, likenesses in found.items() if likenesses}
