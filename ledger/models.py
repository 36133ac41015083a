"""Double entry: accounts, entries and postings. Append-only, balanced and guarded by triggers.

An account's `party_id` is opaque here; affiliates opens such accounts for an affiliation.
Amounts are minor units of the account's currency; a balance is the sum of its postings.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import SameBrand
from core.fields import CurrencyField
from core.models import Brand


class AccountKind(models.TextChoices):
    PENDING = "pending", _("Pending")
    PAYABLE = "payable", _("Released")
    ON_HOLD = "on_hold", _("On hold")
    IN_PAYOUT = "in_payout", _("In payout")
    COMMISSION_EXPENSE = "commission_expense", _("Commission expense")
    CLEARING_CSV = "rail_clearing.csv", _("Sent by CSV file")
    CLEARING_STRIPE = "rail_clearing.stripe", _("Sent by Stripe")
    CLEARING_SEPA = "rail_clearing.sepa", _("Sent by SEPA file")
    CLEARING_WISE = "rail_clearing.wise", _("Sent by Wise file")
    CLEARING_PAYPAL = "rail_clearing.paypal", _("Sent by PayPal")
    CLEARING_PAYPAL_CSV = "rail_clearing.paypal_csv", _("Sent by PayPal file")
    CLEARING_MANUAL = "rail_clearing.manual", _("Paid by hand")
    WRITE_OFF = "write_off", _("Written off")
    PAYOUT_FEES = "payout_fees", _("Payout fees")
    VAT = "vat", _("VAT")
    TAX_WITHHELD = "tax_withheld", _("Tax withheld")


PARTY_KINDS = (
    AccountKind.PENDING,
    AccountKind.PAYABLE,
    AccountKind.ON_HOLD,
    AccountKind.IN_PAYOUT,
)


class EntryKind(models.TextChoices):
    ACCRUE = "accrue", _("Commission earned")
    REVERSE = "reverse", _("Commission reduced before release")
    RELEASE = "release", _("Released")
    HOLD = "hold", _("Held for review")
    UNHOLD = "unhold", _("Review ended")
    SEIZE = "seize", _("Rejected in review")
    CLAWBACK = "clawback", _("Recovered after release")
    RAISE = "raise", _("Raised after release")
    APPROVE_PAYOUT = "approve_payout", _("Payout approved")
    PAY = "pay", _("Paid")
    PAYOUT_FAILED = "payout_failed", _("Payout failed")
    PAYOUT_RETURNED = "payout_returned", _("Payout returned")
    FOUND_PAID = "found_paid", _("Paid after all")
    WRITE_OFF = "write_off", _("Written off")
    VAT = "vat", _("VAT")
    WITHHOLD = "withhold", _("Tax withheld")


class Account(models.Model):
    """A place where money of one brand, party and currency stands."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    kind = models.CharField(max_length=32, choices=AccountKind)
    party_id = models.UUIDField(null=True)
    currency = CurrencyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind", "party_id", "currency"],
                nulls_distinct=False,
                name="ledger_account_unique",
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="ledger_account_brand_id"),
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values), name="ledger_account_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PARTY_KINDS, party_id__isnull=False)
                | (~Q(kind__in=PARTY_KINDS) & Q(party_id__isnull=True)),
                name="ledger_account_party_where_due",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="ledger_account_currency_iso"
            ),
        ]


class Entry(models.Model):
    """One business fact in the books. `key` is unique in a brand: the same fact posts once."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    kind = models.CharField(max_length=24, choices=EntryKind)
    key = models.CharField(max_length=120)
    cause_type = models.CharField(max_length=24)
    cause_id = models.CharField(max_length=40)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "key"], name="ledger_entry_once"),
            models.UniqueConstraint(fields=["brand", "id"], name="ledger_entry_brand_id"),
            models.CheckConstraint(
                condition=Q(kind__in=EntryKind.values), name="ledger_entry_kind_known"
            ),
            SameBrand("corrects", name="ledger_entry_corrects_same_brand"),
        ]
        indexes = [
            models.Index(fields=["cause_type", "cause_id"], name="ledger_entry_by_cause"),
            models.Index(fields=["brand", "at"], name="ledger_entry_by_time"),
        ]


class Posting(models.Model):
    """One leg of an entry: a signed amount on an account."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount_minor=0)
                & Q(amount_minor__gte=-(10**15), amount_minor__lte=10**15),
                name="ledger_posting_amount_sane",
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="ledger_posting_brand_id"),
            SameBrand("entry", name="ledger_posting_entry_same_brand"),
            SameBrand("account", name="ledger_posting_account_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["account"], include=["amount_minor"], name="ledger_posting_balance"
            )
        ]


class Period(models.Model):
    """A closed month of a brand: no entry dated before `ends_at` is ever added (I-09)."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    month = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "month"], name="ledger_period_once"),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at"), ends_at__lte=F("closed_at")),
                name="ledger_period_is_over",
            ),
        ]
        indexes = [models.Index(fields=["brand", "-ends_at"], name="ledger_period_latest")]


class BooksCheck(models.Model):
    """What the latest proof of a brand's books found: a row a brand.

    `overdue`: rows that should have been worked on or forgotten by then; no amount is wrong there.
    `results`: each check by its code, with the first rows that it found.
    """

    brand = models.OneToOneField(Brand, on_delete=models.PROTECT)
    checked_at = models.DateTimeField()
    entries = models.PositiveBigIntegerField()
    differences = models.PositiveIntegerField()
    overdue = models.PositiveIntegerField(default=0)
    largest_minor = models.BigIntegerField()
    results = models.JSONField(default=list)
