"""What a brand decides: who works for it, its programs, rules, terms, rails and stores."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import SameBrand
from core.fields import CurrencyField, EncryptedTextField, PublicIdField
from core.models import Brand, User


def choice_check(
    field: str, choices: type[models.TextChoices], name: str
) -> models.CheckConstraint:
    """Return the constraint that a column holds one of its choices."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    FINANCE = "finance", _("Finance")
    ANALYST = "analyst", _("Analyst")


class Member(models.Model):
    """A user's place in a brand's team."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "user"], name="brands_member_once"),
            choice_check("role", Role, "brands_member_role_known"),
        ]


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


class SelfReferral(models.TextChoices):
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
    own_terms = models.TextField(blank=True, max_length=20000)
    status = models.CharField(max_length=8, choices=ProgramStatus, default=ProgramStatus.DRAFT)
    status_at = models.DateTimeField()
    is_listed = models.BooleanField(default=True)
    is_auto_approving = models.BooleanField(default=False)
    currency = CurrencyField()
    landing_url = models.URLField(max_length=2000)
    domains = ArrayField(models.CharField(max_length=253), default=list)
    ref_aliases = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    window_days = models.PositiveSmallIntegerField(default=30)
    click_policy = models.CharField(max_length=8, choices=ClickPolicy, default=ClickPolicy.LAST)
    precedence = models.CharField(max_length=8, choices=Precedence, default=Precedence.CODE)
    code_policy = models.CharField(max_length=16, choices=CodePolicy, default=CodePolicy.ALWAYS)
    is_binding_customers = models.BooleanField(default=False)
    is_yielding_to_ads = models.BooleanField(default=False)
    self_referral = models.CharField(
        max_length=8, choices=SelfReferral, default=SelfReferral.REJECT
    )
    is_honouring_gpc = models.BooleanField(default=True)
    hold_days = models.PositiveSmallIntegerField(default=30)
    hold_anchor = models.CharField(max_length=10, choices=HoldAnchor, default=HoldAnchor.PAID)
    is_base_before_discount = models.BooleanField(default=False)
    is_base_with_tax = models.BooleanField(default=False)
    is_base_with_shipping = models.BooleanField(default=False)
    is_base_without_gift_cards = models.BooleanField(default=True)
    cap_order = models.JSONField(default=dict, blank=True)
    cap_creator_month = models.JSONField(default=dict, blank=True)
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
            choice_check("self_referral", SelfReferral, "brands_program_self_known"),
            choice_check("hold_anchor", HoldAnchor, "brands_program_anchor_known"),
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=365),
                name="brands_program_window_1_to_365",
            ),
            models.CheckConstraint(
                condition=Q(hold_days__lte=365), name="brands_program_hold_to_365"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PartnerType(models.TextChoices):
    AFFILIATE = "affiliate", _("Affiliate")
    INFLUENCER = "influencer", _("Influencer")
    CONTENT = "content", _("Content")
    EMAIL = "email", _("E-mail")
    AGENCY = "agency", _("Agency")
    PPC = "ppc", _("Pay per click")
    COUPON = "coupon", _("Coupon")
    CASHBACK = "cashback", _("Cashback")
    LOYALTY = "loyalty", _("Loyalty")
    REFERRAL = "referral", _("Referral")
    RESELLER = "reseller", _("Reseller")
    OTHER = "other", _("Other")


class Group(models.Model):
    """A tier or kind of creators in a program, with its own rates (by rules) and hold."""

    public_id = PublicIdField(prefix="grp")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField(max_length=60)
    partner_type = models.CharField(
        max_length=12, choices=PartnerType, default=PartnerType.AFFILIATE
    )
    hold_days = models.PositiveSmallIntegerField(null=True, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "name"], name="brands_group_name_unique"),
            models.UniqueConstraint(fields=["brand", "id"], name="brands_group_brand_id"),
            models.UniqueConstraint(
                fields=["program"], condition=Q(is_default=True), name="brands_group_one_default"
            ),
            choice_check("partner_type", PartnerType, "brands_group_partner_type_known"),
            models.CheckConstraint(
                condition=Q(hold_days__isnull=True) | Q(hold_days__lte=365),
                name="brands_group_hold_to_365",
            ),
            SameBrand("program", name="brands_group_program_same_brand"),
        ]

    def __str__(self) -> str:
        return self.name


class RuleSet(models.Model):
    """A version of a program's rules; never changed once published, in force from a time on."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="rule_sets")
    version = models.PositiveIntegerField()
    effective_from = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "version"], name="brands_ruleset_version"),
            models.UniqueConstraint(fields=["brand", "id"], name="brands_ruleset_brand_id"),
            SameBrand("program", name="brands_ruleset_program_same_brand"),
        ]


