"""What an order or an award earns, what changed it and what holds it."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from affiliates.models import Affiliation, Enrollment
from brands.models import HoldAnchor, Program, choice_check
from core import formats
from core.constraints import SameBrand
from core.fields import CurrencyField, PublicIdField
from core.models import Brand, User
from core.wording import current_language
from ledger.models import Entry
from tracking.models.awards import Award, AwardKind
from tracking.models.deliveries import StoreEvent
from tracking.models.orders import Order


class CommissionKind(models.TextChoices):
    SALE = "sale", _("Sale")
    LEAD = "lead", _("Lead")
    CLICK = "click", _("Visits")
    IMPRESSION = "impression", _("Views")
    BONUS = "bonus", _("Bonus")
    FEE = "fee", _("Fee")


OF_ORDERS = (CommissionKind.SALE, CommissionKind.LEAD)


class Commission(models.Model):
    """What an order or an award earns a creator. `amount_minor` equals the sum posted for it.

    `release_at` is set once and never moves (a trigger holds it). `caps_at`: the time whose caps it
    takes from, which never moves either: when its order was placed, as far as was known when it
    was made, or what its award is for happened. `covered_at` is set while an
    open or paid payout holds its money. `has_unposted_change`: its creator was suspended when the
    order changed; it is posted when he is reinstated. The state is derived: see selectors.
    """

    public_id = PublicIdField(prefix="cmn")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=CommissionKind, default=CommissionKind.SALE)
    order = models.ForeignKey(
        Order, null=True, on_delete=models.PROTECT, related_name="commissions"
    )
    award = models.OneToOneField(
        Award, null=True, on_delete=models.PROTECT, related_name="commission"
    )
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
    caps_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "enrollment"], name="tracking_commission_once_a_creator"
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_commission_brand_id"),
            models.CheckConstraint(
                condition=Q(order__isnull=False, award__isnull=True, kind__in=OF_ORDERS)
                | Q(order__isnull=True, award__isnull=False, kind__in=AwardKind.values),
                name="tracking_commission_of_order_or_award",
            ),
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
            SameBrand("award", name="tracking_commission_award_same_brand"),
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
            models.Index(fields=["enrollment", "caps_at"], name="tracking_commission_by_caps"),
        ]

    @property
    def label(self) -> str:
        """Return what people call it: "#1042", "Lead #77", "Visits on 12 Nov", "Bonus: Spring"."""
        if self.award is not None:
            return _label_award(self.award)
        assert self.order is not None  # noqa: S101
        number = formats.isolate_ltr(self.order.number)
        return gettext("Lead %(number)s") % {"number": number} if self.is_lead else number

    @property
    def reference(self) -> str:
        """Return the same for a file: "#1042", "2026-11-12", "Spring"."""
        if self.award is not None:
            return str(self.award.facts.get("day", self.award.title))
        assert self.order is not None  # noqa: S101
        return self.order.number

    @property
    def is_lead(self) -> bool:
        return self.kind == CommissionKind.LEAD

    @property
    def earned_at(self) -> datetime | None:
        """Return when its order was placed, or what its award is for happened."""
        if self.award is not None:
            return self.award.at
        assert self.order is not None  # noqa: S101
        return self.order.placed_at


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


def _label_award(award: Award) -> str:
    if "day" in award.facts:
        day = formats.day_short_text(
            date.fromisoformat(award.facts["day"]), language=current_language()
        )
        if award.kind == AwardKind.CLICK:
            return gettext("Visits on %(day)s") % {"day": formats.isolate(day)}
        return gettext("Views on %(day)s") % {"day": formats.isolate(day)}
    title = formats.isolate(award.title)
    if award.kind == AwardKind.FEE:
        return gettext("Fee: %(title)s") % {"title": title}
    return gettext("Bonus: %(title)s") % {"title": title}


class HoldKind(models.TextChoices):
    MANUAL = "manual", _("Held by a person")
    DISPUTE = "dispute", _("Payment disputed")
    SELF_REFERRAL = "self_referral", _("Own order")
    SECOND_ACCOUNT = "second_account", _("Second account")
    DUPLICATE_ORDER = "duplicate_order", _("Sale counted twice")


CHECK_HOLDS = (HoldKind.SELF_REFERRAL, HoldKind.SECOND_ACCOUNT, HoldKind.DUPLICATE_ORDER)
"""Reviews that a check opens, each under the check's name."""

PERSONAL_HOLDS = (HoldKind.MANUAL, *CHECK_HOLDS)
"""Reviews that a person decides."""


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
