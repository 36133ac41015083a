"""The one door to each object of payouts, for the brand's side and the creator's."""

from affiliates.access import Visitor, list_affiliations
from brands.access import ROLES_WITH, BrandAccess, Right
from brands.models import Member
from core.access import get_by_public_id
from core.factors import has_second_factor
from core.models import Brand, User
from payouts.models import (
    ExportFile,
    Invoice,
    Payout,
    PayoutPlan,
    Statement,
    TaxDocument,
    TaxProfile,
    TaxRate,
    TaxThreshold,
)


def lacks_second_factor(brand: Brand, user: User) -> bool:
    """Say whether a person may not approve for want of a second factor.

    Where no money moves nobody needs one.
    """
    return not is_play(brand) and not has_second_factor(user)


def is_play(brand: Brand) -> bool:
    """Say whether no money moves: in a sandbox and in the demo."""
    return brand.is_sandbox or brand.is_demo


def list_approvers(brand: Brand) -> list[Member]:
    """Return the people of the team who may approve payouts, by name."""
    rows = Member.objects.filter(
        brand=brand, role__in=ROLES_WITH[Right.MONEY], user__is_active=True
    )
    return list(rows.select_related("user").order_by("user__name", "pk"))


def may_approve(brand: Brand, user: User) -> bool:
    """Say whether a person works for the brand with the right to pay, and has what it takes."""
    is_one = any(member.user_id == user.pk for member in list_approvers(brand))
    return is_one and not lacks_second_factor(brand, user)


def get_plan_for(access: BrandAccess, public_id: str) -> PayoutPlan:
    """Return a run of the brand.

    :raises NotFound: not one of this brand.
    """
    rows = PayoutPlan.objects.filter(brand=access.brand).select_related(
        "brand", "planned_by", "approved_by"
    )
    return get_by_public_id(rows, public_id)


def get_file_for(access: BrandAccess, public_id: str) -> ExportFile:
    """Return a payment file of the brand.

    :raises NotFound: not one of this brand.
    """
    rows = ExportFile.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("plan", "cancel_asked_by"), public_id)


def get_payout_for(access: BrandAccess, public_id: str) -> Payout:
    """Return a payout of the brand.

    :raises NotFound: not one of this brand.
    """
    rows = Payout.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("plan", "affiliation__affiliate"), public_id)


def get_own_payout(user: Visitor, public_id: str) -> Payout:
    """Return a payout to the creator himself.

    :raises NotFound: not his.
    """
    rows = Payout.objects.filter(affiliation__in=list_affiliations(user))
    return get_by_public_id(rows.select_related("plan", "brand", "affiliation"), public_id)


def get_statement_for(access: BrandAccess, public_id: str) -> Statement:
    """Return a statement the brand issued.

    :raises NotFound: not one of this brand.
    """
    rows = Statement.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("brand", "affiliation__affiliate"), public_id)


def get_tax_profile_for(access: BrandAccess, public_id: str) -> TaxProfile:
    """Return what a creator declared to the brand.

    :raises NotFound: not one of this brand.
    """
    rows = TaxProfile.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("affiliation__affiliate"), public_id)


def get_tax_rate_for(access: BrandAccess, public_id: str) -> TaxRate:
    """Return a rate the brand entered.

    :raises NotFound: not one of this brand.
    """
    return get_by_public_id(TaxRate.objects.filter(brand=access.brand), public_id)


def get_document_for(access: BrandAccess, public_id: str) -> TaxDocument:
    """Return a tax form that was uploaded to the brand.

    :raises NotFound: not one of this brand.
    """
    rows = TaxDocument.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("affiliation__affiliate"), public_id)


def get_threshold_for(access: BrandAccess, public_id: str) -> TaxThreshold:
    """Return a threshold the brand entered.

    :raises NotFound: not one of this brand.
    """
    return get_by_public_id(TaxThreshold.objects.filter(brand=access.brand), public_id)


def get_invoice_for(access: BrandAccess, public_id: str) -> Invoice:
    """Return an invoice the brand wrote in a creator's name.

    :raises NotFound: not one of this brand.
    """
    rows = Invoice.objects.filter(brand=access.brand)
    return get_by_public_id(rows.select_related("brand", "corrects", "payout__plan"), public_id)


def get_own_invoice(user: Visitor, public_id: str) -> Invoice:
    """Return an invoice written in the creator's own name.

    :raises NotFound: not his.
    """
    rows = Invoice.objects.filter(affiliation__in=list_affiliations(user))
    return get_by_public_id(rows.select_related("brand", "corrects", "payout__plan"), public_id)


def get_own_statement(user: Visitor, public_id: str) -> Statement:
    """Return a statement issued to the creator himself.

    :raises NotFound: not his.
    """
    rows = Statement.objects.filter(affiliation__in=list_affiliations(user))
    return get_by_public_id(rows.select_related("brand", "affiliation"), public_id)
