"""Asking to join a program, and being in it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from affiliates.models.invitations import Invitation
from affiliates.models.people import Affiliate, Affiliation
from brands.models import Group, Program, Terms, choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User


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
    answers = models.JSONField(default=list)
    """What the program asked besides: `asked`, `kind` and the list `said`, in the form's order."""
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
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_application_brand_id"),
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
    """An affiliation's place in one program: group, terms, links and codes hang on it.

    While it is pinned no tier moves it. `falls_on`: the day on which it moves down to an earlier
    tier unless it reaches its own again.
    """

    public_id = PublicIdField(prefix="enr")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.ForeignKey(
        Affiliation, on_delete=models.PROTECT, related_name="enrollments"
    )
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="enrollments")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="enrollments")
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT)
    terms_accepted_at = models.DateTimeField()
    invitation = models.ForeignKey(
        Invitation, null=True, on_delete=models.PROTECT, related_name="enrollments"
    )
    joined_at = models.DateTimeField()
    pinned_at = models.DateTimeField(null=True)
    pinned_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    falls_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["affiliation", "program"], name="affiliates_enrollment_once"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_enrollment_brand_id"),
            models.CheckConstraint(
                condition=Q(pinned_at__isnull=True, pinned_by__isnull=True)
                | Q(pinned_at__isnull=False, pinned_by__isnull=False),
                name="affiliates_enrollment_pinned_by_someone",
            ),
            SameBrand("affiliation", name="affiliates_enrollment_affiliation_same_brand"),
            SameBrand("program", name="affiliates_enrollment_program_same_brand"),
            SameBrand("group", name="affiliates_enrollment_group_same_brand"),
            SameBrand("terms", name="affiliates_enrollment_terms_same_brand"),
            SameBrand("invitation", name="affiliates_enrollment_invitation_same_brand"),
        ]
