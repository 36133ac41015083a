"""Creators: the person, his place in a brand, in a program, and what he shares."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from brands.models import Group, Program, Terms, choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User


class Affiliate(models.Model):
    """A creator as a person, the same in every brand."""

    public_id = PublicIdField(prefix="aff")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="affiliate")
    display_name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.display_name


class AffiliationStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class Affiliation(models.Model):
    """A creator's place in one brand: the party of the ledger's accounts.

    `email_hash` is the brand's keyed hash of his address, to see orders of his own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = PublicIdField(prefix="crt")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="affiliations")
    affiliate = models.ForeignKey(Affiliate, on_delete=models.PROTECT, related_name="affiliations")
    email_hash = models.CharField(max_length=32)
    status = models.CharField(
        max_length=10, choices=AffiliationStatus, default=AffiliationStatus.ACTIVE
    )
    suspended_at = models.DateTimeField(null=True)
    suspended_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "affiliate"], name="affiliates_affiliation_once"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_affiliation_brand_id"),
            models.CheckConstraint(
                condition=Q(status="active", suspended_at__isnull=True)
                | Q(status="suspended", suspended_at__isnull=False),
                name="affiliates_affiliation_suspension_dated",
            ),
        ]

    def __str__(self) -> str:
        return str(self.affiliate)


class ApplicationStatus(models.TextChoices):
    SUBMITTED = "submitted", _("Waiting")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class RejectReason(models.TextChoices):
    AUDIENCE = "audience", _("The audience does not fit the program")
    CONTENT = "content", _("The content does not fit the brand")
    INCOMPLETE = "incomplete", _("The application does not say where you publish")
    FULL = "full", _("The program takes no more creators now")
    OTHER = "other", _("Another reason")


class Application(models.Model):
    """A creator asks to join a program."""

    public_id = PublicIdField(prefix="app")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="applications")
    affiliate = models.ForeignKey(Affiliate, on_delete=models.PROTECT, related_name="applications")
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT)
    publishes_at = models.CharField(max_length=300)
    message = models.TextField(blank=True, max_length=2000)
    status = models.CharField(
        max_length=10, choices=ApplicationStatus, default=ApplicationStatus.SUBMITTED
    )
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    reject_reason = models.CharField(max_length=12, choices=RejectReason, blank=True)
    reject_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "affiliate"],
                condition=Q(status="submitted"),
                name="affiliates_application_one_open",
            ),
            choice_check("status", ApplicationStatus, "affiliates_application_status_known"),
            models.CheckConstraint(
                condition=Q(status="submitted", decided_at__isnull=True)
                | Q(status__in=["approved", "rejected"], decided_at__isnull=False),
                name="affiliates_application_decision_dated",
            ),
            SameBrand("program", name="affiliates_application_program_same_brand"),
            SameBrand("terms", name="affiliates_application_terms_same_brand"),
        ]
        indexes = [models.Index(fields=["brand", "status"], name="affiliates_app_by_status")]


class Enrollment(models.Model):
    """An affiliation's place in one program: group, terms, links and codes hang on it."""

    public_id = PublicIdField(prefix="enr")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.ForeignKey(
        Affiliation, on_delete=models.PROTECT, related_name="enrollments"
    )
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="enrollments")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="enrollments")
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT)
    terms_accepted_at = models.DateTimeField()
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["affiliation", "program"], name="affiliates_enrollment_once"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_enrollment_brand_id"),
            SameBrand("affiliation", name="affiliates_enrollment_affiliation_same_brand"),
            SameBrand("program", name="affiliates_enrollment_program_same_brand"),
            SameBrand("group", name="affiliates_enrollment_group_same_brand"),
            SameBrand("terms", name="affiliates_enrollment_terms_same_brand"),
        ]


class Link(models.Model):
    """A creator's link. Its slugs are rows of their own: a changed slug keeps working."""

    public_id = PublicIdField(prefix="lnk")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="links")
    name = models.CharField(max_length=80, blank=True)
    destination_url = models.URLField(max_length=2000)
    utm = models.JSONField(default=dict)
    sub_ids = ArrayField(models.CharField(max_length=64), default=list, size=5)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_link_brand_id"),
            SameBrand("enrollment", name="affiliates_link_enrollment_same_brand"),
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


class Code(models.Model):
    """A discount code bound to a creator; unique in the brand whatever its case."""

    public_id = PublicIdField(prefix="cod")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="codes")
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
            SameBrand("enrollment", name="affiliates_code_enrollment_same_brand"),
        ]
