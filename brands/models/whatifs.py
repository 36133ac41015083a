"""Drafts of rules tried on past orders."""

from django.db import models
from django.db.models import F, Q

from brands.models.programs import Program
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User


class WhatIf(models.Model):
    """A draft of rules, the past orders it is tried on, and what they would have paid.

    `rules` and `base` are the draft as pricing sees it, `draft_hash` tells it from others.
    Orders placed from `since` on and before `until` are replayed. `next_at`: when a worker may
    take it up, in real time; None once it is over. `result` is the JSON of brands.domain's Tally;
    `stop_code` says why there is none.
    """

    public_id = PublicIdField(prefix="wif")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="what_ifs")
    rules = models.JSONField()
    base = models.JSONField()
    draft_hash = models.CharField(max_length=64)
    since = models.DateTimeField()
    until = models.DateTimeField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stop_code = models.CharField(max_length=40, blank=True)
    result = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="brands_whatif_brand_id"),
            models.CheckConstraint(
                condition=Q(until__gt=F("since")), name="brands_whatif_period_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(next_at__isnull=False, finished_at__isnull=True)
                | Q(next_at__isnull=True, finished_at__isnull=False),
                name="brands_whatif_waits_or_is_over",
            ),
            SameBrand("program", name="brands_whatif_program_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(next_at__isnull=False),
                name="brands_whatif_waiting",
            ),
        ]
