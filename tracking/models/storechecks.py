"""Whether the orders of a shop are here as the shop knows them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from brands.models import StoreConnection, choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User
from tracking.models.deliveries import StoreEvent
from tracking.models.orders import Order
from tracking.models.uploads import OrderUpload


class CheckStage(models.TextChoices):
    LIST = "list", _("Reading the orders of the shop")
    HERE = "here", _("Looking for orders the shop does not know")
    DONE = "done", pgettext_lazy("check", "Finished")
    FAILED = "failed", pgettext_lazy("check", "Failed")


class FindingKind(models.TextChoices):
    MISSING = "missing", _("Missing here")
    WAITING = "waiting", _("Waiting or refused here")
    DIFFERENT = "different", _("Different figures")
    REFUND = "refund", _("Different refund")
    ABSENT = "absent", _("Not in the shop")


class FindingState(models.TextChoices):
    OPEN = "open", pgettext_lazy("finding", "Open")
    QUEUED = "queued", _("Being fetched")
    SETTLED = "settled", _("Settled")
    DISMISSED = "dismissed", pgettext_lazy("finding", "Dismissed")


LIVE = (FindingState.OPEN, FindingState.QUEUED)


class StoreCheck(models.Model):
    """A comparison of one store over days of the brand's zone, page by page.

    `upload`: the shop's export it is made from; None where the shop itself is asked. `is_whole`:
    the shop told every order of these days. `asked_by`: None is the daily run. `cursor_at`,
    `cursor_page`: where the shop's list is read on. `next_at`: when a worker may take it up, in
    real time; None once it ended. `counts`: by outcome, once it ended. `new`: what it found first.
    """

    public_id = PublicIdField(prefix="chk")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(StoreConnection, on_delete=models.PROTECT, related_name="checks")
    upload = models.ForeignKey(OrderUpload, null=True, on_delete=models.PROTECT)
    since = models.DateField()
    until = models.DateField()
    is_whole = models.BooleanField(default=True)
    stage = models.CharField(max_length=6, choices=CheckStage, default=CheckStage.LIST)
    cursor_at = models.DateTimeField()
    cursor_page = models.PositiveIntegerField(default=1)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    new = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_check_brand_id"),
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(ended_at__isnull=True),
                name="tracking_check_one_open",
            ),
            models.UniqueConstraint(
                fields=["connection", "until"],
                condition=Q(asked_by__isnull=True),
                name="tracking_check_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(since__lte=models.F("until")), name="tracking_check_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, stage__in=["list", "here"])
                | Q(ended_at__isnull=False, stage__in=["done", "failed"], next_at__isnull=True),
                name="tracking_check_ended_once",
            ),
            choice_check("stage", CheckStage, "tracking_check_stage_known"),
            SameBrand("connection", name="tracking_check_connection_same_brand"),
            SameBrand("upload", name="tracking_check_upload_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="tracking_check_due"
            ),
        ]


class CheckedOrder(models.Model):
    """What an order came to in a check that runs; its rows go when the check ends."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    check_of = models.ForeignKey(StoreCheck, on_delete=models.PROTECT, related_name="orders")
    external_order_id = models.CharField(max_length=80)
    outcome = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["check_of", "external_order_id"], name="tracking_checked_once"
            ),
            SameBrand("check_of", name="tracking_checked_same_brand"),
        ]


class StoreFinding(models.Model):
    """An order that is not the same in the shop and here, until it is or somebody lets it be.

    `asked_as`: the id by which the shop gives it; a payment service has others than for orders.
    `seen_in`: the latest check that met it. `told`, `here`: the figures of both sides, empty where
    that side has no such order; `fields`: those that differ. `code`, `detail`: why it cannot be
    read here, or what came of the last try to fetch it. `event`: the delivery it waits in.
    `effect`: the commission before and after it was settled. `upload`: rows of a file taken for it.
    `next_at`: when a worker may take it up, in real time. `told_at`: when the team was mailed.
    """

    public_id = PublicIdField(prefix="fnd")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(
        StoreConnection, on_delete=models.PROTECT, related_name="findings"
    )
    seen_in = models.ForeignKey(StoreCheck, on_delete=models.PROTECT, related_name="findings")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="findings")
    event = models.ForeignKey(StoreEvent, null=True, on_delete=models.PROTECT)
    upload = models.ForeignKey(OrderUpload, null=True, on_delete=models.PROTECT)
    external_order_id = models.CharField(max_length=80)
    asked_as = models.CharField(max_length=80, blank=True)
    number = models.CharField(max_length=80, blank=True)
    placed_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=10, choices=FindingKind)
    state = models.CharField(max_length=10, choices=FindingState, default=FindingState.OPEN)
    fields = models.JSONField(default=list)
    told = models.JSONField(default=dict)
    here = models.JSONField(default=dict)
    code = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    effect = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_finding_brand_id"),
            models.UniqueConstraint(
                fields=["connection", "external_order_id"],
                condition=Q(state__in=["open", "queued"]),
                name="tracking_finding_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, next_at__isnull=True)
                | Q(state="queued", closed_at__isnull=True, next_at__isnull=False)
                | Q(state="settled", closed_at__isnull=False, next_at__isnull=True)
                | Q(
                    ~Q(reason=""),
                    state="dismissed",
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    next_at__isnull=True,
                ),
                name="tracking_finding_closed_with_facts",
            ),
            choice_check("kind", FindingKind, "tracking_finding_kind_known"),
            choice_check("state", FindingState, "tracking_finding_state_known"),
            SameBrand("connection", name="tracking_finding_connection_same_brand"),
            SameBrand("seen_in", name="tracking_finding_check_same_brand"),
            SameBrand("order", name="tracking_finding_order_same_brand"),
            SameBrand("event", name="tracking_finding_event_same_brand"),
            SameBrand("upload", name="tracking_finding_upload_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="tracking_finding_due"
            ),
            models.Index(fields=["connection", "-id"], name="tracking_finding_of_store"),
        ]
