"""How far orders were fetched from a shop that does not post again, and those it could not give."""

from django.db import models

from brands.models import StoreConnection
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand


class OrderPull(models.Model):
    """Where the next fetch from a shop goes on; times are real, also in a sandbox.

    `cursor_at`: orders changed after it are asked for, page `cursor_page`; it moves only together
    with the deliveries stored. `is_behind`: the last run ended before the newest order.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.OneToOneField(StoreConnection, on_delete=models.PROTECT)
    cursor_at = models.DateTimeField()
    cursor_page = models.PositiveIntegerField(default=1)
    is_behind = models.BooleanField(default=False)
    brought = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)
    next_at = models.DateTimeField()

    class Meta:
        constraints = [SameBrand("connection", name="tracking_pull_connection_same_brand")]
        indexes = [models.Index(fields=["next_at"], name="tracking_pull_due")]


class UnreadOrder(models.Model):
    """An order the shop told of and did not give, until it is read; times are real.

    `changed_at`: the change that was to be fetched, None where the shop did not say. `code`: why
    the last try failed, or that none was made. `told`: which telling of it this is.
    """

    public_id = PublicIdField(prefix="unr")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(
        StoreConnection, on_delete=models.PROTECT, related_name="unread_orders"
    )
    external_order_id = models.CharField(max_length=80)
    changed_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=64)
    told = models.UUIDField(null=True)
    since = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_order_id"], name="tracking_unread_once"
            ),
            SameBrand("connection", name="tracking_unread_connection_same_brand"),
        ]
        indexes = [models.Index(fields=["connection", "next_at"], name="tracking_unread_due")]
