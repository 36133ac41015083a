"""The one door to each object of a creator: his own side first, then the brand's.

Unknown, malformed and foreign ids give the same NotFound.
"""

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from affiliates.models import (
    Affiliate,
    Affiliation,
    Announcement,
    Application,
    Asset,
    Code,
    CodeBatch,
    Enrollment,
    Goal,
    Invitation,
    Link,
    UtmTemplate,
    Viewing,
)
from affiliates.selectors_goals import list_goals
from brands.access import BrandAccess
from core.access import NotFound, get_by_public_id
from core.models import User

Visitor = User | AnonymousUser


def find_affiliate(user: Visitor) -> Affiliate | None:
    """Return the user as a creator, if he is one."""
    if not isinstance(user, User) or not user.is_active:
        return None
    return Affiliate.objects.filter(user=user).first()


def get_affiliate(user: Visitor) -> Affiliate:
    """Return the user as a creator.

    :raises NotFound: he is none.
    """
    affiliate = find_affiliate(user)
    if affiliate is None:
        raise NotFound
    return affiliate


def list_affiliations(user: Visitor) -> QuerySet[Affiliation]:
    """Return his places in brands, suspended ones too; not those in archived sandboxes."""
    if not isinstance(user, User) or not user.is_active:
        return Affiliation.objects.none()
    rows = Affiliation.objects.filter(
        affiliate__user=user, brand__archived_at__isnull=True
    ).select_related("brand", "affiliate")
    if user.only_brand_id is not None:
        rows = rows.filter(brand_id=user.only_brand_id)
    return rows.order_by("brand__name", "created_at")


def list_enrollments(user: Visitor) -> QuerySet[Enrollment]:
    """Return his places in programs, with brand, group and terms at hand."""
    rows = Enrollment.objects.filter(affiliation__in=list_affiliations(user))
    related = rows.select_related("affiliation__brand", "program__brand", "group", "terms")
    return related.order_by("program__name", "pk")


def get_affiliation_of(user: Visitor, public_id: str) -> Affiliation:
    """Return his own place in a brand.

    :raises NotFound: not his.
    """
    return get_by_public_id(list_affiliations(user), public_id)


def get_enrollment_for(user: Visitor, public_id: str) -> Enrollment:
    """Return his own place in a program.

    :raises NotFound: not his.
    """
    return get_by_public_id(list_enrollments(user), public_id)


def get_link_for(user: Visitor, public_id: str) -> Link:
    """Return a link of his own.

    :raises NotFound: not his.
    """
    rows = Link.objects.filter(enrollment__in=list_enrollments(user))
    return get_by_public_id(
        rows.select_related("enrollment__program__brand", "enrollment__affiliation", "code"),
        public_id,
    )


def get_code_for(user: Visitor, public_id: str) -> Code:
    """Return a code of his own.

    :raises NotFound: not his.
    """
    rows = Code.objects.filter(enrollment__in=list_enrollments(user))
    return get_by_public_id(
        rows.select_related("enrollment__program__brand", "enrollment__affiliation"), public_id
    )


def get_batch_for(user: Visitor, public_id: str) -> CodeBatch:
    """Return a batch of codes of his own.

    :raises NotFound: not his.
    """
    rows = CodeBatch.objects.filter(enrollment__in=list_enrollments(user))
    return get_by_public_id(rows.select_related("brand"), public_id)


def list_own_applications(user: Visitor) -> QuerySet[Application]:
    """Return his applications, newest first; not those to archived sandboxes."""
    if not isinstance(user, User) or not user.is_active:
        return Application.objects.none()
    rows = Application.objects.filter(affiliate__user=user, brand__archived_at__isnull=True)
    if user.only_brand_id is not None:
        rows = rows.filter(brand_id=user.only_brand_id)
    return rows.select_related("program__brand", "terms").order_by("-pk")


def list_viewings(user: Visitor) -> QuerySet[Viewing]:
    """Return when members of brands saw what he sees, newest first."""
    rows = Viewing.objects.filter(affiliation__in=list_affiliations(user))
    return rows.select_related("brand", "user").order_by("-pk")


