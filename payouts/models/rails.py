"""What rails tell us, and the state of the stand-in."""

from django.db import models

from brands.models import RailKind, choice_check
from core.models import Brand, InboundEvent, InboundStatus


class RailEvent(InboundEvent):
    """A verified message of a rail; it only makes us ask the rail again."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    rail = models.CharField(max_length=12, choices=RailKind)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "rail", "event_id"], name="payouts_railevent_once"
            ),
            choice_check("status", InboundStatus, "payouts_railevent_status_known"),
        ]


class StandinObject(models.Model):
    """State of the payment stand-in that sandbox brands use; keyed by its secret key's hash."""

    namespace = models.CharField(max_length=64)
    kind = models.CharField(max_length=24)
    object_id = models.CharField(max_length=255)
    group = models.CharField(max_length=80, blank=True)
    data = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "kind", "object_id"], name="payouts_standin_object_once"
            )
        ]
        indexes = [
            models.Index(fields=["namespace", "kind", "group", "id"], name="payouts_standin_list")
        ]
