"""A brand asks creators to join: by a link for many, or by mail for one person."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models import Group, Program, choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User


class InvitationKind(models.TextChoices):
    LINK = "link", _("Link")
    EMAIL = "email", _("E-mail")


class Invitation(models.Model):
    """Who accepts it is in the program at once, in its group. Its address is affiliates.keys'.

    One by mail is for one person, once, and carries what is made ready for him: name, code,
    message. One by link may be used by anybody who has it, `max_uses` times where that is given.
    """

    public_id = PublicIdField(prefix="inv")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="invitations")
    group = models.ForeignKey(Group, on_delete=models.PROTECT)
    kind = models.CharField(max_length=5, choices=InvitationKind)
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=40, blank=True)
    message = models.TextField(max_length=1000, blank=True)
    language = models.CharField(max_length=8, blank=True)
    max_uses = models.PositiveIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_invitation_brand_id"),
            models.UniqueConstraint(
                fields=["program", "email"],
                condition=Q(
                    kind="email",
                    joined_at__isnull=True,
                    declined_at__isnull=True,
                    revoked_at__isnull=True,
                ),
                name="affiliates_invitation_one_open",
            ),
            choice_check("kind", InvitationKind, "affiliates_invitation_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="email", max_uses__isnull=True) & ~Q(email="")
                | Q(
                    kind="link",
                    email="",
                    code="",
                    sent_at__isnull=True,
                    joined_at__isnull=True,
                    declined_at__isnull=True,
                ),
                name="affiliates_invitation_holds_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(joined_at__isnull=True)
                | Q(declined_at__isnull=True, revoked_at__isnull=True),
                name="affiliates_invitation_ends_once",
            ),
            SameBrand("program", name="affiliates_invitation_program_same_brand"),
            SameBrand("group", name="affiliates_invitation_group_same_brand"),
        ]
        indexes = [models.Index(fields=["brand", "-id"], name="affiliates_invitation_by_brand")]
