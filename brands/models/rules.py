"""What creators earn and what they agree to, by version."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brands.models._checks import choice_check
from brands.models.programs import Program
from core.constraints import SameBrand
from core.models import Brand, User


class RuleSet(models.Model):
    """A version of a program's rules; never changed once published, in force from a time on.

    One that was withdrawn before it began never is in force.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="rule_sets")
    version = models.PositiveIntegerField()
    effective_from = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__lt=F("effective_from")),
                name="brands_ruleset_withdrawn_in_time",
            ),
            models.UniqueConstraint(fields=["program", "version"], name="brands_ruleset_version"),
            models.UniqueConstraint(fields=["brand", "id"], name="brands_ruleset_brand_id"),
            SameBrand("program", name="brands_ruleset_program_same_brand"),
        ]


class RuleKind(models.TextChoices):
    PERCENT = "percent", _("Percent")
    FLAT_ORDER = "flat_order", _("Fixed amount per order")
    FLAT_ITEM = "flat_item", _("Fixed amount per item")
    LEAD = "lead", _("Fixed amount per lead")
    CLICK = "click", _("Fixed amount per visit")
    IMPRESSION = "impression", _("Fixed amount per 1,000 views")
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
    max_payments = models.PositiveSmallIntegerField(null=True)
    max_months = models.PositiveSmallIntegerField(null=True)

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

    `generated` holds codes and parameters, rendered in the reader's language. What is worse for
    creators applies from `effective_from`, the rest at once. `announced_at`: when the members were
    mailed, `announced_to`: how many.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="terms")
    version = models.PositiveIntegerField()
    generated = models.JSONField()
    own_text = models.TextField(blank=True)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT)
    published_at = models.DateTimeField()
    effective_from = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)
    announced_to = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "version"], name="brands_terms_version"),
            models.CheckConstraint(
                condition=Q(effective_from__gte=F("published_at")),
                name="brands_terms_never_backwards",
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="brands_terms_brand_id"),
            SameBrand("program", name="brands_terms_program_same_brand"),
            SameBrand("rule_set", name="brands_terms_rules_same_brand"),
        ]
