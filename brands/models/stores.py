"""The shops that post a brand's orders."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models._checks import choice_check
from core.fields import EncryptedTextField, PublicIdField
from core.models import Brand


class Platform(models.TextChoices):
    SHOPIFY = "shopify", "Shopify"
    WOOCOMMERCE = "woocommerce", "WooCommerce"
    GENERIC = "generic", _("Any shop (signed webhook)")
    CSV = "csv", _("Files (CSV upload)")


class StoreConnection(models.Model):
    """A shop that posts orders to /hooks/<public_id>; its secret decides whose orders they are.

    `api_key` and `api_secret` are for reading orders from the shop; they go to `shop_url` only.
    """

    public_id = PublicIdField(prefix="con")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="connections")
    platform = models.CharField(max_length=16, choices=Platform)
    name = models.CharField(max_length=80)
    shop_url = models.URLField(blank=True)
    secret = EncryptedTextField()
    old_secret = EncryptedTextField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    api_key = EncryptedTextField(null=True)
    api_secret = EncryptedTextField(null=True)
    is_active = models.BooleanField(default=True)
    uninstalled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="brands_connection_brand_id"),
            choice_check("platform", Platform, "brands_connection_platform_known"),
            models.CheckConstraint(
                condition=Q(old_secret__isnull=True, old_secret_until__isnull=True)
                | Q(old_secret__isnull=False, old_secret_until__isnull=False),
                name="brands_connection_old_secret_ends",
            ),
            models.CheckConstraint(
                condition=Q(api_key__isnull=True, api_secret__isnull=True)
                | (Q(api_key__isnull=False, api_secret__isnull=False) & ~Q(shop_url="")),
                name="brands_connection_keys_have_a_shop",
            ),
        ]

    def __str__(self) -> str:
        return self.name
