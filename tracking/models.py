"""From a click and an order to a commission, with the reason for each step.

Sentences are never stored: a reason is a code and its parameters.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from affiliates.models import Affiliation, Enrollment
from brands.models import HoldAnchor, Program, RuleSet, StoreConnection, choice_check
from core.constraints import SameBrand
from core.fields import CurrencyField, PublicIdField
from core.models import Brand, InboundEvent, InboundStatus, User
from ledger.models import Entry


class Verdict(models.IntegerChoices):
    """Whether a click counts. Only `COUNTED` and above can earn."""

    BOT = 1, _("Bot")
    HEAD = 2, _("Header request")
    PREFETCH = 3, _("Prefetch")
    PREVIEW = 4, _("Link preview")
    EMBEDDED = 5, _("Embedded")
    ARCHIVED = 6, _("Link archived")
    PROGRAM_OFF = 7, _("Program not live")
    COUNTED = 16, _("Counted")
    REPEAT = 17, _("Repeated")
    LIMITED = 18, _("Counted and marked")
    UNVERIFIED = 19, _("Counted, browser did not say how")
    NO_CONSENT = 20, _("Counted without token")


class Click(models.Model):
    """One request to a link: a partitioned table without foreign keys, written by COPY.

    `visitor_key` and `net_key` are keyed hashes whose salt is dropped after 48 h. No address,
    no user agent, no full referrer is stored.
    """

    id = models.UUIDField(primary_key=True)
    brand_id = models.BigIntegerField()
    program_id = models.BigIntegerField()
    enrollment_id = models.BigIntegerField()
    link_id = models.BigIntegerField()
    at = models.DateTimeField()
    visitor_key = models.BigIntegerField()
    net_key = models.BigIntegerField()
    verdict = models.SmallIntegerField(choices=Verdict)
    agent_id = models.IntegerField(null=True)
    referrer_id = models.IntegerField(null=True)
    device = models.SmallIntegerField(default=0)
    country = models.CharField(max_length=2, default="")
    has_paid_marker = models.BooleanField(default=False)
    sub_id = models.CharField(max_length=64, default="")

    class Meta:
        managed = False
        db_table = "tracking_click"


class ClickAgent(models.Model):
    """The family of a browser or bot, by number, so that a click stays narrow."""

    name = models.CharField(max_length=60, unique=True)


class ClickReferrer(models.Model):
    """The host a click came from, by number; never a path."""

    host = models.CharField(max_length=120, unique=True)


class VisitorSalt(models.Model):
    """The random salt of one UTC day's visitor keys; deleted after 48 h."""

    day = models.DateField(unique=True)
    salt = models.BinaryField(max_length=32)


class StoreEvent(InboundEvent):
    """A verified delivery of a store, kept raw before anything is done with it."""

    public_id = PublicIdField(prefix="sev")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(StoreConnection, on_delete=models.PROTECT, related_name="events")
    has_other_body = models.BooleanField(default=False)
    order_ref = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "event_id", "body_sha256"], name="tracking_event_once"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_event_brand_id"),
            choice_check("status", InboundStatus, "tracking_event_status_known"),
            SameBrand("connection", name="tracking_event_connection_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["stored", "failed"]),
                name="tracking_event_waiting",
            ),
            models.Index(fields=["connection", "-id"], name="tracking_event_inbox"),
        ]


class RefusedDelivery(models.Model):
    """A delivery whose signature did not fit: no body, the last 100 of a connection."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(
        StoreConnection, on_delete=models.PROTECT, related_name="refusals"
    )
    at = models.DateTimeField()
    code = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    body_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [SameBrand("connection", name="tracking_refusal_connection_same_brand")]


class Order(models.Model):
    """What is known of an order: `facts` is the merged state, the columns are read from it."""

    public_id = PublicIdField(prefix="ord")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    connection = models.ForeignKey(StoreConnection, on_delete=models.PROTECT, related_name="orders")
    external_order_id = models.CharField(max_length=80)
    external_number = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)
    version = models.BigIntegerField(default=0)
    status = models.CharField(max_length=20, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    total_minor = models.BigIntegerField(default=0)
    net_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    customer_hash = models.CharField(max_length=32, blank=True)
    country = models.CharField(max_length=2, blank=True)
    is_test = models.BooleanField(default=False)
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
            SameBrand("connection", name="tracking_order_connection_same_brand"),
        ]
        indexes = [
            models.Index(fields=["brand", "-placed_at"], name="tracking_order_by_date"),
            models.Index(fields=["brand", "customer_hash"], name="tracking_order_customer"),
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
    """A customer who stays with the creator that first brought him, in one program."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT)
    customer_hash = models.CharField(max_length=32)
    bound_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "customer_hash"], name="tracking_binding_one_creator"
            ),
            SameBrand("program", name="tracking_binding_program_same_brand"),
            SameBrand("enrollment", name="tracking_binding_enrollment_same_brand"),
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


