"""The one door to each object of a brand, for the people who work for it.

Unknown, malformed and foreign ids give the same NotFound.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from brands.models import (
    ApiKey,
    ChangeSubject,
    Endpoint,
    EventDelivery,
    Group,
    Member,
    PartnerKind,
    PendingChange,
    Program,
    Question,
    Role,
    SavedReport,
    StoreConnection,
    VettingPoint,
)
from core.access import Forbidden, NotFound, get_by_public_id
from core.models import Brand, User

__all__ = [
    "BrandAccess",
    "Forbidden",
    "NotFound",
    "Right",
    "find_member",
    "get_brand_for",
    "get_connection_for",
    "get_delivery_for",
    "get_endpoint_for",
    "get_group_for",
    "get_key_for",
    "get_kind_for",
    "get_program_for",
    "get_question_for",
    "get_report_for",
    "get_vetting_point_for",
    "list_brands_of",
    "list_reports_for",
    "open_with_key",
    "require",
    "require_report",
]

_SLUG = re.compile(r"[-\w]{1,60}", re.ASCII)


class Right(StrEnum):
    READ = "read"
    MANAGE = "manage"
    MONEY = "money"
    CLEAR = "clear"
    TEAM = "team"


ROLES_WITH: dict[Right, frozenset[Role]] = {
    Right.READ: frozenset(Role),
    Right.MANAGE: frozenset({Role.OWNER, Role.MANAGER}),
    Right.MONEY: frozenset({Role.OWNER, Role.FINANCE}),
    Right.CLEAR: frozenset({Role.OWNER, Role.MANAGER, Role.FINANCE}),
    Right.TEAM: frozenset({Role.OWNER}),
}


@dataclass(frozen=True, slots=True)
class BrandAccess:
    """A member at the door of a brand, and what the role lets him do."""

    brand: Brand
    member: Member
    role: Role

    def can(self, right: Right) -> bool:
        return self.role in ROLES_WITH[right]

    @property
    def can_manage(self) -> bool:
        return self.can(Right.MANAGE)

    @property
    def can_move_money(self) -> bool:
        return self.can(Right.MONEY)

    @property
    def can_clear(self) -> bool:
        return self.can(Right.CLEAR)

    @property
    def can_edit_team(self) -> bool:
        return self.can(Right.TEAM)


Visitor = User | AnonymousUser


def find_member(user: Visitor, brand: Brand) -> Member | None:
    """Return the user's membership of the brand, if he has one."""
    if not isinstance(user, User) or not user.is_active:
        return None
    return Member.objects.filter(user=user, brand=brand).first()


def get_brand_for(user: Visitor, slug: str, needs: Right = Right.READ) -> BrandAccess:
    """Open the brand's door.

    :raises NotFound: no such brand, an archived sandbox, or not a member.
    :raises Forbidden: a member without the right.
    """
    if not isinstance(user, User) or not user.is_active or not _SLUG.fullmatch(slug):
        raise NotFound
    rows = Member.objects.select_related("brand").filter(
        user=user, brand__slug=slug, brand__archived_at__isnull=True
    )
    member = next(iter(rows[:1]), None)  # first() would sort what is one at most
    if member is None:
        raise NotFound
    access = BrandAccess(brand=member.brand, member=member, role=Role(member.role))
    require(access, needs)
    return access


def open_with_key(key: ApiKey) -> BrandAccess:
    """Open the door of the one brand a key is of, as the owner who made it.

    What the key may do there is for its scopes to say.
    """
    member = Member(brand=key.brand, user_id=key.created_by_id, role=Role.OWNER)
    return BrandAccess(brand=key.brand, member=member, role=Role.OWNER)


def require(access: BrandAccess, needs: Right) -> None:
    """Go on only with the right.

    :raises Forbidden: the role does not have it.
    """
    if not access.can(needs):
        raise Forbidden(needs)


def get_program_for(access: BrandAccess, public_id: str) -> Program:
    """Return a program of the brand.

    :raises NotFound: not one of this brand.
    """
    return get_by_public_id(Program.objects.filter(brand=access.brand), public_id)


