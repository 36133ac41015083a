"""What a creator shares: links with their slugs, and codes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from affiliates.models.joining import Enrollment
from affiliates.models.utm import UtmTemplate
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand


class Link(models.Model):
    """A creator's link. Its slugs are rows of their own: a changed slug keeps working.

    `utm` is what the redirect adds, also where a template of the brand filled it in. `code` is one
    of its creator's codes: the shop applies it where it is known how.
    """

    public_id = PublicIdField(prefix="lnk")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="links")
    name = models.CharField(max_length=80, blank=True)
    destination_url = models.URLField(max_length=2000)
    utm = models.JSONField(default=dict)
    utm_template = models.ForeignKey(
        UtmTemplate, null=True, on_delete=models.PROTECT, related_name="links"
    )
    code = models.ForeignKey(
        "affiliates.Code", null=True, on_delete=models.PROTECT, related_name="links"
    )
    sub_ids = ArrayField(models.CharField(max_length=64), default=list, size=5)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_link_brand_id"),
            SameBrand("enrollment", name="affiliates_link_enrollment_same_brand"),
            SameBrand("utm_template", name="affiliates_link_utm_template_same_brand"),
            SameBrand("code", name="affiliates_link_code_same_brand"),
        ]


class LinkSlug(models.Model):
    """A slug once given. Never deleted, never given again; the current one is shown."""

    slug = models.CharField(max_length=40)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="slugs")
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("slug"), name="affiliates_slug_given_once"),
            models.UniqueConstraint(
                fields=["link"], condition=Q(is_current=True), name="affiliates_slug_one_current"
            ),
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$"),
                name="affiliates_slug_form",
            ),
            SameBrand("link", name="affiliates_slug_link_same_brand"),
        ]


class CodeBatch(models.Model):
    """Codes made together for one creator, each good for one order."""

    public_id = PublicIdField(prefix="cdb")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="code_batches"
    )
    prefix = models.CharField(max_length=20, blank=True)
    discount_note = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_codebatch_brand_id"),
            SameBrand("enrollment", name="affiliates_codebatch_enrollment_same_brand"),
        ]


class Code(models.Model):
    """A discount code bound to a creator; unique in the brand whatever its case.

    One of a batch is good for one order, any other for as many as its store allows.
    """

    public_id = PublicIdField(prefix="cod")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="codes")
    batch = models.ForeignKey(CodeBatch, null=True, on_delete=models.PROTECT, related_name="codes")
    text = models.CharField(max_length=40)
    normalised = models.CharField(max_length=40)
    discount_note = models.CharField(max_length=60, blank=True)
    active_from = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "normalised"], name="affiliates_code_unique_in_brand"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_code_brand_id"),
            SameBrand("enrollment", name="affiliates_code_enrollment_same_brand"),
            SameBrand("batch", name="affiliates_code_batch_same_brand"),
        ]

    @property
    def is_single_use(self) -> bool:
        """Tell whether the code is good for one order."""
        return self.batch_id is not None
