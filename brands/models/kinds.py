"""Kinds of creators: the usual ones, and what a brand changes of that list."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.fields import PublicIdField
from core.ids import ALPHABET
from core.models import Brand

KIND_PREFIX = "kin"
OWN_KIND = rf"^{KIND_PREFIX}_[{ALPHABET}]{{20}}$"
"""What stands in a group's `partner_type` where its kind is one of the brand's own."""


class PartnerType(models.TextChoices):
    AFFILIATE = "affiliate", _("Affiliate")
    INFLUENCER = "influencer", _("Influencer")
    CONTENT = "content", _("Content")
    EMAIL = "email", _("E-mail")
    AGENCY = "agency", _("Agency")
    PPC = "ppc", _("Pay per click")
    COUPON = "coupon", _("Coupon")
    CASHBACK = "cashback", _("Cashback")
    LOYALTY = "loyalty", _("Loyalty")
    REFERRAL = "referral", _("Referral")
    RESELLER = "reseller", _("Reseller")
    DISTRIBUTION = "distribution", _("Distribution")
    SPONSORSHIP = "sponsorship", _("Sponsorship")
    CO_BRANDING = "co_branding", _("Co-branding")
    LICENSING = "licensing", _("Licensing")
    JOINT_VENTURE = "joint_venture", _("Joint venture")
    PLACEMENT = "placement", _("Product placement")
    OTHER = "other", _("Other")


class PartnerKind(models.Model):
    """A kind of the brand's own, by name, or a usual one that the brand does not offer.

    A kind that is hidden is no longer offered; a group that has it keeps it.
    """

    public_id = PublicIdField(prefix=KIND_PREFIX)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="partner_kinds")
    usual = models.CharField(max_length=16, choices=PartnerType, blank=True)
    name = models.CharField(max_length=40, blank=True)
    is_hidden = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(usual="") & ~Q(name="") | Q(usual__in=PartnerType.values, name=""),
                name="brands_partnerkind_own_or_usual",
            ),
            models.UniqueConstraint(
                fields=["brand", "usual"],
                condition=~Q(usual=""),
                name="brands_partnerkind_usual_once",
            ),
            models.UniqueConstraint(
                "brand",
                Lower("name"),
                condition=~Q(name=""),
                name="brands_partnerkind_name_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_usual_display())

    @property
    def key(self) -> str:
        """Return what stands in a group of this kind."""
        return self.usual or self.public_id