class RuleKind(models.TextChoices):
    PERCENT = "percent", _("Percent")
    FLAT_ORDER = "flat_order", _("Fixed amount per order")
    FLAT_ITEM = "flat_item", _("Fixed amount per item")
    EXCLUDE = "exclude", _("Pays nothing")


class Rule(models.Model):
    """One line of the ordered list: conditions, and what a matching order line earns.

    `amounts` and caps hold minor units by currency; `conditions` is the JSON form of
    brands.domain's Conditions.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="rules")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=RuleKind)
    rate_bps = models.PositiveIntegerField(default=0)
    amounts = models.JSONField(default=dict)
    conditions = models.JSONField(default=dict)
    is_pro_rata = models.BooleanField(default=False)
    cap_order = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "position"], name="brands_rule_position"),
            choice_check("kind", RuleKind, "brands_rule_kind_known"),
            models.CheckConstraint(
                condition=Q(rate_bps__lte=10_000), name="brands_rule_rate_to_100_percent"
            ),
            SameBrand("rule_set", name="brands_rule_set_same_brand"),
        ]


class Terms(models.Model):
    """A version of a program's terms: generated from the rules, plus the brand's own text.

    `generated` holds codes and parameters, rendered in the reader's language.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="terms")
    version = models.PositiveIntegerField()
    generated = models.JSONField()
    own_text = models.TextField(blank=True)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "version"], name="brands_terms_version"),
            models.UniqueConstraint(fields=["brand", "id"], name="brands_terms_brand_id"),
            SameBrand("program", name="brands_terms_program_same_brand"),
            SameBrand("rule_set", name="brands_terms_rules_same_brand"),
        ]


class PayoutPolicy(models.Model):
    """When and from how much a brand pays; amounts in minor units by currency."""

    brand = models.OneToOneField(Brand, on_delete=models.PROTECT, related_name="payout_policy")
    day_of_month = models.PositiveSmallIntegerField(default=5)
    minimums = models.JSONField(default=dict)
    approval_limits = models.JSONField(default=dict)
    recovery_days = models.PositiveSmallIntegerField(default=90)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(day_of_month__gte=1, day_of_month__lte=28),
                name="brands_payoutpolicy_day_1_to_28",
            )
        ]


class RailKind(models.TextChoices):
    CSV = "csv", _("Bank transfer by CSV file")
    STRIPE = "stripe", _("Stripe")


class RailSettings(models.Model):
    """A way of paying a brand has switched on, with its keys."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="rails")
    rail = models.CharField(max_length=8, choices=RailKind)
    is_enabled = models.BooleanField(default=True)
    is_live = models.BooleanField(default=False)
    secret_key = EncryptedTextField(null=True)
    webhook_secret = EncryptedTextField(null=True)
    country = models.CharField(max_length=2, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "rail"], name="brands_railsettings_once"),
            choice_check("rail", RailKind, "brands_railsettings_rail_known"),
        ]


class Platform(models.TextChoices):
    SHOPIFY = "shopify", "Shopify"
    GENERIC = "generic", _("Any shop (signed webhook)")


class StoreConnection(models.Model):
    """A shop that posts orders to /hooks/<public_id>; its secret decides whose orders they are."""

    public_id = PublicIdField(prefix="con")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="connections")
    platform = models.CharField(max_length=16, choices=Platform)
    name = models.CharField(max_length=80)
    shop_url = models.URLField(blank=True)
    secret = EncryptedTextField()
    old_secret = EncryptedTextField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    uninstalled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="brands_connection_brand_id"),
            choice_check("platform", Platform, "brands_connection_platform_known"),
            models.CheckConstraint(
                condition=Q(old_secret__isnull=True, old_secret_until__isnull=True)
                | Q(old_secret__isnull=False, old_secret_until__isnull=False),
                name="brands_connection_old_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name