def get_group_for(access: BrandAccess, public_id: str) -> Group:
    """Return a group of one of the brand's programs.

    :raises NotFound: not one of this brand.
    """
    rows = Group.objects.select_related("program").filter(brand=access.brand)
    return get_by_public_id(rows, public_id)


def get_question_for(access: BrandAccess, public_id: str) -> Question:
    """Return a question that one of the brand's programs still asks.

    :raises NotFound: not one of this brand.
    """
    rows = Question.objects.select_related("program").filter(brand=access.brand)
    return get_by_public_id(rows.filter(retired_at__isnull=True), public_id)


def get_vetting_point_for(access: BrandAccess, public_id: str) -> VettingPoint:
    """Return a point that the team of one of the brand's programs still checks.

    :raises NotFound: not one of this brand.
    """
    rows = VettingPoint.objects.select_related("program").filter(brand=access.brand)
    return get_by_public_id(rows.filter(retired_at__isnull=True), public_id)


def get_kind_for(access: BrandAccess, public_id: str) -> PartnerKind:
    """Return a kind of creators of the brand's own.

    :raises NotFound: not one of this brand, or a usual one.
    """
    return get_by_public_id(PartnerKind.objects.filter(brand=access.brand, usual=""), public_id)


def get_connection_for(access: BrandAccess, public_id: str) -> StoreConnection:
    """Return a store connection of the brand.

    :raises NotFound: not one of this brand.
    """
    return get_by_public_id(StoreConnection.objects.filter(brand=access.brand), public_id)


def get_key_for(access: BrandAccess, public_id: str) -> ApiKey:
    """Return a key of the brand's API.

    :raises NotFound: not one of this brand.
    """
    return get_by_public_id(ApiKey.objects.filter(brand=access.brand), public_id)


def get_endpoint_for(access: BrandAccess, public_id: str) -> Endpoint:
    """Return an address the brand's events go to; the owners' alone.

    :raises NotFound: not one of this brand.
    :raises Forbidden: a member without the right.
    """
    require(access, Right.TEAM)
    return get_by_public_id(Endpoint.objects.filter(brand=access.brand), public_id)


def get_delivery_for(access: BrandAccess, endpoint: Endpoint, public_id: str) -> EventDelivery:
    """Return what became of one event at an endpoint.

    :raises NotFound: not one of this endpoint, or of another brand.
    :raises Forbidden: a member without the right.
    """
    require(access, Right.TEAM)
    rows = EventDelivery.objects.filter(brand=access.brand, endpoint=endpoint)
    return get_by_public_id(rows, public_id)


def get_change_for(access: BrandAccess, public_id: str) -> PendingChange:
    """Return an announced change of the brand that the role may take back.

    :raises NotFound: not one of this brand.
    :raises Forbidden: a member without the right.
    """
    rows = PendingChange.objects.select_related("program", "brand").filter(brand=access.brand)
    change = get_by_public_id(rows, public_id)
    is_payouts = change.subject == ChangeSubject.PAYOUTS
    require(access, Right.MONEY if is_payouts else Right.MANAGE)
    return change


def list_reports_for(access: BrandAccess) -> QuerySet[SavedReport]:
    """Return the saved reports a member may open: his own and the team's, by name."""
    mine = Q(owner_id=access.member.user_id) | Q(is_shared=True)
    rows = SavedReport.objects.filter(mine, brand=access.brand)
    return rows.select_related("brand", "owner").order_by("name", "pk")


def get_report_for(access: BrandAccess, public_id: str) -> SavedReport:
    """Return a saved report the member may open.

    :raises NotFound: not one of this brand, or another member's own.
    """
    return get_by_public_id(list_reports_for(access), public_id)


def require_report(access: BrandAccess, report: SavedReport) -> None:
    """Go on only as its owner, or as a manager where it is the team's.

    :raises Forbidden: it is another member's, and the role does not include it.
    """
    if report.owner_id != access.member.user_id:
        require(access, Right.MANAGE)


def list_brands_of(user: Visitor) -> QuerySet[Brand]:
    """Return the brands he works for; archived sandboxes are left out."""
    if not isinstance(user, User) or not user.is_active or user.only_brand_id is not None:
        return Brand.objects.none()
    return Brand.objects.filter(members__user=user, archived_at__isnull=True).order_by("name", "pk")
