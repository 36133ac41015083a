"""What the parsers share: normal forms, and the invariants every canonical event must keep."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from core.money import MAX_MINOR
from tracking.domain.events import ClickSignal, Line, OrderSnapshot, RefundEvent
from tracking.domain.token import split_tokens
from tracking.services.adapters import PayloadRefused

CLICK_PARAMETER = "fs_click"
MAX_LINES = 500
MAX_CLICKS = 10
MAX_VERSION = 2**63 - 1
PAID_STATUSES = frozenset({"paid", "partially_refunded", "refunded"})
PAID_MARKERS = frozenset(
    {"dclid", "epik", "fbclid", "gbraid", "gclid", "li_fat_id", "msclkid", "rdt_cid", "sccid"}
    | {"ttclid", "twclid", "wbraid", "yclid"}
)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")


def check_snapshot(snapshot: OrderSnapshot) -> OrderSnapshot:
    """Return the snapshot if its numbers fit together.

    :raises PayloadRefused: `inconsistent_money`, `amount_too_large`, `too_many`,
        `repeated_line`, `bad_version` or `missing_field` (a paid order without its time).
    """
    if len(snapshot.lines) > MAX_LINES:
        raise PayloadRefused("too_many", "lines")
    if len({line.external_line_id for line in snapshot.lines}) < len(snapshot.lines):
        raise PayloadRefused("repeated_line", "lines")
    if not 0 <= snapshot.version <= MAX_VERSION:
        raise PayloadRefused("bad_version")
    if snapshot.status in PAID_STATUSES and snapshot.paid_at is None:
        raise PayloadRefused("missing_field", "paid_at")
    for index, line in enumerate(snapshot.lines):
        _check_line(line, f"lines[{index}]", is_tax_included=snapshot.tax_included)
    _check_amounts(
        [snapshot.total, snapshot.shipping, snapshot.shipping_tax, snapshot.tax_total]
        + [discount.amount for discount in snapshot.discounts]
        + [sum(line.gross for line in snapshot.lines), sum(line.tax for line in snapshot.lines)],
        "order",
    )
    return snapshot


def check_refund(refund: RefundEvent) -> RefundEvent:
    """Return the refund if its parts are within its total.

    :raises PayloadRefused: `inconsistent_money`, `amount_too_large` or `too_many`.
    """
    if len(refund.lines) > MAX_LINES:
        raise PayloadRefused("too_many", "refund.lines")
    parts = [refund.amount, refund.shipping]
    for line in refund.lines:
        parts += [line.net_ex_tax, line.tax]
    _check_amounts([*parts, refund.total], "refund")
    if sum(parts) > refund.total:
        raise PayloadRefused("inconsistent_money", "refund.total")
    return refund


def normalise_code(raw: str) -> str:
    """Return the form under which a discount code is matched: NFKC, trimmed, casefolded."""
    return unicodedata.normalize("NFKC", raw).strip().casefold()


def normalise_country(text: str) -> str:
    """Return two upper-case letters, or nothing."""
    code = text.strip().upper()
    return code if _COUNTRY.match(code) else ""


def collect_clicks(found: Iterable[tuple[object, str]]) -> tuple[ClickSignal, ...]:
    """Return what may be click tokens, with what carried them: each token once, at most ten.

    The shop's snippet hands on several, one after the other: a token's length is fixed.
    """
    signals: dict[str, ClickSignal] = {}
    for text, carrier in found:
        if isinstance(text, str) and _TOKEN.match(text):
            for token in split_tokens(text):
                signals.setdefault(token, ClickSignal(token, carrier))
    return tuple(signals.values())[:MAX_CLICKS]


def query_pairs(url: object) -> list[tuple[str, str]]:
    """Return the query parameters of a landing page; none of what is not a URL."""
    if not isinstance(url, str) or len(url) > 8192:
        return []
    try:
        return parse_qsl(urlsplit(url).query, max_num_fields=200)
    except ValueError:
        return []


def has_paid_marker(query: Iterable[tuple[str, str]]) -> bool:
    """Tell whether an advertising network put its click id on the landing page."""
    return any(name.lower() in PAID_MARKERS and value for name, value in query)


def _check_line(line: Line, path: str, *, is_tax_included: bool) -> None:
    _check_amounts([line.gross, line.discount, line.net_ex_tax, line.tax], path)
    after_discount = line.gross - line.discount
    expected = after_discount - line.tax if is_tax_included else after_discount
    if line.quantity < 1 or line.net_ex_tax != expected:
        raise PayloadRefused("inconsistent_money", path)


def _check_amounts(amounts: Iterable[int], path: str) -> None:
    for amount in amounts:
        if amount < 0:
            raise PayloadRefused("inconsistent_money", path)
        if amount > MAX_MINOR:
            raise PayloadRefused("amount_too_large", path)
