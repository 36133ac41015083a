"""Tax forms creators uploaded to a brand, encrypted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from affiliates.models import Affiliation
from brands.models import choice_check
from core.constraints import SameBrand
from core.fields import EncryptedTextField, PublicIdField
from core.models import Brand


class TaxFormKind(models.TextChoices):
    W9 = "w9", _("Form W-9")
    W8BEN = "w8ben", _("Form W-8BEN")
    W8BENE = "w8bene", _("Form W-8BEN-E")
    RESIDENCE = "residence", _("Certificate of residence")
    OTHER = "other", _("Another form")


class TaxDocument(models.Model):
    """A form as it was uploaded; the newest counts, the earlier ones stay to be read.

    `content`: the bytes as base64, nothing once its creator is erased. It holds to `valid_until`,
    where that is set.
    """

    public_id = PublicIdField(prefix="txd")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.ForeignKey(
        Affiliation, on_delete=models.PROTECT, related_name="tax_documents"
    )
    kind = models.CharField(max_length=10, choices=TaxFormKind)
    content_type = models.CharField(max_length=20)
    content = EncryptedTextField(null=True)
    size_bytes = models.PositiveIntegerField()
    valid_until = models.DateField(null=True)
    uploaded_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            choice_check("kind", TaxFormKind, "payouts_taxdocument_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    content_type__in=["application/pdf", "image/png", "image/jpeg", "image/webp"]
                ),
                name="payouts_taxdocument_type_known",
            ),
            SameBrand("affiliation", name="payouts_taxdocument_affiliation_same_brand"),
        ]
        indexes = [models.Index(fields=["affiliation", "-id"], name="payouts_taxdocument_latest")]
