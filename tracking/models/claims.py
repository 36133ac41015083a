"""A creator asks for an order that he misses; what both sides write, and what came of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from affiliates.models import Affiliation, Enrollment
from brands.models import choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User
from tracking.domain.claims import NUMBER_LENGTH, AskedOrder
from tracking.models.messages import Side
from tracking.models.orders import Order


class ClaimStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("claim", "Open")
    ANSWERED = "answered", _("Answered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


UNRESOLVED = (ClaimStatus.OPEN, ClaimStatus.ANSWERED)


class Claim(models.Model):
    """An order that a creator asks his brand for, by what he knows of it.

    `order`: which one it is, once that is known. `is_about_credited`: he had it when he asked, and
    something else is wrong. `due_on`: by when the brand answers, whatever its setting says later.
    Open waits for the brand, answered for the creator. `resolved_by` None: no person decided.
    """

    public_id = PublicIdField(prefix="clm")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.ForeignKey(Affiliation, on_delete=models.PROTECT, related_name="claims")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="claims")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="claims")
    number = models.CharField(max_length=NUMBER_LENGTH)
    number_key = models.CharField(max_length=NUMBER_LENGTH)
    placed_on = models.DateField(null=True)
    total = models.CharField(max_length=30, blank=True)
    is_about_credited = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=ClaimStatus, default=ClaimStatus.OPEN)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_claim_brand_id"),
            models.UniqueConstraint(
                fields=["affiliation", "number_key"],
                condition=Q(status__in=UNRESOLVED),
                name="tracking_claim_one_open_an_order",
            ),
            models.CheckConstraint(
                condition=Q(placed_on__isnull=False) | ~Q(total="") | Q(order__isnull=False),
                name="tracking_claim_says_day_or_total",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNRESOLVED, resolved_at__isnull=True)
                | Q(
                    status__in=[ClaimStatus.ACCEPTED, ClaimStatus.DECLINED],
                    resolved_at__isnull=False,
                ),
                name="tracking_claim_resolved_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=ClaimStatus.ACCEPTED) | Q(order__isnull=False),
                name="tracking_claim_accepted_with_order",
            ),
            choice_check("status", ClaimStatus, "tracking_claim_status_known"),
            SameBrand("affiliation", name="tracking_claim_affiliation_same_brand"),
            SameBrand("enrollment", name="tracking_claim_enrollment_same_brand"),
            SameBrand("order", name="tracking_claim_order_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["brand", "due_on"],
                condition=Q(status__in=UNRESOLVED),
                name="tracking_claim_waiting",
            ),
            models.Index(
                fields=["brand", "number_key"],
                condition=Q(status__in=UNRESOLVED),
                name="tracking_claim_by_number",
            ),
        ]

    @property
    def asked(self) -> AskedOrder:
        """Return the order as the creator named it."""
        return AskedOrder(self.number, self.placed_on, self.total)

    @property
    def shown_number(self) -> str:
        """Return the number as people say it: #1042."""
        return f"#{self.number.strip().removeprefix('#').strip()}"

    @property
    def is_unresolved(self) -> bool:
        return self.status in UNRESOLVED

    @property
    def badge(self) -> str:
        """Return the state a badge shows."""
        return "claim.open" if self.status == ClaimStatus.OPEN else str(self.status)


class ClaimMessage(models.Model):
    """What one side wrote; never changed, and emptied only with its creator's account."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="messages")
    side = models.CharField(max_length=8, choices=Side)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            choice_check("side", Side, "tracking_claimmessage_side_known"),
            SameBrand("claim", name="tracking_claimmessage_claim_same_brand"),
        ]


class ClaimPicture(models.Model):
    """What the creator showed with his question, drawn anew; for him and the brand alone.

    It may show a shopper: it is not among the pictures that an address of theirs opens for anybody.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="picture")
    content_type = models.CharField(max_length=20)
    full = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        constraints = [SameBrand("claim", name="tracking_claimpicture_claim_same_brand")]
