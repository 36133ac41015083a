"""How clicks, orders and deliveries come hour by hour, and the alarms where they stopped."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models import Program, StoreConnection, choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User

NONE = 0
"""Stands for no program, and for no store, in a count: they are numbers without foreign keys."""


class HourCount(models.Model):
    """What an hour brought, whole hours of UTC; an hour without anything has no row.

    Of a program alone: its clicks. Of a store alone: its deliveries, and the orders placed in that
    hour. Of both: the orders of the store that carried a click or a code of the program. `has_…`
    split the orders by what they carried: a token, a code, both, neither; what is known of the
    tokens of a store alone includes those that prove nothing. `valid` and its neighbours split
    those with a token by the best of them. `verdicts` and `carriers` count by name. Tests and
    renewals are not orders here. `unproven`: what was refused at the door, of which only the
    newest are kept; `refused`: stored and not understood.
    """

    brand_id = models.BigIntegerField()
    program_id = models.BigIntegerField(default=NONE)
    connection_id = models.BigIntegerField(default=NONE)
    hour = models.DateTimeField()
    clicks = models.PositiveIntegerField(default=0)
    verdicts = models.JSONField(default=dict)
    orders = models.PositiveIntegerField(default=0)
    has_token = models.PositiveIntegerField(default=0)
    has_code = models.PositiveIntegerField(default=0)
    has_both = models.PositiveIntegerField(default=0)
    has_none = models.PositiveIntegerField(default=0)
    valid = models.PositiveIntegerField(default=0)
    expired = models.PositiveIntegerField(default=0)
    not_counted = models.PositiveIntegerField(default=0)
    barred = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)
    carriers = models.JSONField(default=dict)
    deliveries = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    unproven = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand_id", "hour", "program_id", "connection_id"],
                name="tracking_hourcount_once",
            ),
        ]


class TrackingWatch(models.Model):
    """Up to which hour a brand was counted and looked at; locked by who does it."""

    brand = models.OneToOneField(Brand, on_delete=models.PROTECT)
    counted_until = models.DateTimeField(null=True)


class AlarmKind(models.TextChoices):
    CLICKS = "clicks", _("Clicks stopped")
    TOKENS = "tokens", _("Orders with a token stopped")
    SHARE = "share", _("Fewer orders carry a token")
    DELIVERIES = "deliveries", _("A store stopped reporting")
    REFUSED = "refused", _("Deliveries are refused")


class TrackingAlarm(models.Model):
    """Something that came steadily stopped: of a program, or of a store.

    `evidence`: the figures it was opened for. It closes by itself when things are as before, or a
    person dismisses it with a reason.
    """

    public_id = PublicIdField(prefix="alm")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, null=True, on_delete=models.PROTECT, related_name="alarms")
    connection = models.ForeignKey(
        StoreConnection, null=True, on_delete=models.PROTECT, related_name="alarms"
    )
    kind = models.CharField(max_length=12, choices=AlarmKind)
    evidence = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "program", "connection", "kind"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="tracking_alarm_one_open",
            ),
            models.CheckConstraint(
                condition=Q(program__isnull=False, connection__isnull=True)
                | Q(program__isnull=True, connection__isnull=False),
                name="tracking_alarm_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | (Q(closed_at__isnull=False) & ~Q(reason="")),
                name="tracking_alarm_dismissed_with_reason",
            ),
            choice_check("kind", AlarmKind, "tracking_alarm_kind_known"),
            SameBrand("program", name="tracking_alarm_program_same_brand"),
            SameBrand("connection", name="tracking_alarm_connection_same_brand"),
        ]
        indexes = [models.Index(fields=["brand", "-id"], name="tracking_alarm_newest")]
