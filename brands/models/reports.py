"""Reports that somebody of a team keeps under a name, and who gets them by mail."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models._checks import choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User


class SpanKind(models.TextChoices):
    """Which days a saved report is about, on the day it is opened."""

    DAYS = "days", _("As many days, up to today")
    WEEK = "week", _("The last whole week")
    MONTH = "month", _("This month")
    LAST_MONTH = "last_month", _("The last whole month")
    QUARTER = "quarter", _("This quarter")
    YEAR = "year", _("This year")
    FIXED = "fixed", _("Always these days")


class Every(models.TextChoices):
    WEEK = "week", _("Every week")
    MONTH = "month", _("Every month")


class SavedReport(models.Model):
    """What a report asks, under a name: its owner's own, or the team's where it is shared.

    `query` is the query of the report's address. `every` is empty where it is not mailed.
    """

    public_id = PublicIdField(prefix="srp")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="saved_reports")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=500, blank=True)
    span = models.CharField(max_length=12, choices=SpanKind, default=SpanKind.DAYS)
    is_shared = models.BooleanField(default=False)
    every = models.CharField(max_length=8, choices=Every, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="brands_savedreport_brand_id"),
            models.UniqueConstraint(
                fields=["brand", "owner", "name"], name="brands_savedreport_name_once"
            ),
            choice_check("span", SpanKind, "brands_savedreport_span_known"),
            models.CheckConstraint(
                condition=Q(every="") | Q(every__in=Every.values),
                name="brands_savedreport_every_known",
            ),
        ]


class ReportReader(models.Model):
    """A member who is mailed a saved report. `mailed_until`: the last day he was told of."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    report = models.ForeignKey(SavedReport, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    mailed_until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "user"], name="brands_reportreader_once"),
            SameBrand("report", name="brands_reportreader_report_same_brand"),
        ]
