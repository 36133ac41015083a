"""The shops that post a brand's orders."""

from django.db import models
from django.db.models import Q

from core.fields import EncryptedTextField, PublicIdField
from core.models import Brand


class StoreConnection(models.Model):
    """A shop that posts orders to /hooks/<public_id>; its secret decides whose orders they are.

    `platform` names the adapter that reads it. `api_key`, `api_secret` and `api_extra` are for
    reading orders from the shop, filled in this order; they go to the shop's own interface only.
    """

    public_id = PublicIdField(prefix="con")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="connections")
    platform = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    shop_url = models.URLField(blank=True)
    secret = EncryptedTextField()
    old_secret = EncryptedTextField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    api_key = EncryptedTextField(null=True)
    api_secret = EncryptedTextField(null=True)
    api_extra = EncryptedTextField(null=True)
    is_active = models.BooleanField(default=True)
    uninstalled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="brands_connection_brand_id"),
            models.CheckConstraint(
                condition=Q(platform__regex=r"^[a-z][a-z0-9_]*$"),
                name="brands_connection_platform_form",
            ),
            models.CheckConstraint(
                condition=Q(old_secret__isnull=True, old_secret_until__isnull=True)
                | Q(old_secret__isnull=False, old_secret_until__isnull=False),
                name="brands_connection_old_secret_ends",
            ),
            models.CheckConstraint(
                condition=Q(api_key__isnull=False)
                | Q(api_secret__isnull=True, api_extra__isnull=True),
                name="brands_connection_keys_from_the_first",
            ),
            models.CheckConstraint(
                condition=Q(api_secret__isnull=False) | Q(api_extra__isnull=True),
                name="brands_connection_keys_in_a_row",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def api_keys(self) -> tuple[str, ...]:
        """The keys of the shop's own interface, in the order of its platform's fields."""
        return tuple(key for key in (self.api_key, self.api_secret, self.api_extra) if key)