class Commission(models.Model):
    """What an order earns a creator. `amount_minor` equals the sum posted for it.

    `release_at` is set once and never moves (a trigger holds it). `covered_at` is set while an
    open or paid payout holds its money. `has_unposted_change`: its creator was suspended when the
    order changed; it is posted when he is reinstated. The state is derived: see selectors.
    """

    public_id = PublicIdField(prefix="cmn")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="commissions")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="commissions")
    affiliation = models.ForeignKey(
        Affiliation, on_delete=models.PROTECT, related_name="commissions"
    )
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="commissions")
    currency = CurrencyField()
    amount_minor = models.BigIntegerField(default=0)
    highest_minor = models.BigIntegerField(default=0)
    pricing = models.JSONField(default=dict)
    reason_code = models.CharField(max_length=40, blank=True)
    hold_days = models.PositiveSmallIntegerField()
    hold_anchor = models.CharField(max_length=10, choices=HoldAnchor)
    release_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    rejected_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    reject_reason = models.CharField(max_length=500, blank=True)
    covered_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    has_unposted_change = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "enrollment"], name="tracking_commission_once_a_creator"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_commission_brand_id"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, amount_minor__lte=10**15),
                name="tracking_commission_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True)
                | Q(release_at__isnull=False, released_at__gte=models.F("release_at")),
                name="tracking_commission_released_when_due",
            ),
            choice_check("hold_anchor", HoldAnchor, "tracking_commission_anchor_known"),
            SameBrand("order", name="tracking_commission_order_same_brand"),
            SameBrand("enrollment", name="tracking_commission_enrollment_same_brand"),
            SameBrand("affiliation", name="tracking_commission_affiliation_same_brand"),
            SameBrand("program", name="tracking_commission_program_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["brand", "release_at"],
                condition=Q(released_at__isnull=True, rejected_at__isnull=True),
                name="tracking_commission_due",
            ),
            models.Index(fields=["affiliation", "-id"], name="tracking_commission_of_creator"),
        ]


class CommissionChange(models.Model):
    """One change of a commission's amount: why, from what to what, and the entry that posted it."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    commission = models.ForeignKey(Commission, on_delete=models.PROTECT, related_name="changes")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    before_minor = models.BigIntegerField()
    after_minor = models.BigIntegerField()
    pricing = models.JSONField(default=dict)
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT)
    store_event = models.ForeignKey(StoreEvent, null=True, on_delete=models.PROTECT)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commission", "seq"], name="tracking_change_seq"),
            SameBrand("commission", name="tracking_change_commission_same_brand"),
            SameBrand("entry", name="tracking_change_entry_same_brand"),
            SameBrand("store_event", name="tracking_change_event_same_brand"),
        ]


class HoldKind(models.TextChoices):
    MANUAL = "manual", _("Held by a person")
    DISPUTE = "dispute", _("Payment disputed")
    SELF_REFERRAL = "self_referral", _("Own order")


class ReviewHold(models.Model):
    """A commission is being looked at. May be open at any time; release and payouts skip it.

    What it holds of released money stands in the on_hold account under the commission's cause.
    """

    public_id = PublicIdField(prefix="hld")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    commission = models.ForeignKey(Commission, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=16, choices=HoldKind)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    close_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commission", "kind"],
                condition=Q(closed_at__isnull=True),
                name="tracking_hold_one_open_a_kind",
            ),
            choice_check("kind", HoldKind, "tracking_hold_kind_known"),
            SameBrand("commission", name="tracking_hold_commission_same_brand"),
        ]


class Adjustment(models.Model):
    """A member raises or lowers a commission by hand, with a reason the creator reads."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    commission = models.ForeignKey(Commission, on_delete=models.PROTECT, related_name="adjustments")
    delta_minor = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(delta_minor=0), name="tracking_adjustment_not_zero"
            ),
            SameBrand("commission", name="tracking_adjustment_commission_same_brand"),
        ]
