"""Statements, invoices and what is declared for tax, where no books stand behind them."""

from datetime import UTC, date, datetime, timedelta

from affiliates.models import Affiliation
from core.models import Brand
from payouts.domain.statement import StatementFacts, StatementLine, fingerprint, write_statement
from payouts.domain.tax import TaxTerms, Treatment
from payouts.models import (
    Invoice,
    Payout,
    Statement,
    TaxDocument,
    TaxProfile,
    TaxRate,
    TaxThreshold,
)
from payouts.services.documents import Upload, add_document
from payouts.services.tax import Declaration, declare_tax
from payouts.services.taxrates import add_tax_rate, add_threshold


def make_statement(affiliation: Affiliation, *, now: datetime) -> Statement:
    """Make a creator's first statement: 10.00 were paid two months ago."""
    month = (now - timedelta(days=60)).date().replace(day=1)
    starts_at = datetime(month.year, month.month, 1, tzinfo=UTC)
    facts = StatementFacts(
        brand=affiliation.brand.public_id,
        affiliation=affiliation.public_id,
        currency="EUR",
        month=month,
        payout="",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=28),
        opening_minor=1_000,
        lines=[StatementLine(1, starts_at, "pay", "pay_gone", -1_000)],
        standing={},
    )
    text = write_statement(facts, number=1, previous="")
    return Statement.objects.create(
        brand=affiliation.brand,
        affiliation=affiliation,
        currency="EUR",
        number=1,
        month=month,
        opening_minor=1_000,
        closing_minor=0,
        content=text,
        sha256=fingerprint(text),
        labels={"brand": "", "creator": "", "commissions": {}, "payouts": {}},
        issued_at=now,
    )


def make_tax_profile(affiliation: Affiliation, *, now: datetime, country: str = "DE") -> TaxProfile:
    """Make what a person without VAT declares."""
    details = {"legal_name": "Test Creator", "address": "Street 1", "tax_id": "11 222 333"}
    return declare_tax(
        affiliation_id=affiliation.pk,
        declaration=Declaration(country, "person", "none", details, agrees_to_self_billing=False),
        actor_id=affiliation.affiliate.user_id,
        now=now,
    )


def make_tax_rate(
    brand: Brand, *, actor_id: int, now: datetime, kind: str = "vat", bps: int = 1_900
) -> TaxRate:
    """Make a rate for creators in DE that has stood for years."""
    rate = TaxRate(kind=kind, country="DE", rate_bps=bps, starts_on=date(2020, 1, 1), note="Law")
    return add_tax_rate(brand_id=brand.pk, rate=rate, actor_id=actor_id, now=now)


def make_threshold(brand: Brand, *, actor_id: int, now: datetime) -> TaxThreshold:
    """Make a threshold that no payout of a test reaches by itself."""
    row = TaxThreshold(currency="EUR", amount_minor=10**9, note="Report")
    return add_threshold(brand_id=brand.pk, threshold=row, actor_id=actor_id, now=now)


def make_invoice(payout: Payout, *, now: datetime) -> Invoice:
    """Make the first invoice of a brand, of a creator without VAT."""
    terms = TaxTerms(Treatment.NOT_REGISTERED, "DE", "DE")
    return Invoice.objects.create(
        brand=payout.brand,
        affiliation=payout.affiliation,
        payout=payout,
        number=1,
        label="SB-1",
        currency=payout.currency,
        net_minor=payout.amount_minor,
        vat_minor=0,
        withheld_minor=0,
        tax=terms.to_json(),
        supplier="{}",
        customer={"legal_name": "Brand", "address": "", "vat_number": "", "country": "DE"},
        issued_at=now,
    )


def make_tax_document(affiliation: Affiliation, *, now: datetime) -> TaxDocument:
    """Make what a creator uploads: a form that does not end by itself."""
    return add_document(
        affiliation_id=affiliation.pk,
        upload=Upload("w9", "application/pdf", b"%PDF-1.7 a form %%EOF", None),
        actor_id=affiliation.affiliate.user_id,
        now=now,
    )
