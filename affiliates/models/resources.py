"""What a brand gives its creators: images, texts and links to use, and news to read."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from affiliates.models.people import Affiliation
from brands.models import Program, choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, Image, User


class AssetKind(models.TextChoices):
    IMAGE = "image", _("Image")
    TEXT = "text", _("Text")
    LINK = "link", _("Link")


class Asset(models.Model):
    """Something to publish. `url` is the page a creator's link to it leads to, if not his own.

    A text may hold `{link}` and `{code}`, which each creator sees filled in. `audience` is a
    stored Segment. Days are the brand's.
    """

    public_id = PublicIdField(prefix="ast")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="assets")
    kind = models.CharField(max_length=8, choices=AssetKind)
    title = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)
    image = models.ForeignKey(Image, null=True, on_delete=models.PROTECT)
    text = models.TextField(max_length=2000, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    audience = models.JSONField(default=dict)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            choice_check("kind", AssetKind, "affiliates_asset_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="image", image__isnull=False)
                | Q(kind="text", image__isnull=True) & ~Q(text="")
                | Q(kind="link", image__isnull=True) & ~Q(url=""),
                name="affiliates_asset_holds_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="affiliates_asset_days_in_order",
            ),
            SameBrand("program", name="affiliates_asset_program_same_brand"),
            SameBrand("image", name="affiliates_asset_image_same_brand"),
        ]
        indexes = [models.Index(fields=["program", "-id"], name="affiliates_asset_by_program")]


class Announcement(models.Model):
    """News of a brand to some of its creators. Without `send_at` it is a draft.

    `audience` is a stored Segment; who it is for is fixed at `sent_at`, by receipts.
    """

    public_id = PublicIdField(prefix="ann")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, null=True, on_delete=models.PROTECT)
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=5000)
    audience = models.JSONField(default=dict)
    send_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "id"], name="affiliates_announcement_brand_id"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True)
                | Q(send_at__isnull=False, sent_at__gte=F("send_at")),
                name="affiliates_announcement_sent_when_due",
            ),
            SameBrand("program", name="affiliates_announcement_program_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["send_at"],
                condition=Q(send_at__isnull=False, sent_at__isnull=True),
                name="affiliates_announcement_due",
            )
        ]


class Receipt(models.Model):
    """One creator an announcement was for. `mailed_at`: his mail is written, or not wanted."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    announcement = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, related_name="receipts"
    )
    affiliation = models.ForeignKey(Affiliation, on_delete=models.PROTECT, related_name="news")
    mailed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "affiliation"], name="affiliates_receipt_once"
            ),
            SameBrand("announcement", name="affiliates_receipt_announcement_same_brand"),
            SameBrand("affiliation", name="affiliates_receipt_affiliation_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(mailed_at__isnull=True),
                name="affiliates_receipt_waiting",
            ),
            models.Index(fields=["affiliation", "-id"], name="affiliates_receipt_of_creator"),
        ]
