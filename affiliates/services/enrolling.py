"""Take a creator into a program: his place, a first link, a first code."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from affiliates.models import (
    Affiliate,
    Affiliation,
    AffiliationStatus,
    Code,
    Enrollment,
    Invitation,
    Link,
)
from affiliates.selectors import find_default_utm, is_full
from affiliates.services.alike import note_mailbox
from affiliates.services.codes import CodeTaken, create_code, create_first_code
from affiliates.services.errors import (
    AffiliationSuspended,
    AlreadyMember,
    GroupOfOtherProgram,
    ProgramFull,
)
from affiliates.services.links import create_link
from brands.models import Group, Program, Terms
from core.crypto import customer_hash
from core.locks import lock_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who is taken in, where, and what he agreed to when. `code`: the one wished for him."""

    program: Program
    affiliate: Affiliate
    group: Group
    terms: Terms
    accepted_at: datetime
    invitation: Invitation | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What a creator has from the first minute."""

    enrollment: Enrollment
    link: Link
    code: Code


@transaction.atomic
def enroll(*, entry: Entry, actor_id: int | None, now: datetime) -> Place:
    """Give a creator his place; where the wished code is taken, he gets one of his name.

    :raises AlreadyMember: he is in the program.
    :raises GroupOfOtherProgram: the group belongs to another program.
    :raises AffiliationSuspended: the brand suspended him.
    :raises affiliates.services.errors.ProgramClosed: the program is closed.
    :raises affiliates.services.errors.ProgramFull: it has as many creators as it may have.
    """
    program = entry.program
    if entry.group.program_id != program.pk:
        raise GroupOfOtherProgram(f"{entry.group.public_id} for {program.public_id}")
    lock_row(Affiliate, entry.affiliate.pk)
    affiliation = _ensure_affiliation(entry, now)
    if Enrollment.objects.filter(affiliation=affiliation, program=program).exists():
        raise AlreadyMember(f"{entry.affiliate.public_id} in {program.public_id}")
    # Of two who join at once the second waits here, and then counts the first.
    if is_full(lock_row(Program, program.pk)):
        raise ProgramFull(program)
    enrollment = Enrollment.objects.create(
        brand_id=program.brand_id,
        affiliation=affiliation,
        program=program,
        group=entry.group,
        terms=entry.terms,
        terms_accepted_at=entry.accepted_at,
        invitation=entry.invitation,
        joined_at=now,
    )
    link = create_link(
        enrollment_id=enrollment.pk,
        destination_url=program.landing_url,
        utm_template=find_default_utm(program),
        actor_id=actor_id,
        now=now,
    )
    return Place(enrollment, link, _give_code(enrollment, entry.code, actor_id, now))


def _ensure_affiliation(entry: Entry, now: datetime) -> Affiliation:
    brand, affiliate = entry.program.brand, entry.affiliate
    affiliation, is_new = Affiliation.objects.get_or_create(
        brand=brand,
        affiliate=affiliate,
        defaults={
            "email_hash": customer_hash(brand.public_id, affiliate.user.email),
            "created_at": now,
        },
    )
    if affiliation.status == AffiliationStatus.SUSPENDED:
        raise AffiliationSuspended(affiliation.public_id)
    if is_new:
        note_mailbox(affiliation=affiliation, email=affiliate.user.email, now=now)
    return affiliation


def _give_code(enrollment: Enrollment, wish: str, actor_id: int | None, now: datetime) -> Code:
    if wish:
        try:
            return create_code(enrollment_id=enrollment.pk, text=wish, actor_id=actor_id, now=now)
        except CodeTaken:
            pass
    return create_first_code(enrollment=enrollment, actor_id=actor_id, now=now)
