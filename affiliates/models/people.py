"""The creator as a person, and his place in a brand."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import PublicIdField
from core.models import Brand, User


class Affiliate(models.Model):
    """A creator as a person, the same in every brand.

    `erased_at`: his account was deleted; nothing is credited to him since.
    """

    public_id = PublicIdField(prefix="aff")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="affiliate")
    display_name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.display_name


class AffiliationStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class Affiliation(models.Model):
    """A creator's place in one brand: the party of the ledger's accounts.

    `email_hash` is the brand's keyed hash of his address, to see orders of his own. `tags` are
    the brand's own words for him, which he does not see.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = PublicIdField(prefix="crt")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="affiliations")
    affiliate = models.ForeignKey(Affiliate, on_delete=models.PROTECT, related_name="affiliations")
    email_hash = models.CharField(max_length=32)
    status = models.CharField(
        max_length=10, choices=AffiliationStatus, default=AffiliationStatus.ACTIVE
    )
    suspended_at = models.DateTimeField(null=True)
    suspended_reason = models.CharField(max_length=300, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "affiliate"], name="affiliates_affiliation_once"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_affiliation_brand_id"),
            models.CheckConstraint(
                condition=Q(status="active", suspended_at__isnull=True)
                | Q(status="suspended", suspended_at__isnull=False),
                name="affiliates_affiliation_suspension_dated",
            ),
        ]

    def __str__(self) -> str:
        return str(self.affiliate)
