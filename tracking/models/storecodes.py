"""Creators' codes in the shops of a brand: what they give there, and how each one stands."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from affiliates.models import Code
from brands.models import Program, StoreConnection, choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand
from tracking.domain.storecodes import Drift


class DiscountKind(models.TextChoices):
    PERCENT = "percent", _("A percent of the order")
    AMOUNT = "amount", _("An amount off the order")
    COUPON = "coupon", _("What a coupon of the shop says")


class CodeTask(models.TextChoices):
    """What is next with a code: to look, to switch it on or off, or also to set what it gives."""

    LOOK = "look", "look"
    SWITCH = "switch", "switch"
    WHOLE = "whole", "whole"


class Seen(models.TextChoices):
    UNKNOWN = "unknown", "unknown"
    ABSENT = "absent", "absent"
    OFF = "off", "off"
    ON = "on", "on"


class CodeSync(models.Model):
    """Whether the codes of creators are kept in a shop, and how asking it went; times are real.

    `rest_until`: the shop wants peace, or as a whole gave no answer. `taken_at`: when the file of
    codes was last fetched, for a shop that takes them from one.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.OneToOneField(StoreConnection, on_delete=models.PROTECT)
    is_on = models.BooleanField(default=False)
    failures = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=64, blank=True)
    rest_until = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [SameBrand("connection", name="tracking_codesync_connection_same_brand")]


class CodeDiscount(models.Model):
    """What the codes of one program give in one shop; `amounts`, `minimums` by currency."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(
        StoreConnection, on_delete=models.PROTECT, related_name="code_discounts"
    )
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="code_discounts")
    is_on = models.BooleanField(default=True)
    kind = models.CharField(max_length=8, choices=DiscountKind)
    rate_bps = models.PositiveIntegerField(default=0)
    amounts = models.JSONField(default=dict)
    coupon = models.CharField(max_length=80, blank=True)
    minimums = models.JSONField(default=dict)
    is_once = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "program"], name="tracking_codediscount_once"
            ),
            choice_check("kind", DiscountKind, "tracking_codediscount_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="percent", rate_bps__gt=0, rate_bps__lte=10_000)
                | Q(kind="amount", rate_bps=0)
                | Q(kind="coupon", rate_bps=0) & ~Q(coupon=""),
                name="tracking_codediscount_one_kind",
            ),
            SameBrand("connection", name="tracking_codediscount_connection_same_brand"),
            SameBrand("program", name="tracking_codediscount_program_same_brand"),
        ]


class StoreCode(models.Model):
    """One code in one shop: what should be there, what was seen, and what is next; times are real.

    `is_wanted`: it should work there. `asked`: which asking of the task this is. `is_adopted`: it
    was in the shop before, and the brand gave it into our care. `claimed_until`: a worker is at it.
    `detail` are words of the shop or a currency, for the reason.
    """

    public_id = PublicIdField(prefix="stc")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(
        StoreConnection, on_delete=models.PROTECT, related_name="store_codes"
    )
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="store_codes")
    is_wanted = models.BooleanField()
    task = models.CharField(max_length=6, choices=CodeTask)
    asked = models.UUIDField(default=uuid.uuid4)
    is_adopted = models.BooleanField(default=False)
    external_id = models.CharField(max_length=120, blank=True)
    seen = models.CharField(max_length=7, choices=Seen, default=Seen.UNKNOWN)
    seen_at = models.DateTimeField(null=True)
    drift = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in Drift], blank=True
    )
    reason = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    failures = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "code"], name="tracking_storecode_once"),
            choice_check("task", CodeTask, "tracking_storecode_task_known"),
            choice_check("seen", Seen, "tracking_storecode_seen_known"),
            SameBrand("connection", name="tracking_storecode_connection_same_brand"),
            SameBrand("code", name="tracking_storecode_code_same_brand"),
        ]
        indexes = [models.Index(fields=["connection", "next_at"], name="tracking_storecode_due")]
