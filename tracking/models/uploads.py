"""Orders that somebody of the brand uploads in a file."""

from django.db import models
from django.db.models import Q

from brands.models import StoreConnection
from core.constraints import SameBrand
from core.fields import EncryptedTextField, PublicIdField
from core.models import Brand, User


class OrderUpload(models.Model):
    """A file of orders: looked at first, then taken as a whole, once.

    `options`: how it is read. `is_vouched`: who confirmed it answers for the paid times in it.
    """

    public_id = PublicIdField(prefix="upl")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(StoreConnection, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=120)
    body = EncryptedTextField(null=True)
    size_bytes = models.PositiveIntegerField()
    options = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    is_vouched = models.BooleanField(default=False)
    unchanged = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_upload_brand_id"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True, is_vouched=False)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="tracking_upload_confirmed_by_someone",
            ),
            SameBrand("connection", name="tracking_upload_connection_same_brand"),
        ]
