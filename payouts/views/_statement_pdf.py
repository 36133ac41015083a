"""A statement as PDF, in the language of whoever takes it: always the same bytes."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from core import formats
from core.models import ImageBytes
from core.money import Money
from core.pdf import make_pdf
from core.wording import current_language
from payouts.domain.statement import read_statement
from payouts.models import Statement
from payouts.views._statement_page import Links, Row, name_file, show_facts

TEMPLATE = Path(__file__).resolve().parent.parent / "papers" / "statement.typ"


def send_pdf(statement: Statement, links: Links) -> HttpResponse:
    """Answer with the file."""
    facts = read_statement(statement.content)
    answer = HttpResponse(
        make_pdf(template=TEMPLATE, data=describe_paper(statement, links), at=statement.issued_at),
        content_type="application/pdf",
    )
    name = name_file(facts, statement.brand.slug)
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer


def describe_paper(statement: Statement, links: Links) -> dict[str, Any]:
    """Return what the template sets, every text in the language of the reader."""
    language, zone = current_language(), ZoneInfo(statement.brand.time_zone)
    facts = read_statement(statement.content)
    shown = show_facts(facts, statement.labels, links)
    about = facts.month or facts.ends_at.astimezone(zone).date()
    named = formats.month_text if facts.month else formats.day_text
    standing = " · ".join(f"{kind} {_money(one)}" for kind, one in shown["standing"])
    return {
        "lang": language,
        "dir": "rtl" if get_language_bidi() else "ltr",
        "digits": list(formats.digits_text("0123456789", language=language)),
        "brand": statement.labels["brand"],
        "title": _("Statement"),
        "logo": _read_logo(statement),
        "facts": [
            [_("From"), statement.labels["brand"]],
            [_("To"), statement.labels["creator"]],
            [_("Month") if facts.month else _("Payout"), named(about, language=language)],
            [_("Currency"), facts.currency],
            [_("Number"), formats.number_text(statement.number, language=language)],
            [_("Issued"), _day(statement.issued_at, zone)],
        ],
        "sums": [
            [_name_opening(is_month=bool(facts.month)), _money(shown["opening"]), False],
            *([str(label), _change(amount), False] for label, amount in shown["sums"]),
            [_name_closing(is_month=bool(facts.month)), _money(shown["closing"]), True],
        ],
        "standing": standing if facts.month else "",
        "caption": _("Every entry that changed the balance")
        if facts.month
        else _("Every entry this payout is made of"),
        "headings": [_("For"), _("Day"), _("What"), _("Amount")],
        "rows": [_row(row, zone) for row in shown["rows"]],
        "notes": [
            *shown["tax_notes"],
            _("This statement never changes"),
            _("Later refunds appear on later statements."),
        ],
        "fingerprint": formats.isolate_ltr(f"SHA-256 {statement.sha256}"),
    }


def _name_opening(*, is_month: bool) -> str:
    return _("Opening balance") if is_month else _("Left over from earlier payouts")


def _name_closing(*, is_month: bool) -> str:
    return _("Closing balance") if is_month else _("Left over for the next payout")


def _row(row: Row, zone: ZoneInfo) -> list[str]:
    what = str(row.what)
    if row.corrects_at:
        corrects = _("corrects the entry of %(date)s") % {"date": _day(row.corrects_at, zone)}
        what = f"{what}{formats.comma(current_language())}{corrects}"
    name = f"{row.name} {formats.isolate_ltr(row.reference)}" if row.reference else str(row.name)
    return [name, _day(row.at, zone), what, _change(row.amount)]


def _day(at: datetime, zone: ZoneInfo) -> str:
    return formats.day_text(formats.local_day(at, zone=zone), language=current_language())


def _money(money: Money) -> str:
    return formats.money_text(money, language=current_language())


def _change(money: Money) -> str:
    return formats.change_text(money, language=current_language())


def _read_logo(statement: Statement) -> list[int] | None:
    """Return the bytes of the logo the brand had on that day, while they are kept."""
    digest = statement.labels.get("logo")
    if not digest:
        return None
    kept = ImageBytes.objects.filter(image__brand=statement.brand_id, image__sha256=digest).first()
    return list(bytes(kept.small)) if kept else None
