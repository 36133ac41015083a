"""Who works for a brand. What is decided for a brand holds for its open sandbox too."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from brands.emails import mail_member_added
from brands.models import Member, Role
from brands.services.reports import drop_reports
from core import audit
from core.accounts import ensure_user
from core.locks import lock_row
from core.models import Brand


class AlreadyInTeam(ValueError):
    """The user works for the brand already."""


class HasJoined(ValueError):
    """The member has come: no invitation is open."""


class LastOwner(ValueError):
    """A brand keeps at least one owner."""


class UnknownRole(ValueError):
    """There is no such role."""


@transaction.atomic
def add_member(*, brand_id: int, user_id: int, role: str, actor_id: int, now: datetime) -> Member:
    """Take a user into the team, and tell him.

    :raises AlreadyInTeam: he is in it.
    :raises UnknownRole: there is no such role.
    """
    facts = {"role": role, "created_at": now, "joined_at": now}
    return _add(brand_id=brand_id, user_id=user_id, facts=facts, actor_id=actor_id, now=now)


@transaction.atomic
def invite_member(*, brand_id: int, email: str, role: str, actor_id: int, now: datetime) -> Member:
    """Take a person into the team by his address, and tell him how to log in.

    Somebody new gets an account without a password: he logs in by a code that is mailed to him.

    :raises AlreadyInTeam: he is in it.
    :raises UnknownRole: there is no such role.
    """
    user = ensure_user(email)
    facts = {"role": role, "created_at": now, "joined_at": None}
    return _add(brand_id=brand_id, user_id=user.pk, facts=facts, actor_id=actor_id, now=now)


@transaction.atomic
def note_arrival(*, member_id: int, now: datetime) -> None:
    """Note that an invited member has come. Safe to repeat."""
    member = _lock_member(member_id)
    brands = [member.brand, *_open_twins(member.brand)]
    rows = Member.objects.filter(brand__in=brands, user_id=member.user_id, joined_at=None)
    if rows.update(joined_at=now):
        _record(member, "member.joined", {}, {}, member.user_id, now)


@transaction.atomic
def invite_again(*, member_id: int, actor_id: int, now: datetime) -> Member:
    """Tell a member once more that he is in the team, while he has not come.

    :raises HasJoined: he has.
    """
    member = _lock_member(member_id)
    if member.joined_at is not None:
        raise HasJoined(f"member {member_id}")
    _record(member, "member.invited_again", {}, {"role": member.role}, actor_id, now)
    mail_member_added(member=member, now=now)
    return member


@transaction.atomic
def change_role(*, member_id: int, role: str, actor_id: int, now: datetime) -> Member:
    """Give a member another role.

    :raises LastOwner: he is the only owner left.
    :raises UnknownRole: there is no such role.
    """
    _check_role(role)
    member = _lock_member(member_id)
    before = member.role
    if before == role:
        return member
    _keep_an_owner(member)
    member.role = role
    member.save(update_fields=["role"])
    Member.objects.filter(brand__in=_open_twins(member.brand), user_id=member.user_id).update(
        role=role
    )
    _record(member, "member.role_changed", {"role": before}, {"role": role}, actor_id, now)
    return member


@transaction.atomic
def remove_member(*, member_id: int, actor_id: int | None, now: datetime) -> None:
    """Take a member off the team; `actor_id` None is the job that ends old invitations.

    :raises LastOwner: he is the only owner left.
    """
    member = _lock_member(member_id)
    _keep_an_owner(member)
    _record(member, "member.removed", {"role": member.role}, {}, actor_id, now)
    brands = [member.brand, *_open_twins(member.brand)]
    drop_reports(brand_ids=[brand.pk for brand in brands], user_id=member.user_id)
    Member.objects.filter(brand__in=brands, user_id=member.user_id).delete()


def _add(
    *, brand_id: int, user_id: int, facts: dict[str, Any], actor_id: int, now: datetime
) -> Member:
    _check_role(facts["role"])
    brand = lock_row(Brand, brand_id)
    if Member.objects.filter(brand=brand, user_id=user_id).exists():
        raise AlreadyInTeam(f"user {user_id} in brand {brand.public_id}")
    member = Member.objects.create(brand=brand, user_id=user_id, **facts)
    for twin in _open_twins(brand):
        Member.objects.get_or_create(brand=twin, user_id=user_id, defaults=facts)
    _record(member, "member.added", {}, {"role": member.role}, actor_id, now)
    mail_member_added(member=member, now=now)
    return member


def _check_role(role: str) -> None:
    if role not in Role.values:
        raise UnknownRole(role)


def _lock_member(member_id: int) -> Member:
    """Lock the brand first: two owners who leave at once must see each other."""
    brand_id = Member.objects.values_list("brand_id", flat=True).get(pk=member_id)
    lock_row(Brand, brand_id)
    return Member.objects.select_related("brand").get(pk=member_id)


def _keep_an_owner(member: Member) -> None:
    if member.role != Role.OWNER:
        return
    owners = Member.objects.filter(brand_id=member.brand_id, role=Role.OWNER)
    if not owners.exclude(pk=member.pk).exists():
        raise LastOwner(f"brand {member.brand.public_id}")


def _open_twins(brand: Brand) -> QuerySet[Brand]:
    return Brand.objects.filter(sandbox_of=brand, archived_at__isnull=True)


def _record(
    member: Member,
    action: str,
    before: dict[str, str],
    after: dict[str, str],
    actor_id: int | None,
    now: datetime,
) -> None:
    user_id = member.user.public_id
    audit.record(
        brand_id=member.brand_id,
        actor_id=actor_id,
        action=action,
        target=member,
        now=now,
        before={"user": user_id, **before},
        after={"user": user_id, **after},
    )
