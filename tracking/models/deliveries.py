"""What stores delivered, and what was refused."""

from django.db import models
from django.db.models import Q

from brands.models import StoreConnection, choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, InboundEvent, InboundStatus
from tracking.models.uploads import OrderUpload


class StoreEvent(InboundEvent):
    """A verified delivery of a store, kept raw before anything is done with it.

    `upload`: it came with a file of the brand's own.
    """

    public_id = PublicIdField(prefix="sev")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(StoreConnection, on_delete=models.PROTECT, related_name="events")
    has_other_body = models.BooleanField(default=False)
    order_ref = models.CharField(max_length=80, blank=True)
    upload = models.ForeignKey(OrderUpload, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "event_id", "body_sha256"], name="tracking_event_once"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_event_brand_id"),
            choice_check("status", InboundStatus, "tracking_event_status_known"),
            SameBrand("connection", name="tracking_event_connection_same_brand"),
            SameBrand("upload", name="tracking_event_upload_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["stored", "failed"]),
                name="tracking_event_waiting",
            ),
            models.Index(fields=["connection", "-id"], name="tracking_event_inbox"),
            models.Index(fields=["connection", "order_ref"], name="tracking_event_of_order"),
            models.Index(fields=["brand", "received_at"], name="tracking_event_by_time"),
        ]


class RefusedDelivery(models.Model):
    """A delivery whose signature did not fit: no body, the last 100 of a connection."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(
        StoreConnection, on_delete=models.PROTECT, related_name="refusals"
    )
    at = models.DateTimeField()
    code = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    body_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [SameBrand("connection", name="tracking_refusal_connection_same_brand")]
