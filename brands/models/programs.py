"""An offer of a brand to creators, and the groups in it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models._checks import choice_check
from brands.models.kinds import OWN_KIND, PartnerType
from core.constraints import SameBrand
from core.fields import CurrencyField, PublicIdField
from core.models import Brand


class ProgramStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    LIVE = "live", _("Live")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")


class ClickPolicy(models.TextChoices):
    LAST = "last", _("Last click")
    FIRST = "first", _("First click")


class CodePolicy(models.TextChoices):
    ALWAYS = "always", _("Always")
    WITH_CLICK = "with_click", _("Only with a click of their own")
    AS_WINNER = "only_as_winner", _("Only when the click decides the same")


class Precedence(models.TextChoices):
    CODE = "code", _("Codes come first")
    CLICK = "click", _("Clicks come first")


class HoldAnchor(models.TextChoices):
    PAID = "paid", _("Payment")
    FULFILLED = "fulfilled", _("Dispatch")
    DELIVERED = "delivered", _("Delivery")


class CheckMode(models.TextChoices):
    """What follows where a check of orders finds something."""

    OBSERVE = "observe", _("Observe")
    FLAG = "flag", _("Flag")
    HOLD = "hold", _("Hold for review")
    REJECT = "reject", _("Do not credit")


class Program(models.Model):
    """An offer of a brand to creators: currency, tracking, attribution, hold and base."""

    public_id = PublicIdField(prefix="prg")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="programs")
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    about = models.TextField(blank=True, max_length=4000)
    disclosure = models.CharField(max_length=200, blank=True)
    own_terms = models.TextField(blank=True, max_length=20000)
    status = models.CharField(max_length=8, choices=ProgramStatus, default=ProgramStatus.DRAFT)
    status_at = models.DateTimeField()
    is_listed = models.BooleanField(default=True)
    is_auto_approving = models.BooleanField(default=False)
    max_creators = models.PositiveIntegerField(null=True, blank=True)
    currency = CurrencyField()
    landing_url = models.URLField(max_length=2000)
    domains = ArrayField(models.CharField(max_length=253), default=list)
    ref_aliases = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    code_url = models.CharField(max_length=120, blank=True, default="", db_default="")
    window_days = models.PositiveSmallIntegerField(default=30)
    click_policy = models.CharField(max_length=8, choices=ClickPolicy, default=ClickPolicy.LAST)
    precedence = models.CharField(max_length=8, choices=Precedence, default=Precedence.CODE)
    code_policy = models.CharField(max_length=16, choices=CodePolicy, default=CodePolicy.ALWAYS)
    is_binding_customers = models.BooleanField(default=False)
    binding_orders = models.PositiveSmallIntegerField(null=True, blank=True)
    is_keeping_rate = models.BooleanField(default=False)
    is_crediting_renewals = models.BooleanField(default=False)
    is_yielding_to_ads = models.BooleanField(default=False)
    self_referral = models.CharField(max_length=8, choices=CheckMode, default=CheckMode.REJECT)
    duplicate_order = models.CharField(
        max_length=8, choices=CheckMode, default=CheckMode.FLAG, db_default=CheckMode.FLAG
    )
    second_account = models.CharField(
        max_length=8, choices=CheckMode, default=CheckMode.FLAG, db_default=CheckMode.FLAG
    )
    is_honouring_gpc = models.BooleanField(default=True)
    hold_days = models.PositiveSmallIntegerField(default=30)
    hold_anchor = models.CharField(max_length=10, choices=HoldAnchor, default=HoldAnchor.PAID)
    is_base_before_discount = models.BooleanField(default=False)
    is_base_with_tax = models.BooleanField(default=False)
    is_base_with_shipping = models.BooleanField(default=False)
    is_base_without_gift_cards = models.BooleanField(default=True)
    cap_order = models.JSONField(default=dict, blank=True)
    cap_creator_week = models.JSONField(default=dict, blank=True)
    cap_creator_month = models.JSONField(default=dict, blank=True)
    cap_creator_quarter = models.JSONField(default=dict, blank=True)
    cap_creator_lifetime = models.JSONField(default=dict, blank=True)
    budget_minor = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "slug"], name="brands_program_slug_unique"),
            models.UniqueConstraint(fields=["brand", "id"], name="brands_program_brand_id"),
            choice_check("status", ProgramStatus, "brands_program_status_known"),
            choice_check("click_policy", ClickPolicy, "brands_program_click_policy_known"),
            choice_check("precedence", Precedence, "brands_program_precedence_known"),
            choice_check("code_policy", CodePolicy, "brands_program_code_policy_known"),
            choice_check("self_referral", CheckMode, "brands_program_self_known"),
            choice_check("second_account", CheckMode, "brands_program_second_known"),
            choice_check("duplicate_order", CheckMode, "brands_program_double_known"),
            choice_check("hold_anchor", HoldAnchor, "brands_program_anchor_known"),
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=365),
                name="brands_program_window_1_to_365",
            ),
            models.CheckConstraint(
                condition=Q(hold_days__lte=365), name="brands_program_hold_to_365"
            ),
            models.CheckConstraint(
                condition=Q(max_creators__isnull=True) | Q(max_creators__gte=1),
                name="brands_program_max_creators_positive",
            ),
            models.CheckConstraint(
                condition=Q(binding_orders__isnull=True) | Q(binding_orders__range=(2, 1000)),
                name="brands_program_binding_orders_sane",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def caps_creator(self) -> dict[str, dict[str, int]]:
        """Return what a creator earns at most, in minor units by currency, by period."""
        return {
            "week": self.cap_creator_week,
            "month": self.cap_creator_month,
            "quarter": self.cap_creator_quarter,
            "lifetime": self.cap_creator_lifetime,
        }


class Group(models.Model):
    """A tier or kind of creators in a program, with its own rates (by rules) and hold."""

    public_id = PublicIdField(prefix="grp")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField(max_length=60)
    partner_type = models.CharField(max_length=32, default=PartnerType.AFFILIATE)
    hold_days = models.PositiveSmallIntegerField(null=True, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "name"], name="brands_group_name_unique"),
            models.UniqueConstraint(fields=["brand", "id"], name="brands_group_brand_id"),
            models.UniqueConstraint(
                fields=["program"], condition=Q(is_default=True), name="brands_group_one_default"
            ),
            models.CheckConstraint(
                condition=Q(partner_type__in=PartnerType.values) | Q(partner_type__regex=OWN_KIND),
                name="brands_group_partner_type_known",
            ),
            models.CheckConstraint(
                condition=Q(hold_days__isnull=True) | Q(hold_days__lte=365),
                name="brands_group_hold_to_365",
            ),
            SameBrand("program", name="brands_group_program_same_brand"),
        ]

    def __str__(self) -> str:
        return self.name
