"""What is known of an order, who got it and what was decided about it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from affiliates.models import Code, Enrollment
from brands.models import Program, RuleSet, StoreConnection, choice_check
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User


class OrderKind(models.TextChoices):
    ORDER = "order", _("Order")
    LEAD = "lead", _("Lead")


class Order(models.Model):
    """What is known of an order: `facts` is the merged state, the columns are read from it.

    A lead goes the same way: somebody who signed up or asked, without lines or money. Whatever
    counts orders or revenue asks for `kind`.

    `is_test`: by the store's word or the brand's; `marked_test_at` and its neighbours are the
    brand's, which no event of the store undoes.
    """

    public_id = PublicIdField(prefix="ord")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(StoreConnection, on_delete=models.PROTECT, related_name="orders")
    kind = models.CharField(max_length=5, choices=OrderKind, default=OrderKind.ORDER)
    external_order_id = models.CharField(max_length=80)
    external_number = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)
    subscription = models.CharField(max_length=80, blank=True)
    subscription_kind = models.CharField(max_length=12, blank=True)
    version = models.BigIntegerField(default=0)
    status = models.CharField(max_length=20, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    total_minor = models.BigIntegerField(default=0)
    net_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    customer_hash = models.CharField(max_length=32, blank=True)
    country = models.CharField(max_length=2, blank=True)
    is_test = models.BooleanField(default=False)
    marked_test_at = models.DateTimeField(null=True)
    marked_test_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    test_reason = models.CharField(max_length=500, blank=True)
    placed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    first_received_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_order_id"], name="tracking_order_once"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_order_brand_id"),
            models.CheckConstraint(
                condition=Q(total_minor__gte=0, total_minor__lte=10**15, refunded_minor__gte=0),
                name="tracking_order_amounts_sane",
            ),
            models.CheckConstraint(
                condition=Q(marked_test_at__isnull=True, marked_test_by__isnull=True)
                | Q(marked_test_at__isnull=False, marked_test_by__isnull=False, is_test=True),
                name="tracking_order_marked_by_someone",
            ),
            choice_check("kind", OrderKind, "tracking_order_kind_known"),
            SameBrand("connection", name="tracking_order_connection_same_brand"),
        ]
        indexes = [
            models.Index(fields=["brand", "-placed_at"], name="tracking_order_by_date"),
            models.Index(
                fields=["connection", "subscription"],
                condition=~Q(subscription=""),
                name="tracking_order_subscription",
            ),
            models.Index(fields=["brand", "customer_hash"], name="tracking_order_customer"),
            models.Index(
                models.F("brand"), Upper("external_number"), name="tracking_order_by_number"
            ),
            models.Index(
                models.F("brand"), Upper("external_order_id"), name="tracking_order_by_id"
            ),
        ]

    @property
    def number(self) -> str:
        """Return its number as people say it: #1042, else the store's own id."""
        return f"#{(self.external_number or self.external_order_id).removeprefix('#')}"


class Attribution(models.Model):
    """Who got an order and why, with every candidate; also where nobody did.

    One row is current; a reassignment adds a row and keeps the earlier ones.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="attributions")
    enrollment = models.ForeignKey(
        Enrollment, null=True, on_delete=models.PROTECT, related_name="attributions"
    )
    signal = models.CharField(max_length=8, blank=True)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    signals_hash = models.CharField(max_length=64, blank=True)
    is_current = models.BooleanField(default=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(is_current=True),
                name="tracking_attribution_one_current",
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_attribution_brand_id"),
            SameBrand("order", name="tracking_attribution_order_same_brand"),
            SameBrand("enrollment", name="tracking_attribution_enrollment_same_brand"),
        ]


class CustomerBinding(models.Model):
    """A customer who stays with the creator that first brought him, in one program.

    `orders`: for how many, the first one counted, None for all that follow. `is_rate_kept`: they
    pay by the rates of the first. Both as the program said then.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT)
    customer_hash = models.CharField(max_length=32)
    bound_at = models.DateTimeField()
    orders = models.PositiveSmallIntegerField(null=True)
    is_rate_kept = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "customer_hash"], name="tracking_binding_one_creator"
            ),
            SameBrand("program", name="tracking_binding_program_same_brand"),
            SameBrand("enrollment", name="tracking_binding_enrollment_same_brand"),
        ]


class CodeUse(models.Model):
    """An order that came with a code which is good for one; `is_keeper`: it is the one."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="uses")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="code_uses")
    is_keeper = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "order"], name="tracking_codeuse_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(is_keeper=True), name="tracking_codeuse_one_keeper"
            ),
            SameBrand("code", name="tracking_codeuse_code_same_brand"),
            SameBrand("order", name="tracking_codeuse_order_same_brand"),
        ]


class Decision(models.Model):
    """What looks beyond the order, read once at first pricing and kept with its inputs.

    `context` is the JSON of brands.domain's PriceContext; `matches` names the rule of each line.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="decisions")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT)
    context = models.JSONField()
    base = models.JSONField()
    matches = models.JSONField(default=list)
    is_current = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(is_current=True), name="tracking_decision_one_current"
            ),
            SameBrand("order", name="tracking_decision_order_same_brand"),
            SameBrand("enrollment", name="tracking_decision_enrollment_same_brand"),
            SameBrand("rule_set", name="tracking_decision_rules_same_brand"),
        ]
