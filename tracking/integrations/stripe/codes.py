"""Promotion codes of Stripe on a coupon of the account.

What a promotion code gives never changes: another discount is another promotion code of the same
text, made once the one before is off. Of those with one text at most one is on.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _

from brands.models import StoreConnection
from core.egress import Answer
from core.money import Money, exponent
from tracking.domain.storecodes import Listed, Terms, Wanted
from tracking.integrations import minor as minors
from tracking.integrations.bookapi import Call, ask, make_call, read_object
from tracking.integrations.reading import Node, clean_text
from tracking.integrations.stripe.fields import WIRE
from tracking.integrations.stripe.pull import API, VERSION
from tracking.services.adapters import PayloadRefused
from tracking.services.codebooks import BookFailed, BookTraits

MARK = "fairshare_code"
PATH = "promotion_codes"

_TEXT = re.compile(r"[A-Za-z0-9-]+\Z")

code_traits = BookTraits(
    kinds=("coupon",),
    once_label=_("Only for a customer's first payment"),
    keys_need=_("The restricted key needs Write for Promotion Codes and Read for Coupons."),
    has_many_minimums=False,
)


class StripeCodes:
    """The promotion codes of an account."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def get_currency(self, wanted: str) -> str:
        return wanted

    def find(self, *, text: str, ref: str) -> Listed | None:
        _check_text(text)
        answer = ask(self._call, "GET", f"{PATH}?{urlencode({'code': text, 'limit': 100})}")
        try:
            rows = [_read(one) for one in read_object(_expect(answer)).nodes("data")]
        except PayloadRefused as refusal:
            raise BookFailed("bad_answer") from refusal
        # The one that is on, else the one known here, else the newest, which stands first.
        rows.sort(key=lambda row: (not row.is_on, row.ref != ref, not row.marker))
        return rows[0] if rows else None

    def create(self, wanted: Wanted) -> Listed:
        terms = wanted.terms
        given = {"coupon": terms.coupon, "code": wanted.text, f"metadata[{MARK}]": wanted.marker}
        if terms.is_once:
            given["restrictions[first_time_transaction]"] = "true"
        if terms.minimum:
            given["restrictions[minimum_amount]"] = str(_to_wire(terms.minimum))
            given["restrictions[minimum_amount_currency]"] = terms.minimum.currency.lower()
        if terms.limit:
            given["max_redemptions"] = str(terms.limit)
        return self._write(PATH, given, coupon=terms.coupon)

    def change(self, listed: Listed, wanted: Wanted) -> Listed:
        if listed.is_on:
            self.disable(listed)
        return self.create(wanted)

    def enable(self, listed: Listed) -> None:
        self._write(f"{PATH}/{quote(listed.ref)}", {"active": "true"})

    def disable(self, listed: Listed) -> None:
        self._write(f"{PATH}/{quote(listed.ref)}", {"active": "false"})

    def _write(self, path: str, given: Mapping[str, str], *, coupon: str = "") -> Listed:
        answer = ask(self._call, "POST", path, urlencode(given).encode())
        try:
            return _read(read_object(_expect(answer, coupon)))
        except PayloadRefused as refusal:
            raise BookFailed("bad_answer") from refusal


def open_codes(
    connection: StoreConnection,
    *,
    real_now: datetime,  # noqa: ARG001  # Stripe's own clock rules
    allows_loopback: bool,
) -> StripeCodes:
    """Return the promotion codes of the account of the connection's key."""
    headers = {
        "authorization": f"Bearer {connection.api_key}",
        "stripe-version": VERSION,
        "content-type": "application/x-www-form-urlencoded",
    }
    return StripeCodes(make_call(API, headers, allows_loopback=allows_loopback))


def _read(node: Node) -> Listed:
    """Read a promotion code.

    :raises PayloadRefused: it is none.
    """
    metadata = node.find_node("metadata")
    return Listed(
        ref=node.identifier("id"),
        is_on=node.flag("active"),
        marker=metadata.text(MARK) if metadata else "",
        terms=_read_terms(node),
    )


def _read_terms(node: Node) -> Terms:
    restrictions = node.find_node("restrictions")
    limit, minimum, is_once = node.values.get("max_redemptions"), None, False
    if restrictions is not None:
        is_once = restrictions.flag("first_time_transaction")
        if restrictions.has("minimum_amount"):
            currency = minors.read_currency(restrictions, "minimum_amount_currency")
            least = minors.minor(restrictions, "minimum_amount", currency, WIRE)
            minimum = Money(least, currency) if least else None
    return Terms(
        coupon=minors.find_id(node, "coupon"),
        minimum=minimum,
        is_once=is_once,
        limit=limit if type(limit) is int else None,
    )


def _to_wire(money: Money) -> int:
    """Return an amount in the decimals Stripe counts in; whole units have them all."""
    digits = exponent(money.currency)
    told_in = WIRE.get(money.currency, digits)
    scaled, rest = divmod(money.amount_minor * int(10**told_in), int(10**digits))
    if rest:
        raise BookFailed("no_minimum", money.currency)
    return scaled


def _check_text(text: str) -> None:
    if not _TEXT.match(text):
        raise BookFailed("bad_text")


def _expect(answer: Answer, coupon: str = "") -> bytes:
    """Return the body of a success; of anything else, why it was none.

    :raises BookFailed: see there.
    """
    if answer.status == 200:
        return answer.body
    if answer.status not in {400, 402, 404, 409}:
        raise BookFailed("no_interface")
    error = read_object(answer.body).values.get("error")
    said = error if isinstance(error, dict) else {}
    if said.get("code") == "resource_missing" and said.get("param") == "coupon":
        raise BookFailed("no_coupon", coupon)
    raise BookFailed("refused", clean_text(str(said.get("message") or "")))
