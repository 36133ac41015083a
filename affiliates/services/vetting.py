"""Tags and notes by which a team knows its creators; creators never see them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from affiliates.models import Affiliation, Application, Note
from core import audit
from core.locks import lock_row

MAX_TAGS = 20


class TooManyTags(ValueError):
    """A creator has as many tags as he may have."""


@transaction.atomic
def add_tag(*, affiliation_id: UUID, tag: str, actor_id: int, now: datetime) -> Affiliation:
    """Put a word on a creator; one he has already, in whatever case, changes nothing.

    :raises TooManyTags: he has twenty.
    """
    affiliation = lock_row(Affiliation, affiliation_id)
    tag = clean_tag(tag)
    if not tag or tag in affiliation.tags:
        return affiliation
    if len(affiliation.tags) >= MAX_TAGS:
        raise TooManyTags(affiliation.public_id)
    return _set_tags(affiliation, [*affiliation.tags, tag], actor_id, now)


@transaction.atomic
def remove_tag(*, affiliation_id: UUID, tag: str, actor_id: int, now: datetime) -> Affiliation:
    """Take a word off a creator; one he does not have changes nothing."""
    affiliation = lock_row(Affiliation, affiliation_id)
    tags = [one for one in affiliation.tags if one != clean_tag(tag)]
    if tags == affiliation.tags:
        return affiliation
    return _set_tags(affiliation, tags, actor_id, now)


@transaction.atomic
def write_note(
    *, about: Affiliation | Application, text: str, actor_id: int, now: datetime
) -> Note:
    """Keep a note about a creator, or about who applied: it is on his page once he is taken in.

    The audit row does not repeat it, so that it can be erased with the person.
    """
    audit.record(
        brand_id=about.brand_id,
        actor_id=actor_id,
        action=f"{about._meta.model_name}.noted",
        target=about,
        now=now,
    )
    return Note.objects.create(
        brand_id=about.brand_id,
        affiliate_id=about.affiliate_id,
        text=text.strip(),
        written_by_id=actor_id,
        written_at=now,
    )


def clean_tag(text: str) -> str:
    """Return a tag as it is stored: lower case, single spaces."""
    return " ".join(text.replace("\0", "").lower().split())[:40]


def _set_tags(
    affiliation: Affiliation, tags: list[str], actor_id: int, now: datetime
) -> Affiliation:
    before = affiliation.tags
    affiliation.tags = sorted(tags)
    affiliation.save(update_fields=["tags"])
    audit.record(
        brand_id=affiliation.brand_id,
        actor_id=actor_id,
        action="affiliation.tagged",
        target=affiliation,
        now=now,
        before={"tags": ", ".join(before)},
        after={"tags": ", ".join(affiliation.tags)},
    )
    return affiliation
