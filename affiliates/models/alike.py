"""What tells that two creators of a brand are likely one person, without saying what it is."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from affiliates.models.people import Affiliation
from brands.models import choice_check
from core.constraints import SameBrand
from core.models import Brand, User


class MarkKind(models.TextChoices):
    PAYOUT = "payout", _("the account they are paid to")
    TAX = "tax", _("the tax number")
    MAILBOX = "mailbox", _("the mailbox")


class AccountMark(models.Model):
    """A keyed hash of something a creator gave a brand: equal marks of two are equal things.

    It stays when he changes the thing, for that is when it tells most; it goes when he is erased.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.ForeignKey(Affiliation, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=8, choices=MarkKind)
    mark = models.CharField(max_length=32)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["affiliation", "kind", "mark"], name="affiliates_mark_once"
            ),
            choice_check("kind", MarkKind, "affiliates_mark_kind_known"),
            SameBrand("affiliation", name="affiliates_mark_affiliation_same_brand"),
        ]
        indexes = [models.Index(fields=["brand", "kind", "mark"], name="affiliates_mark_alike")]


class ClearedPair(models.Model):
    """Two creators of whom a member says that they are two people; `first` joined earlier."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    first = models.ForeignKey(Affiliation, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Affiliation, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    cleared_by = models.ForeignKey(User, on_delete=models.PROTECT)
    cleared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="affiliates_pair_once"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="affiliates_pair_of_two"),
            SameBrand("first", name="affiliates_pair_first_same_brand"),
            SameBrand("second", name="affiliates_pair_second_same_brand"),
        ]
