"""What creators declare for tax, and whether a brand asks for it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from affiliates.models import Affiliation
from brands.models import choice_check
from core.constraints import SameBrand
from core.fields import CurrencyField, EncryptedTextField, PublicIdField
from core.models import Brand
from core.money import Money


class PayeeKind(models.TextChoices):
    PERSON = "person", _("A person")
    BUSINESS = "business", _("A business")


class VatStatus(models.TextChoices):
    NONE = "none", _("Not registered for VAT")
    REGISTERED = "registered", _("Registered for VAT")
    EXEMPT = "exempt", _("Exempt as a small business")


class TaxProfile(models.Model):
    """What a creator declares to one brand. `details`: JSON, the fields of PROFILE_FIELDS.

    It holds to `valid_until`, where that is set. With `self_billing_version` he agreed that the
    brand writes his invoices.
    """

    public_id = PublicIdField(prefix="txp")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.OneToOneField(
        Affiliation, on_delete=models.PROTECT, related_name="tax_profile"
    )
    country = models.CharField(max_length=2)
    kind = models.CharField(max_length=8, choices=PayeeKind)
    vat_status = models.CharField(max_length=10, choices=VatStatus)
    details = EncryptedTextField(null=True)
    self_billing_version = models.PositiveSmallIntegerField(null=True)
    self_billing_at = models.DateTimeField(null=True)
    declared_at = models.DateTimeField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            choice_check("kind", PayeeKind, "payouts_taxprofile_kind_known"),
            choice_check("vat_status", VatStatus, "payouts_taxprofile_vat_known"),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="payouts_taxprofile_country_iso"
            ),
            models.CheckConstraint(
                condition=Q(self_billing_version__isnull=True, self_billing_at__isnull=True)
                | Q(self_billing_version__isnull=False, self_billing_at__isnull=False),
                name="payouts_taxprofile_agreement_dated",
            ),
            SameBrand("affiliation", name="payouts_taxprofile_affiliation_same_brand"),
        ]


class TaxSettings(models.Model):
    """Whether a brand pays only who has declared, or has a form, and where it pays tax itself.

    Without a `country` nothing is added to a payout and nothing kept back. With a `legal_name` the
    brand writes invoices for creators who agreed to that: `last_invoice` is the number given last.
    """

    brand = models.OneToOneField(Brand, on_delete=models.PROTECT)
    requires_profile = models.BooleanField(default=False)
    requires_document = models.BooleanField(default=False, db_default=False)
    country = models.CharField(max_length=2, blank=True)
    legal_name = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=400, blank=True)
    vat_number = models.CharField(max_length=20, blank=True)
    invoice_prefix = models.CharField(max_length=20, blank=True)
    last_invoice = models.PositiveIntegerField(default=0, db_default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"),
                name="payouts_taxsettings_country_iso",
            ),
        ]


class TaxKind(models.TextChoices):
    VAT = "vat", _("VAT, added to the commission")
    WITHHOLDING = "withholding", _("Withholding, kept back of the commission")


class TaxRate(models.Model):
    """A rate a brand entered, in basis points of the commission, for a creator's country.

    Of several the newest that has begun and not ended stands. No country: every one without a
    rate of its own. `note`: where the brand has it from.
    """

    public_id = PublicIdField(prefix="txr")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    kind = models.CharField(max_length=12, choices=TaxKind)
    country = models.CharField(max_length=2, blank=True)
    rate_bps = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    note = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind", "country", "starts_on"], name="payouts_taxrate_once_a_day"
            ),
            choice_check("kind", TaxKind, "payouts_taxrate_kind_known"),
            models.CheckConstraint(
                condition=Q(rate_bps__lte=10_000), name="payouts_taxrate_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$") | Q(country="", kind="withholding"),
                name="payouts_taxrate_country_iso",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="payouts_taxrate_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.get_kind_display(), self.country)))


class TaxThreshold(models.Model):
    """A sum of commissions in a year from which something is due. No country: every one.

    `note` says what: a form, a report to the tax office.
    """

    public_id = PublicIdField(prefix="txt")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    country = models.CharField(max_length=2, blank=True)
    currency = CurrencyField()
    amount_minor = models.BigIntegerField()
    note = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "country", "currency", "amount_minor"],
                name="payouts_taxthreshold_once",
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"),
                name="payouts_taxthreshold_country_iso",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=10**15),
                name="payouts_taxthreshold_amount_positive",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.country, str(Money(self.amount_minor, self.currency)))))
