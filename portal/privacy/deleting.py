"""The end of an account: refused while money moves or a brand would be left without an owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from affiliates.models import Affiliate, Affiliation, Enrollment
from affiliates.services import erasing as creators
from brands.models import Member, PayoutPolicy, Role
from brands.services.team import remove_member
from core import audit, erasing
from core.locks import lock_row
from core.models import Brand, Erasure, User
from core.money import Money
from payouts.models import Payout
from payouts.selectors import Standing, list_standings
from payouts.services import erasing as paying
from tracking.services import erasing as earning


class NotYet(Exception):
    """Something must end first: see `find_obstacles`."""


class AlreadyDeleted(Exception):
    """The account was deleted before."""


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What must end first: payouts under way, and brands whose last owner he is."""

    payouts: Sequence[Payout]
    brands: Sequence[Brand]

    def __bool__(self) -> bool:
        return bool(self.payouts or self.brands)


@dataclass(frozen=True, slots=True)
class Owed:
    """Money of a creator in one brand that is not paid; `is_payable`: the next run would pay it."""

    brand: Brand
    waiting: Money
    released: Money
    is_payable: bool


def find_obstacles(user: User) -> Obstacles:
    """Return what must end before the account can be deleted."""
    payouts = paying.list_open(_place_ids(user))
    owned = Member.objects.filter(user=user, role=Role.OWNER, brand__archived_at=None)
    owned = owned.filter(brand__sandbox_of=None).select_related("brand").order_by("brand__name")
    alone = [
        one.brand
        for one in owned
        if not Member.objects.filter(brand=one.brand, role=Role.OWNER).exclude(user=user).exists()
    ]
    return Obstacles(list(payouts), alone)


def list_owed(user: User) -> list[Owed]:
    """Return what brands owe him now; it stays in their books."""
    places = list(Affiliation.objects.filter(affiliate__user=user).select_related("brand"))
    found = [_owe(standing) for standing in list_standings(places)]
    return [one for one in found if one.waiting.amount_minor or one.released.amount_minor > 0]


@transaction.atomic
def delete_account(*, user_id: int, actor_id: int | None, now: datetime) -> User:
    """Erase a person for good; ids stay, so that the books and the history stand.

    `actor_id` None means the operator's command.

    :raises AlreadyDeleted: it was done before.
    :raises NotYet: see `find_obstacles`.
    """
    user = lock_row(User, user_id)
    if erasing.is_erased(user):
        raise AlreadyDeleted(user.public_id)
    paying.lock_payables(_place_ids(user))
    if find_obstacles(user):
        raise NotYet(user.public_id)
    audit.record(brand_id=None, actor_id=actor_id, action="privacy.erased", target=user, now=now)
    _erase(user, now)
    return user


def delete_again(*, now: datetime) -> tuple[int, list[User]]:
    """Erase whom a restored copy brought back: the number erased, and who must wait.

    An account that began after its address was erased is somebody's new one.
    """
    erased = dict(Erasure.objects.values_list("email_hash", "erased_at"))
    done, waiting = 0, []
    for user in User.objects.exclude(email__endswith=f"@{erasing.DOMAIN}").order_by("pk"):
        at = erased.get(erasing.hash_address(user.email))
        if at is None or user.date_joined > at:
            continue
        try:
            delete_account(user_id=user.pk, actor_id=None, now=now)
            done += 1
        except NotYet:
            waiting.append(user)
    return done, waiting


def _erase(user: User, now: datetime) -> None:
    """Ask every app to forget; what is called by its old words is read before they go."""
    affiliate = Affiliate.objects.filter(user=user).first()
    addresses = [address for address in (user.email, user.former_email) if address]
    called = [user.name, affiliate.display_name if affiliate else ""]
    brand_ids = _list_brands(user)
    whole, reasons = erasing.about("core.user", [user.public_id]), Q(pk__in=[])
    for address in addresses:
        whole |= Q(before__icontains=address) | Q(after__icontains=address)
        reasons |= Q(reason__icontains=address)
    for member in Member.objects.filter(user=user, brand__sandbox_of=None).order_by("pk"):
        remove_member(member_id=member.pk, actor_id=user.pk, now=now)
    Member.objects.filter(user=user).delete()
    name = erasing.erase_account(user, now=now)
    whole |= creators.erase_invitations(addresses=addresses, email=user.email, now=now)
    if affiliate is not None:
        place_ids = _place_ids(user)
        _erase_creator(affiliate, place_ids, addresses[0], name, now)
        whole |= creators.pick_audit(affiliate) | paying.pick_audit_of_methods(place_ids)
        reasons |= earning.pick_audit(place_ids) | paying.pick_audit_of_payouts(place_ids)
    erasing.erase_mail(
        user_id=user.pk, addresses=addresses, brand_ids=brand_ids, called=called, name=name
    )
    erasing.erase_audit(whole=whole, reasons=reasons, now=now)


def _erase_creator(
    affiliate: Affiliate, place_ids: list[UUID], email: str, name: str, now: datetime
) -> None:
    places = Enrollment.objects.filter(affiliation__in=place_ids)
    creators.end_sharing(affiliate, actor_id=affiliate.user_id, now=now)
    creators.erase_creator(affiliate, name=name, now=now)
    earning.erase_earner(
        affiliation_ids=place_ids,
        enrollment_ids=list(places.values_list("pk", flat=True)),
        now=now,
    )
    paying.erase_payee(affiliation_ids=place_ids, email=email, name=name)


def _place_ids(user: User) -> list[UUID]:
    return list(Affiliation.objects.filter(affiliate__user=user).values_list("pk", flat=True))


def _list_brands(user: User) -> list[int]:
    """Return the brands that wrote or heard of him: as creator, applicant or member."""
    theirs = (
        Q(affiliations__affiliate__user=user)
        | Q(members__user=user)
        | Q(application__affiliate__user=user)
    )
    return list(Brand.objects.filter(theirs).values_list("pk", flat=True).distinct())


def _owe(standing: Standing) -> Owed:
    policy = PayoutPolicy.objects.filter(brand=standing.affiliation.brand).first()
    minimum = policy.minimums.get(standing.currency) if policy else None
    waiting = standing.pending.amount_minor + standing.on_hold.amount_minor
    return Owed(
        brand=standing.affiliation.brand,
        waiting=Money(waiting, standing.currency),
        released=standing.payable,
        is_payable=minimum is not None and standing.payable.amount_minor >= minimum,
    )
