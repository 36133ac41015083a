"""What creators are told by mail for tax: a month's statement, and a form that ends."""

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from core import formats
from core.mail import send_notice
from core.money import Money
from core.notices import ACCOUNT, PAYOUTS, Kind, register
from core.wording import current_language
from payouts.models import Statement, TaxDocument

STATEMENT = register(
    Kind(
        name="statement_issued",
        group=PAYOUTS,
        label=_("Statement issued"),
        subject=_("Your statement of {brand} for {month}"),
        text=_(
            "The statement for {month} is issued and never changes.\n\n"
            "Balance at its end: {amount}\n\n"
            "The statement: {url}\n"
        ),
        samples={
            "month": "2026-11",
            "amount": Money(12_500, "EUR"),
            "url": f"{settings.SITE_URL}/me/payouts/statements/…/",
        },
    )
)
FORM_ENDS = register(
    Kind(
        name="tax_form_ends",
        group=ACCOUNT,
        label=_("Tax form about to end"),
        subject=_("Your tax form for {brand} holds until {until}"),
        text=_(
            "{form} holds until {until}. Payouts of {brand} may wait from then on.\n\n"
            "Upload a new one: {url}\n"
        ),
        samples={
            "form": "W-8BEN",
            "until": date(2026, 12, 31),
            "url": f"{settings.SITE_URL}/me/payouts/tax/…/forms/",
        },
    )
)


def mail_statement(*, statement: Statement, now: datetime) -> None:
    """Tell a creator that a month's statement is there, with a link to it."""
    page = reverse("payouts:issued", args=[statement.public_id])
    send_notice(
        kind=STATEMENT,
        to=statement.affiliation.affiliate.user,
        brand=statement.brand,
        params={
            "month": lazy(_say_month, str)(statement.month),
            "amount": Money(statement.closing_minor, statement.currency),
            "url": f"{settings.SITE_URL}{page}",
        },
        now=now,
    )


def mail_form_ends(*, document: TaxDocument, now: datetime) -> None:
    """Tell a creator that a form he uploaded is about to end."""
    page = reverse("payouts:own-forms", args=[document.affiliation.public_id])
    send_notice(
        kind=FORM_ENDS,
        to=document.affiliation.affiliate.user,
        brand=document.brand,
        params={
            "form": lazy(document.get_kind_display, str)(),
            "until": document.valid_until or "",
            "url": f"{settings.SITE_URL}{page}",
        },
        now=now,
    )


def _say_month(month: date | None) -> str:
    return "" if month is None else formats.month_text(month, language=current_language())
