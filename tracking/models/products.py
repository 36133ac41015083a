"""What a shop sells, as far as rules ask for it: which collections a product is in."""

from django.db import models
from django.db.models import Q

from brands.models import StoreConnection
from core.constraints import SameBrand
from core.models import Brand


class Product(models.Model):
    """A product of a shop by its id, its SKU or both; order lines are matched by either.

    `collections`: names as the brand's rules write them.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(
        StoreConnection, on_delete=models.PROTECT, related_name="products"
    )
    product_ref = models.CharField(max_length=128, blank=True)
    sku = models.CharField(max_length=128, blank=True)
    title = models.CharField(max_length=200, blank=True)
    collections = models.JSONField(default=list)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "product_ref", "sku"], name="tracking_product_once"
            ),
            models.CheckConstraint(
                condition=~Q(product_ref="", sku=""), name="tracking_product_has_a_key"
            ),
            SameBrand("connection", name="tracking_product_connection_same_brand"),
        ]
        indexes = [models.Index(fields=["connection", "sku"], name="tracking_product_by_sku")]
