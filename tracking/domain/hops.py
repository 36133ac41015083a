"""The way of a sale as hops: how each of them is, by its last success and what came since.

A hop works, is quiet (its last success is a week old), is broken (something that should have come
did not), or was never seen to work. Codes say what to do next; the app has the sentences.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["works", "quiet", "broken", "never"]

QUIET_AFTER = timedelta(days=7)
LEAST_STREAK = 10
"""So many orders in a row without a token say something where clicks come."""
LEAST_CLICKS = 50
LEAST_UNCOUNTED = 10
UNLIKELY = 1e-4
WORKED_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Hop:
    """How a hop is; `code` names what to do next, and is empty where nothing is."""

    name: str
    state: State
    last_at: datetime | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """What is known of a program; counts are of the last seven days.

    `valid_at`: the last order with a valid token of this program; `streak`: the newest orders of
    the brand, in a row, without any token. `alarms`: the kinds of those that are open.
    """

    is_live: bool
    live_links: int
    opened_at: datetime | None
    counted_at: datetime | None
    counted: int
    uncounted: int
    valid_at: datetime | None
    orders: int
    streak: int
    alarms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What is known of a store.

    `token_at`: the last order with a token, `streak`: the newest orders, in a row, without one.
    `tokens` and `orders`: how many in four weeks. `processed_at`: the last delivery that was worked
    on; `refused`: how many since then were refused, at the door or later.
    """

    is_active: bool
    is_uninstalled: bool
    token_at: datetime | None
    orders: int
    tokens: int
    streak: int
    received_at: datetime | None
    processed_at: datetime | None
    refused: int
    alarms: frozenset[str] = frozenset()


def judge_program(facts: ProgramFacts, *, now: datetime) -> list[Hop]:
    """Return the hops of a program: link, redirect, token."""
    return [_judge_link(facts, now), _judge_redirect(facts, now), _judge_token(facts, now)]


def judge_store(facts: StoreFacts, *, now: datetime) -> list[Hop]:
    """Return the hops of a store: cart, order."""
    return [_judge_cart(facts, now), _judge_order(facts, now)]


def _judge_link(facts: ProgramFacts, now: datetime) -> Hop:
    at = facts.opened_at
    if not facts.live_links:
        return Hop("link", "broken" if at else "never", at, "no_links")
    return _by_age("link", at, now, never="not_opened", quiet="links_quiet")


def _judge_redirect(facts: ProgramFacts, now: datetime) -> Hop:
    at = facts.counted_at
    if "clicks" in facts.alarms:
        return Hop("redirect", "broken", at, "clicks_stopped")
    if not facts.is_live:
        return Hop("redirect", "quiet" if at else "never", at, "not_live")
    if facts.uncounted >= LEAST_UNCOUNTED and not facts.counted:
        return Hop("redirect", "broken", at, "none_counted")
    return _by_age("redirect", at, now, never="not_opened", quiet="links_quiet")


def _judge_token(facts: ProgramFacts, now: datetime) -> Hop:
    at = facts.valid_at
    if "tokens" in facts.alarms:
        return Hop("token", "broken", at, "tokens_stopped")
    if not facts.orders:
        return Hop("token", "quiet" if at else "never", at, "no_orders")
    is_missing = at is None or now - at > QUIET_AFTER
    if is_missing and facts.streak >= LEAST_STREAK and facts.counted >= LEAST_CLICKS:
        return Hop("token", "broken", at, "tokens_missing")
    return _by_age("token", at, now, never="no_token_yet", quiet="tokens_quiet")


def _judge_cart(facts: StoreFacts, now: datetime) -> Hop:
    at = facts.token_at
    if "share" in facts.alarms or is_unlikely(facts):
        return Hop("cart", "broken", at, "streak")
    if not facts.orders and at is None:
        return Hop("cart", "never", None, "no_orders")
    return _by_age("cart", at, now, never="no_token_yet", quiet="tokens_quiet")


def is_unlikely(facts: StoreFacts) -> bool:
    """Tell whether so many orders in a row without a token do not happen by chance.

    By the share that carried one in four weeks, those orders themselves left out: with a third,
    23 in a row come once in ten thousand.
    """
    before = facts.orders - facts.streak
    if facts.streak < LEAST_STREAK or before < LEAST_STREAK or not facts.tokens:
        return False
    share = min(facts.tokens / before, 1.0)
    return bool((1 - share) ** facts.streak < UNLIKELY)


def _judge_order(facts: StoreFacts, now: datetime) -> Hop:
    at = facts.processed_at
    if facts.is_uninstalled:
        return Hop("order", "broken", at, "uninstalled")
    if not facts.is_active:
        return Hop("order", "quiet" if at else "never", at, "switched_off")
    if facts.refused or "refused" in facts.alarms:
        return Hop("order", "broken", at, "refused")
    if "deliveries" in facts.alarms:
        return Hop("order", "broken", at, "deliveries_stopped")
    if facts.received_at and at is None:
        is_late = now - facts.received_at > WORKED_WITHIN
        return Hop("order", "broken" if is_late else "never", None, "not_processed")
    return _by_age("order", at, now, never="nothing_came", quiet="store_quiet")


def _by_age(name: str, at: datetime | None, now: datetime, *, never: str, quiet: str) -> Hop:
    if at is None:
        return Hop(name, "never", None, never)
    if now - at > QUIET_AFTER:
        return Hop(name, "quiet", at, quiet)
    return Hop(name, "works", at)
