"""Give invoices their numbers: one after the other for a brand, in the transaction they are for.

The brand's tax settings are locked, so whoever comes second waits for the number of the first; a
process that dies before its commit has used none.
"""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from core import faults
from core.locks import lock_row
from payouts.domain.tax import Declared, find_treatment
from payouts.models import Invoice, Payout, TaxProfile, TaxSettings
from payouts.selectors_tax import holds
from payouts.services.tax import read_details


def issue_invoice(*, payout: Payout, now: datetime) -> Invoice | None:
    """Write the creator's invoice for a payout that was just paid, where he agreed to that.

    None where the brand reckons no tax or has not said who it is, where he did not agree, or
    where he now declares something else than the payout was approved under.
    """
    settings = TaxSettings.objects.filter(brand_id=payout.brand_id).exclude(legal_name="").first()
    if settings is None or payout.tax is None:
        return None
    profile = TaxProfile.objects.filter(affiliation=payout.affiliation_id).first()
    if profile is None or not _agrees(profile, payout, now):
        return None
    return _issue(
        Invoice(
            payout=payout,
            net_minor=payout.amount_minor,
            vat_minor=payout.vat_minor,
            withheld_minor=payout.withheld_minor,
            tax=payout.tax,
            supplier=json.dumps({**read_details(profile), "country": profile.country}),
            customer={
                "legal_name": settings.legal_name,
                "address": settings.address,
                "vat_number": settings.vat_number,
                "country": settings.country,
            },
        ),
        settings,
        now,
    )


def issue_credit_note(*, payout: Payout, now: datetime) -> Invoice | None:
    """Take the invoice of a payout back whose money came back; None where it had none."""
    invoice = Invoice.objects.filter(payout=payout, corrects__isnull=True).first()
    if invoice is None:
        return None
    settings = TaxSettings.objects.get(brand_id=payout.brand_id)
    return _issue(
        Invoice(
            payout=payout,
            corrects=invoice,
            net_minor=-invoice.net_minor,
            vat_minor=-invoice.vat_minor,
            withheld_minor=-invoice.withheld_minor,
            tax=invoice.tax,
            supplier=invoice.supplier,
            customer=invoice.customer,
        ),
        settings,
        now,
    )


def _issue(invoice: Invoice, settings: TaxSettings, now: datetime) -> Invoice:
    row = lock_row(TaxSettings, settings.pk)
    row.last_invoice += 1
    row.save(update_fields=["last_invoice"])
    invoice.brand_id, invoice.affiliation_id = (
        invoice.payout.brand_id,
        invoice.payout.affiliation_id,
    )
    invoice.currency, invoice.issued_at = invoice.payout.currency, now
    invoice.number, invoice.label = row.last_invoice, f"{row.invoice_prefix}{row.last_invoice}"
    faults.point("invoice.after_number")
    invoice.save(force_insert=True)
    return invoice


def _agrees(profile: TaxProfile, payout: Payout, now: datetime) -> bool:
    today = now.astimezone(ZoneInfo(payout.brand.time_zone)).date()
    terms = payout.tax or {}
    treatment = find_treatment(
        terms["brand_country"], Declared(profile.country, profile.vat_status)
    )
    return (
        profile.self_billing_version is not None
        and holds(profile, today)
        and (treatment, profile.country) == (terms["treatment"], terms["country"])
    )
