"""Statements as they were issued: never changed, each chained to the one before."""

from django.db import models
from django.db.models import Q

from affiliates.models import Affiliation
from core.constraints import SameBrand
from core.fields import CurrencyField, PublicIdField
from core.models import Brand
from payouts.models.payouts import Payout


class Statement(models.Model):
    """What a creator was told of a month, or of a payout, in one currency (I-10).

    `content` is canonical JSON made from the books alone; `sha256` is its hash, and the hash of
    the one before is in it. `labels` are the names of that day, outside of the hash: they are
    what an erasure may take away. `told_at`: when a month was mailed; a payout's mail has its own.
    """

    public_id = PublicIdField(prefix="stm")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.ForeignKey(
        Affiliation, on_delete=models.PROTECT, related_name="statements"
    )
    currency = CurrencyField()
    number = models.PositiveIntegerField()
    month = models.DateField(null=True)
    payout = models.OneToOneField(
        Payout, null=True, on_delete=models.PROTECT, related_name="statement"
    )
    opening_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    labels = models.JSONField()
    issued_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["affiliation", "currency", "number"], name="payouts_statement_number_once"
            ),
            models.UniqueConstraint(
                fields=["affiliation", "currency", "month"],
                condition=Q(month__isnull=False),
                name="payouts_statement_month_once",
            ),
            models.CheckConstraint(
                condition=Q(month__isnull=True, payout__isnull=False)
                | Q(month__isnull=False, payout__isnull=True),
                name="payouts_statement_month_or_payout",
            ),
            SameBrand("affiliation", name="payouts_statement_affiliation_same_brand"),
            SameBrand("payout", name="payouts_statement_payout_same_brand"),
        ]
        indexes = [
            models.Index(fields=["brand", "-id"], name="payouts_statement_by_brand"),
            models.Index(
                fields=["brand", "id"],
                condition=Q(told_at__isnull=True, month__isnull=False),
                name="payouts_statement_untold",
            ),
        ]

    @property
    def change_minor(self) -> int:
        return self.closing_minor - self.opening_minor
