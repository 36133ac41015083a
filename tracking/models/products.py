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


class ListSource(models.TextChoices):
    FILE = "file"
    SHOP = "shop"


class CatalogueFetch(models.Model):
    """How the product list of a shop came about, and how far it is being read from the shop.

    `source`, `taken_at`: of the list as it stands; `source` is empty where nothing was ever taken.
    `begun_at`: a reading is under way since then, `cursor` is where it goes on; what it has is in
    `FetchedProduct` until it is whole. `next_at` None: the list is a file's, and stays so until
    somebody asks the shop. `begun_at`, `tried_at` and `next_at` are real times, also in a sandbox.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.OneToOneField(
        StoreConnection, on_delete=models.PROTECT, related_name="catalogue"
    )
    source = models.CharField(max_length=8, choices=ListSource.choices, blank=True)
    taken_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    cursor = models.CharField(max_length=2000, blank=True)
    tried_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            SameBrand("connection", name="tracking_cataloguefetch_connection_same_brand")
        ]
        indexes = [models.Index(fields=["next_at"], name="tracking_catalogue_due")]


class FetchedProduct(models.Model):
    """A product of a list that is being read from a shop and is not whole yet."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(
        StoreConnection, on_delete=models.PROTECT, related_name="fetched_products"
    )
    product_ref = models.CharField(max_length=128)
    sku = models.CharField(max_length=128, blank=True)
    title = models.CharField(max_length=200, blank=True)
    collections = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "product_ref", "sku"], name="tracking_fetchedproduct_once"
            ),
            SameBrand("connection", name="tracking_fetchedproduct_connection_same_brand"),
        ]
