"""Invoices a brand writes in its creators' names, and the credit notes that take them back."""

from django.db import models
from django.db.models import Q

from affiliates.models import Affiliation
from core.constraints import SameBrand
from core.fields import CurrencyField, EncryptedTextField, PublicIdField
from core.models import Brand
from payouts.models.payouts import Payout


class Invoice(models.Model):
    """One number of a brand's row of invoices, which has no gap; a credit note `corrects` one.

    `supplier`: JSON, what the creator had declared that day; `customer`: what the brand had. An
    erasure takes the supplier's name away and nothing else; the database refuses any other change.
    """

    public_id = PublicIdField(prefix="inv")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.ForeignKey(Affiliation, on_delete=models.PROTECT, related_name="invoices")
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="invoices")
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="credit_note"
    )
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=40)
    currency = CurrencyField()
    net_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    withheld_minor = models.BigIntegerField()
    tax = models.JSONField()
    supplier = EncryptedTextField(null=True)
    customer = models.JSONField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "number"], name="payouts_invoice_number_once"),
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(corrects__isnull=True),
                name="payouts_invoice_payout_once",
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="payouts_invoice_brand_id"),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, net_minor__gt=0)
                | Q(corrects__isnull=False, net_minor__lt=0),
                name="payouts_invoice_sign",
            ),
            SameBrand("affiliation", name="payouts_invoice_affiliation_same_brand"),
            SameBrand("payout", name="payouts_invoice_payout_same_brand"),
            SameBrand("corrects", name="payouts_invoice_corrects_same_brand"),
        ]
        indexes = [models.Index(fields=["brand", "-id"], name="payouts_invoice_by_brand")]

    @property
    def gross_minor(self) -> int:
        minor: int = self.net_minor + self.vat_minor
        return minor
