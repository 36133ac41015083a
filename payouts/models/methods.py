"""How a creator wants to be paid."""

from django.db import models
from django.db.models import Q

from affiliates.models import Affiliation
from brands.models import RailKind, choice_check
from core.constraints import SameBrand
from core.fields import EncryptedTextField, PublicIdField
from core.models import Brand


class PayoutMethod(models.Model):
    """Where a creator wants a brand's money: bank details, or an account at a rail.

    `needs` is what the rail still asks for, as codes of the rail. Payouts wait until
    `frozen_until` after a change. `destination` is the rail's own name of the account behind its
    account: when it changes, the money goes elsewhere.
    """

    public_id = PublicIdField(prefix="pmt")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.OneToOneField(
        Affiliation, on_delete=models.PROTECT, related_name="payout_method"
    )
    rail = models.CharField(max_length=12, choices=RailKind)
    details = EncryptedTextField(null=True)  # JSON: named fields such as iban
    hint = models.CharField(max_length=40, blank=True)
    external_account = models.CharField(max_length=80, blank=True)
    destination = models.CharField(max_length=120, blank=True)
    is_ready = models.BooleanField(default=False)
    needs = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    frozen_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            choice_check("rail", RailKind, "payouts_method_rail_known"),
            models.UniqueConstraint(
                fields=["brand", "external_account"],
                condition=~Q(external_account=""),
                name="payouts_method_account_once",
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="payouts_method_brand_id"),
            SameBrand("affiliation", name="payouts_method_affiliation_same_brand"),
        ]
