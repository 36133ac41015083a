"""Money on its way: payouts, what each covers, and each try to send it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from affiliates.models import Affiliation
from brands.models import RailKind, choice_check
from core.constraints import SameBrand
from core.fields import CurrencyField, EncryptedTextField, PublicIdField
from core.models import Brand, User
from ledger.models import Posting
from payouts.models.methods import PayoutMethod
from payouts.models.plans import ExportFile, PayoutPlan
from tracking.models import Commission


class PayoutStatus(models.TextChoices):
    APPROVED = "approved", _("Approved")
    SUBMITTING = "submitting", _("Submitting")
    SUBMITTED = "submitted", _("Submitted")
    UNKNOWN = "unknown", _("Unknown")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Failed")
    RETURNED = "returned", _("Returned")
    CANCELLED = "cancelled", _("Cancelled")


OPEN_STATUSES = (
    PayoutStatus.APPROVED,
    PayoutStatus.SUBMITTING,
    PayoutStatus.SUBMITTED,
    PayoutStatus.UNKNOWN,
)
COVERING_STATUSES = (*OPEN_STATUSES, PayoutStatus.PAID)


class Payout(models.Model):
    """Money on its way to one creator in one currency. At most one is open at a time.

    `found_at`: it was given back, and then its rail showed that it had left after all; what left
    is booked apart and `status` stays. `found_back_at`: that money came back.
    `amount_minor` is the commission. `tax`: the terms it was approved under, frozen, as
    `payouts.domain.tax.TaxTerms` writes them; None where the brand reckoned none.
    """

    public_id = PublicIdField(prefix="pay")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    plan = models.ForeignKey(PayoutPlan, on_delete=models.PROTECT, related_name="payouts")
    affiliation = models.ForeignKey(Affiliation, on_delete=models.PROTECT, related_name="payouts")
    method = models.ForeignKey(PayoutMethod, on_delete=models.PROTECT)
    rail = models.CharField(max_length=12, choices=RailKind)
    file = models.ForeignKey(
        ExportFile, null=True, on_delete=models.PROTECT, related_name="payouts"
    )
    currency = CurrencyField()
    amount_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField(default=0, db_default=0)
    withheld_minor = models.BigIntegerField(default=0, db_default=0)
    tax = models.JSONField(null=True)
    destination = EncryptedTextField()
    destination_hint = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=12, choices=PayoutStatus, default=PayoutStatus.APPROVED)
    code = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    paid_on = models.DateField(null=True)  # as whoever paid says it
    closed_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(null=True)
    found_seen_at = models.DateTimeField(null=True)
    found_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(found_at__isnull=False, status__in=["failed", "cancelled"])
                | Q(found_at__isnull=True, found_back_at__isnull=True, found_seen_at__isnull=True),
                name="payouts_payout_found_given_back",
            ),
            models.UniqueConstraint(
                fields=["brand", "affiliation", "currency"],
                condition=Q(status__in=[s.value for s in OPEN_STATUSES]),
                name="payouts_payout_one_open",
            ),
            models.UniqueConstraint(
                fields=["plan", "affiliation"], name="payouts_payout_once_a_plan"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="payouts_payout_brand_id"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=10**15),
                name="payouts_payout_amount_positive",
            ),
            models.CheckConstraint(
                condition=Q(vat_minor=0, withheld_minor=0)
                | Q(
                    vat_minor__gte=0,
                    withheld_minor__gte=0,
                    withheld_minor__lt=F("amount_minor") + F("vat_minor"),
                    tax__isnull=False,
                ),
                name="payouts_payout_tax_sane",
            ),
            models.CheckConstraint(
                condition=~Q(status="paid") | Q(paid_at__isnull=False),
                name="payouts_payout_paid_dated",
            ),
            choice_check("status", PayoutStatus, "payouts_payout_status_known"),
            choice_check("rail", RailKind, "payouts_payout_rail_known"),
            SameBrand("plan", name="payouts_payout_plan_same_brand"),
            SameBrand("affiliation", name="payouts_payout_affiliation_same_brand"),
            SameBrand("method", name="payouts_payout_method_same_brand"),
            SameBrand("file", name="payouts_payout_file_same_brand"),
        ]

    @property
    def sent_minor(self) -> int:
        """What leaves to the creator, by whatever rail."""
        minor: int = self.amount_minor + self.vat_minor - self.withheld_minor
        return minor


class PayoutItem(models.Model):
    """A posting of released money that a payout covers, so that each is in one payout once.

    The items and the remainder a rail could not send make the amount. A payout that failed or
    was cancelled gives its items back (`is_covering` false).
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="items")
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="payout_items")
    commission = models.ForeignKey(
        Commission, null=True, on_delete=models.PROTECT, related_name="payout_items"
    )
    amount_minor = models.BigIntegerField()
    is_covering = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["posting"],
                condition=Q(is_covering=True),
                name="payouts_item_posting_in_one_payout",
            ),
            SameBrand("payout", name="payouts_item_payout_same_brand"),
            SameBrand("posting", name="payouts_item_posting_same_brand"),
            SameBrand("commission", name="payouts_item_commission_same_brand"),
        ]


class AttemptStatus(models.TextChoices):
    CLAIMED = "claimed", _("Claimed")
    UNKNOWN = "unknown", _("Unknown")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    ABSENT = "absent", _("Not carried out")


class PayoutAttempt(models.Model):
    """One try to send: key and exact parameters are committed before the call is made.

    The key is random, never derived; a new one is made only after the last was surely not
    carried out: while one is open or was accepted, the database refuses another.
    `absence_said_at` and its neighbours: two people say that one never left of which the rail
    can tell no more.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="attempts")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    parameters = models.JSONField()
    parameters_hash = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=AttemptStatus, default=AttemptStatus.CLAIMED)
    external_id = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    calls = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    claimed_until = models.DateTimeField()
    next_check_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    absence_reason = models.CharField(max_length=300, blank=True)
    absence_said_at = models.DateTimeField(null=True)
    absence_said_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    absence_agreed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(status__in=["claimed", "unknown", "accepted"]),
                name="payouts_attempt_one_unsettled",
            ),
            models.UniqueConstraint(
                fields=["brand", "external_id"],
                condition=~Q(external_id=""),
                name="payouts_attempt_external_once",
            ),
            choice_check("status", AttemptStatus, "payouts_attempt_status_known"),
            models.CheckConstraint(
                condition=Q(absence_agreed_by__isnull=True)
                | (Q(absence_said_by__isnull=False) & ~Q(absence_agreed_by=F("absence_said_by"))),
                name="payouts_attempt_absence_by_two",
            ),
            SameBrand("payout", name="payouts_attempt_payout_same_brand"),
        ]