def get_own_application(user: Visitor, public_id: str) -> Application:
    """Return an application of his own.

    :raises NotFound: not his.
    """
    return get_by_public_id(list_own_applications(user), public_id)


def get_application_for(access: BrandAccess, public_id: str) -> Application:
    """Return an application to one of the brand's programs.

    :raises NotFound: not one of this brand.
    """
    rows = Application.objects.filter(brand=access.brand)
    related = rows.select_related("affiliate__user", "brand", "program", "terms", "decided_by")
    return get_by_public_id(related, public_id)


def list_applications_for(
    access: BrandAccess, public_ids: Collection[str]
) -> QuerySet[Application]:
    """Return those of these applications that are to the brand, the oldest first."""
    wanted = [one for one in public_ids if "\0" not in one]
    rows = Application.objects.filter(brand=access.brand, public_id__in=wanted)
    related = rows.select_related("affiliate__user", "program__brand", "terms")
    return related.order_by("submitted_at", "pk")


def get_affiliation_for(access: BrandAccess, public_id: str) -> Affiliation:
    """Return a creator's place in the brand.

    :raises NotFound: not one of this brand.
    """
    rows = Affiliation.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("affiliate__user", "brand"), public_id)


def list_affiliations_for(
    access: BrandAccess, public_ids: Collection[str]
) -> QuerySet[Affiliation]:
    """Return those of these creators who are the brand's, by name; others are left out."""
    wanted = [one for one in public_ids if "\0" not in one]
    rows = Affiliation.objects.filter(brand=access.brand, public_id__in=wanted)
    related = rows.select_related("affiliate").prefetch_related("enrollments")
    return related.order_by("affiliate__display_name", "pk")


def get_brand_enrollment(access: BrandAccess, public_id: str) -> Enrollment:
    """Return a creator's place in one of the brand's programs.

    :raises NotFound: not one of this brand.
    """
    rows = Enrollment.objects.filter(brand=access.brand)
    related = rows.select_related("affiliation__affiliate", "program", "group", "terms")
    return get_by_public_id(related, public_id)


def get_brand_link(access: BrandAccess, public_id: str) -> Link:
    """Return a link of one of the brand's creators.

    :raises NotFound: not one of this brand.
    """
    rows = Link.objects.filter(brand=access.brand)
    return get_by_public_id(
        rows.select_related("enrollment__program", "enrollment__affiliation__affiliate"), public_id
    )


def get_brand_code(access: BrandAccess, public_id: str) -> Code:
    """Return a code of one of the brand's creators.

    :raises NotFound: not one of this brand.
    """
    rows = Code.objects.filter(brand=access.brand)
    return get_by_public_id(
        rows.select_related("enrollment__program", "enrollment__affiliation__affiliate"), public_id
    )


def get_brand_batch(access: BrandAccess, public_id: str) -> CodeBatch:
    """Return a batch of codes of one of the brand's creators.

    :raises NotFound: not one of this brand.
    """
    rows = CodeBatch.objects.filter(brand=access.brand)
    related = ("brand", "enrollment__program", "enrollment__affiliation__affiliate")
    return get_by_public_id(rows.select_related(*related), public_id)


def get_asset_for(access: BrandAccess, public_id: str) -> Asset:
    """Return an asset of one of the brand's programs.

    :raises NotFound: not one of this brand.
    """
    rows = Asset.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("program", "image"), public_id)


def get_utm_template_for(access: BrandAccess, public_id: str) -> UtmTemplate:
    """Return a UTM template of one of the brand's programs.

    :raises NotFound: not one of this brand.
    """
    rows = UtmTemplate.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("program"), public_id)


def get_announcement_for(access: BrandAccess, public_id: str) -> Announcement:
    """Return an announcement of the brand.

    :raises NotFound: not one of this brand.
    """
    rows = Announcement.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("brand", "program"), public_id)


def get_invitation_for(access: BrandAccess, public_id: str) -> Invitation:
    """Return an invitation of the brand.

    :raises NotFound: not one of this brand.
    """
    rows = Invitation.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("program", "group"), public_id)


def get_goal_for(access: BrandAccess, public_id: str) -> Goal:
    """Return a goal of the brand.

    :raises NotFound: not one of this brand.
    """
    return get_by_public_id(list_goals(access.brand), public_id)
