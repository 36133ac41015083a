"""What a brand wants to reach: with a program, with a group, or with one creator."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from affiliates.models.joining import Enrollment
from brands.models import Group, Program, choice_check
from core.constraints import SameBrand
from core.fields import CurrencyField, PublicIdField
from core.models import Brand, User


class Measure(models.TextChoices):
    ORDERS = "orders", _("Orders credited")
    REVENUE = "revenue", _("Revenue, net of refunds")
    COMMISSION = "commission", pgettext_lazy("measure", "Commission")
    NEW_CUSTOMERS = "new_customers", _("Orders of new customers")
    JOINED = "joined", _("Creators who join")
    ACTIVE = "active", _("Creators who bring an order")


OF_MONEY = (Measure.REVENUE, Measure.COMMISSION)
OF_CREATORS = (Measure.JOINED, Measure.ACTIVE)


class Goal(models.Model):
    """A figure to reach in a run of days of the brand's calendar, both ends included.

    How far it is, is counted whenever it is shown and stored nowhere. `reached_at`: when the
    target was first seen reached; a refund may take it away again. `closed_value` is what was
    counted at `closed_at`, a statement about that moment; `ended_by` closed it before its time.
    A monthly goal is followed by one for the next month once it is closed.
    """

    public_id = PublicIdField(prefix="gol")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="goals")
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(Enrollment, null=True, on_delete=models.PROTECT)
    name = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)
    measure = models.CharField(max_length=16, choices=Measure)
    target = models.BigIntegerField()
    currency = CurrencyField(blank=True)
    since = models.DateField()
    until = models.DateField()
    is_monthly = models.BooleanField(default=False)
    is_shown = models.BooleanField(default=False)
    has_mail = models.BooleanField(default=False)
    follows = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    reached_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_value = models.BigIntegerField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_goal_brand_id"),
            choice_check("measure", Measure, "affiliates_goal_measure_known"),
            models.CheckConstraint(
                condition=Q(target__gte=1, target__lte=10**15), name="affiliates_goal_target"
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="affiliates_goal_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(measure__in=OF_MONEY) & ~Q(currency="")
                | ~Q(measure__in=OF_MONEY) & Q(currency=""),
                name="affiliates_goal_currency_of_money",
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=True) | Q(enrollment__isnull=True),
                name="affiliates_goal_group_or_creator",
            ),
            models.CheckConstraint(
                condition=~Q(measure__in=OF_CREATORS) | Q(enrollment__isnull=True),
                name="affiliates_goal_creators_of_many",
            ),
            models.CheckConstraint(
                condition=Q(is_shown=False)
                | ~Q(measure__in=OF_CREATORS)
                & (Q(group__isnull=False) | Q(enrollment__isnull=False)),
                name="affiliates_goal_shown_to_someone",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_value__isnull=True)
                | Q(closed_at__isnull=False, closed_value__isnull=False),
                name="affiliates_goal_closed_with_figure",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(closed_at__isnull=False),
                name="affiliates_goal_ended_is_closed",
            ),
            SameBrand("program", name="affiliates_goal_program_same_brand"),
            SameBrand("group", name="affiliates_goal_group_same_brand"),
            SameBrand("enrollment", name="affiliates_goal_enrollment_same_brand"),
            SameBrand("follows", name="affiliates_goal_follows_same_brand"),
        ]
        indexes = [
            models.Index(fields=["brand", "-id"], name="affiliates_goal_by_brand"),
            models.Index(
                fields=["id"], condition=Q(closed_at__isnull=True), name="affiliates_goal_open"
            ),
        ]
