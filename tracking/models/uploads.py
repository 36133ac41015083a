"""Orders that somebody of the brand uploads in a file."""

from django.db import models
from django.db.models import Q

from brands.models import StoreConnection
from core.constraints import SameBrand
from core.fields import EncryptedTextField, PublicIdField
from core.models import Brand, User


class OrderUpload(models.Model):
    """A file of orders: read first, then taken as a whole, once, and worked on order by order.

    `options`: how it is read. `findings`: what reading it found, as JSON; None while it waits to
    be read. `is_vouched`: who confirmed it answers for the paid times in it. `taken_at`: all its
    deliveries are stored. `finished_at`: each was worked on. `next_at`: when a worker may take up
    what is next, in real time also in a sandbox; None where nothing waits. `stop_code`: why it
    was not taken though somebody confirmed it.
    """

    public_id = PublicIdField(prefix="upl")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(StoreConnection, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=120)
    body = EncryptedTextField(null=True)
    body_sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveIntegerField()
    options = models.JSONField()
    findings = EncryptedTextField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    is_vouched = models.BooleanField(default=False)
    stop_code = models.CharField(max_length=40, blank=True)
    taken_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    unchanged = models.PositiveIntegerField(default=0)
    work_done = models.PositiveIntegerField(default=0)
    work_total = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_upload_brand_id"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True, is_vouched=False)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="tracking_upload_confirmed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, finished_at__isnull=True)
                | Q(taken_at__isnull=False, confirmed_at__isnull=False),
                name="tracking_upload_taken_when_confirmed",
            ),
            SameBrand("connection", name="tracking_upload_connection_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(next_at__isnull=False),
                name="tracking_upload_waiting",
            ),
        ]
