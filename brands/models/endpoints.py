"""Where a brand's events are delivered, and what became of each."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models._checks import choice_check
from core.constraints import SameBrand
from core.fields import EncryptedTextField, PublicIdField
from core.models import Brand, OutboxEvent, User


class EndpointStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    WARNED = "warned", _("Failing")
    STOPPED = "stopped", _("Stopped")


class StopCause(models.TextChoices):
    BY_HAND = "by_hand", _("Stopped by your team")
    GONE = "gone", _("It answered 410: gone")
    FAILING = "failing", _("Every try of five days failed")


class Endpoint(models.Model):
    """An address of a brand that hears of events: of the topics named, or of all with none named.

    `failures`: tries that failed in a row, since `failing_since`; the next of any delivery waits
    until `paused_until`. `stop_cause` is there while it is stopped.
    """

    public_id = PublicIdField(prefix="whe")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="endpoints")
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=120, blank=True)
    topics = models.JSONField(default=list)
    status = models.CharField(max_length=8, choices=EndpointStatus, default=EndpointStatus.ACTIVE)
    stop_cause = models.CharField(max_length=8, choices=StopCause, blank=True)
    stopped_at = models.DateTimeField(null=True)
    secret = EncryptedTextField()
    old_secret = EncryptedTextField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="brands_endpoint_brand_id"),
            choice_check("status", EndpointStatus, "brands_endpoint_status_known"),
            models.CheckConstraint(
                condition=Q(old_secret__isnull=True, old_secret_until__isnull=True)
                | Q(old_secret__isnull=False, old_secret_until__isnull=False),
                name="brands_endpoint_old_secret_ends",
            ),
            models.CheckConstraint(
                condition=Q(status="stopped", stopped_at__isnull=False)
                & Q(stop_cause__in=StopCause.values)
                | ~Q(status="stopped") & Q(stopped_at__isnull=True, stop_cause=""),
                name="brands_endpoint_stopped_for_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since__isnull=True)
                | Q(failures__gt=0, failing_since__isnull=False),
                name="brands_endpoint_failures_began",
            ),
        ]

    def __str__(self) -> str:
        return self.url


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Not delivered")


class EventDelivery(models.Model):
    """One event for one endpoint. `body` is written at the first try and sent on every one.

    A try is under way until `leased_until`; one whose worker died is done again after it. `tries`
    counts those since `begun_at`, when it was last asked for.
    """

    public_id = PublicIdField(prefix="whd")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(OutboxEvent, on_delete=models.PROTECT, related_name="deliveries")
    body = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField()
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event"], name="brands_delivery_once_an_endpoint"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="brands_delivery_brand_id"),
            choice_check("status", DeliveryStatus, "brands_delivery_status_known"),
            models.CheckConstraint(
                condition=~Q(status="delivered") | Q(delivered_at__isnull=False),
                name="brands_delivery_delivered_at_a_time",
            ),
            SameBrand("endpoint", name="brands_delivery_endpoint_same_brand"),
            SameBrand("event", name="brands_delivery_event_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "next_at"],
                condition=Q(status="waiting"),
                name="brands_delivery_due",
            ),
            models.Index(fields=["endpoint", "-id"], name="brands_delivery_log"),
            models.Index(
                fields=["delivered_at"],
                condition=Q(status="delivered"),
                name="brands_delivery_old",
            ),
        ]


class CallFault(models.TextChoices):
    BAD_ADDRESS = "bad_address", _("The address cannot be called")
    NOT_ALLOWED = "not_allowed", _("Not on the public internet")
    NOT_FOUND = "not_found", _("There is no such host")
    UNREACHABLE = "unreachable", _("No connection")
    TIMEOUT = "timeout", _("No answer within 15 seconds")
    INTERNAL = "internal", _("Could not be sent from here")


class DeliveryTry(models.Model):
    """One call: the status that was answered, or a code of why there was no answer."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    delivery = models.ForeignKey(EventDelivery, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    answer = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=16, choices=CallFault, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code="") | Q(code__in=CallFault.values),
                name="brands_deliverytry_code_known",
            ),
            models.CheckConstraint(
                condition=Q(answer__isnull=False, code="") | Q(answer__isnull=True) & ~Q(code=""),
                name="brands_deliverytry_answer_or_code",
            ),
            SameBrand("delivery", name="brands_deliverytry_delivery_same_brand"),
        ]
