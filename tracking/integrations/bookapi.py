"""Asking a shop's own interface to keep codes: one door for the answers, and how they are read."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from functools import partial

from core.egress import Answer, EgressFailed, Limits, fetch
from core.money import AmountError, Money, UnknownCurrency, parse_amount
from tracking.integrations.reading import Node, load_object
from tracking.services.adapters import PayloadRefused
from tracking.services.codebooks import BookFailed

LIMITS = Limits(size_bytes=2 * 1024 * 1024, total_s=30)
REFUSED = frozenset({401, 403})

Call = Callable[[str, str, bytes], Answer]
"""Method, path and body of a question."""


def make_call(base: str, headers: Mapping[str, str], *, allows_loopback: bool) -> Call:
    """Return what asks under one address, and hands the keys to no other."""
    sent = {"accept": "application/json", "user-agent": "Fairshare", **headers}

    def call(method: str, path: str, body: bytes) -> Answer:
        return fetch(
            method=method,
            url=base + path,
            headers=sent | ({"content-length": str(len(body))} if body else {}),
            limits=LIMITS,
            body=body,
            allows_loopback=allows_loopback,
        )

    return call


def ask(call: Call, method: str, path: str, body: bytes = b"") -> Answer:
    """Return an answer that is about what was asked, also where it says no.

    :raises BookFailed: none came, or one that is about the shop or its keys.
    """
    return judge(partial(call, method, path, body))


def judge(send: Callable[[], Answer]) -> Answer:
    """Return what sending brings, if it is about what was asked.

    :raises BookFailed: see `ask`.
    """
    try:
        answer = send()
    except EgressFailed as failure:
        raise BookFailed(failure.code) from failure
    status = answer.status
    if status in REFUSED:
        raise BookFailed("keys_refused")
    if status == 429:
        raise BookFailed("too_often", retry_after=_wanted_peace(answer))
    if 300 <= status < 400:
        raise BookFailed("moved")
    if status >= 500:
        raise BookFailed("shop_failed")
    return answer


def read_object(body: bytes) -> Node:
    """Return the object of an answer.

    :raises BookFailed: it is none.
    """
    try:
        return load_object(body)
    except PayloadRefused as refusal:
        raise BookFailed("bad_answer") from refusal


def read_money(value: object, currency: str) -> Money | None:
    """Return an amount; None for nothing, which needs no currency.

    :raises ValueError: it is no amount, or one that this currency cannot hold.
    """
    try:
        number = Decimal(str(value or 0))
        minor = parse_amount(number, currency) if number else 0
    except (AmountError, UnknownCurrency, InvalidOperation) as error:
        raise ValueError(str(value)[:40]) from error
    return Money(minor, currency) if minor else None


def read_bps(value: object, each: int) -> int:
    """Return a part in basis points; one of what it is told in is so many.

    :raises ValueError: it is none, or finer than a basis point.
    """
    try:
        part = Decimal(str(value)) * each
    except InvalidOperation as error:
        raise ValueError(str(value)[:40]) from error
    if not part.is_finite() or part != part.to_integral_value() or not 0 < part <= 10_000:
        raise ValueError(str(value)[:40])
    return int(part)


def _wanted_peace(answer: Answer) -> timedelta:
    text = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(text)) if text.isdecimal() and len(text) < 6 else timedelta(0)
