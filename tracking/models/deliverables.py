"""Work a brand pays a fixed fee for: offered, taken, submitted, decided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment
from brands.models import Group, Program, choice_check
from core.constraints import SameBrand
from core.fields import CurrencyField, PublicIdField
from core.models import Brand, User
from core.money import Money


class DeliverableKind(models.TextChoices):
    POST = "post", _("Sponsored post")
    VIDEO = "video", _("Video")
    PLACEMENT = "placement", _("Placement")
    NEWSLETTER = "newsletter", _("Newsletter")
    OTHER = "other", _("Other")


class Deliverable(models.Model):
    """What a brand offers one creator or a group to do by a day, for a fee.

    `fees`: minor units by currency; who takes it picks one. `max_takers` None: all who want.
    Withdrawn, nobody else can take it; who took it keeps his word and the brand's.
    """

    public_id = PublicIdField(prefix="dlv")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="deliverables")
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(Enrollment, null=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=DeliverableKind)
    title = models.CharField(max_length=100)
    brief = models.TextField(max_length=4000)
    fees = models.JSONField()
    due_on = models.DateField()
    max_takers = models.PositiveIntegerField(null=True)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_deliverable_brand_id"),
            choice_check("kind", DeliverableKind, "tracking_deliverable_kind_known"),
            models.CheckConstraint(
                condition=Q(group__isnull=False, enrollment__isnull=True)
                | Q(group__isnull=True, enrollment__isnull=False),
                name="tracking_deliverable_group_or_creator",
            ),
            models.CheckConstraint(
                condition=Q(max_takers__isnull=True) | Q(max_takers__gte=1),
                name="tracking_deliverable_takers_positive",
            ),
            models.CheckConstraint(condition=~Q(fees={}), name="tracking_deliverable_has_fee"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="tracking_deliverable_withdrawn_by_someone",
            ),
            SameBrand("program", name="tracking_deliverable_program_same_brand"),
            SameBrand("group", name="tracking_deliverable_group_same_brand"),
            SameBrand("enrollment", name="tracking_deliverable_enrollment_same_brand"),
        ]
        indexes = [models.Index(fields=["brand", "-id"], name="tracking_deliverable_by_brand")]

    def __str__(self) -> str:
        return self.title

    @property
    def amounts(self) -> list[Money]:
        """Return the fees it is offered for, one a currency."""
        return [Money(fee, currency) for currency, fee in sorted(self.fees.items())]


class WorkStatus(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    SUBMITTED = "submitted", _("Handed in")
    CHANGES_ASKED = "changes_asked", _("Changes asked for")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    EXPIRED = "expired", _("Expired")


TRANSITIONS: dict[str, frozenset[str]] = {
    "": frozenset({WorkStatus.ACCEPTED, WorkStatus.DECLINED}),
    WorkStatus.ACCEPTED: frozenset({WorkStatus.SUBMITTED, WorkStatus.DECLINED, WorkStatus.EXPIRED}),
    WorkStatus.DECLINED: frozenset({WorkStatus.ACCEPTED}),
    WorkStatus.SUBMITTED: frozenset(
        {
            WorkStatus.SUBMITTED,
            WorkStatus.CHANGES_ASKED,
            WorkStatus.APPROVED,
            WorkStatus.REJECTED,
        }
    ),
    WorkStatus.CHANGES_ASKED: frozenset(
        {WorkStatus.SUBMITTED, WorkStatus.DECLINED, WorkStatus.EXPIRED}
    ),
    WorkStatus.APPROVED: frozenset(),
    WorkStatus.REJECTED: frozenset(),
    WorkStatus.EXPIRED: frozenset(),
}
"""What may follow what. A due day that is moved on makes no expired work open again."""

HOLDS_A_PLACE = (
    WorkStatus.ACCEPTED,
    WorkStatus.SUBMITTED,
    WorkStatus.CHANGES_ASKED,
    WorkStatus.APPROVED,
)


class Work(models.Model):
    """What a creator made of an offer; the fee is the one he took it for."""

    public_id = PublicIdField(prefix="wrk")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="works")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="works")
    currency = CurrencyField()
    fee_minor = models.BigIntegerField()
    status = models.CharField(max_length=14, choices=WorkStatus)
    status_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deliverable", "enrollment"], name="tracking_work_once_a_creator"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_work_brand_id"),
            choice_check("status", WorkStatus, "tracking_work_status_known"),
            models.CheckConstraint(
                condition=Q(fee_minor__gt=0, fee_minor__lte=10**15), name="tracking_work_fee"
            ),
            SameBrand("deliverable", name="tracking_work_deliverable_same_brand"),
            SameBrand("enrollment", name="tracking_work_enrollment_same_brand"),
        ]
        indexes = [
            models.Index(fields=["brand", "status"], name="tracking_work_by_status"),
        ]

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def badge(self) -> str:
        """Return the state a badge shows."""
        return f"work_{self.status}"


class WorkStep(models.Model):
    """One step of a work: what it became, when and by whom, with what was sent or said."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="steps")
    status = models.CharField(max_length=14, choices=WorkStatus)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    url = models.URLField(max_length=2000, blank=True)
    text = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            choice_check("status", WorkStatus, "tracking_workstep_status_known"),
            SameBrand("work", name="tracking_workstep_work_same_brand"),
        ]
