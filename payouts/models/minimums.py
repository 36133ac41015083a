"""From how much on a creator wants to be paid."""

from django.db import models
from django.db.models import Q

from affiliates.models import Affiliation
from core.constraints import SameBrand
from core.fields import CurrencyField
from core.models import Brand


class OwnMinimum(models.Model):
    """A creator's own minimum at one brand, in one currency; the brand's own holds below it."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.ForeignKey(
        Affiliation, on_delete=models.PROTECT, related_name="own_minimums"
    )
    currency = CurrencyField()
    amount_minor = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["affiliation", "currency"], name="payouts_ownminimum_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=10**15),
                name="payouts_ownminimum_amount_sane",
            ),
            SameBrand("affiliation", name="payouts_ownminimum_affiliation_same_brand"),
        ]
