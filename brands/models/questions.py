"""What a program asks of who wants to join, beside where they publish."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models._checks import choice_check
from brands.models.programs import Program
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand


class QuestionKind(models.TextChoices):
    LINE = "line", _("One line")
    TEXT = "text", _("Several lines")
    CHOICE = "choice", _("One of a list")
    SEVERAL = "several", _("Several of a list")
    YES_NO = "yes_no", _("Yes or no")
    ADDRESS = "address", _("Web address")


WITH_OPTIONS = (QuestionKind.CHOICE, QuestionKind.SEVERAL)


class Question(models.Model):
    """A question of the application form. An answer keeps its words, so these may change."""

    public_id = PublicIdField(prefix="qst")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="questions")
    kind = models.CharField(max_length=8, choices=QuestionKind)
    words = models.CharField(max_length=200)
    help_text = models.CharField(max_length=300, blank=True)
    options = ArrayField(models.CharField(max_length=100), default=list)
    is_required = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            choice_check("kind", QuestionKind, "brands_question_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=WITH_OPTIONS, options__len__gte=2)
                | (~Q(kind__in=WITH_OPTIONS) & Q(options=[])),
                name="brands_question_options_where_chosen",
            ),
            SameBrand("program", name="brands_question_program_same_brand"),
        ]

    def __str__(self) -> str:
        return self.words
