"""Who works for a brand."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from brands.models._checks import choice_check
from core.models import Brand, User


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    FINANCE = "finance", _("Finance")
    ANALYST = "analyst", _("Analyst")


class Member(models.Model):
    """A user's place in a brand's team.

    Until he has come (`joined_at`) the team knows his address alone, as if he had no account.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    created_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "user"], name="brands_member_once"),
            choice_check("role", Role, "brands_member_role_known"),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.joined_at else self.user.email
