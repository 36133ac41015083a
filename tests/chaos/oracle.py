"""Hold an installation against what it answered: what of that is not there, and what is twice.

Nothing of the product counts here: the facts come from outside, the rows by SQL, the transfers
from the payment service's own file.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from payouts.rails.stripe.standin import namespace_of
from tests.chaos.town import Town
from tests.drill.standin import KEY, SqliteStore


@dataclass
class Found:
    """What was answered, and sentences for what is lost or there twice."""

    events: int = 0
    clicks: int = 0
    payouts: int = 0
    uncounted: int = 0
    lost: list[str] = field(default_factory=list)
    duplicate: list[str] = field(default_factory=list)

    def expect(self, name: str, *, wanted: int, there: int) -> None:
        """Compare a sum: less is lost, more is twice."""
        if there < wanted:
            self.lost.append(f"{name}: {there} of {wanted}")
        elif there > wanted:
            self.duplicate.append(f"{name}: {there} instead of {wanted}")


def compare(*, town: Town, facts: Path, state: Path) -> Found:
    """Count what was answered, and look for all of it."""
    told = [json.loads(row) for row in facts.read_text("utf-8").splitlines()]
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for fact in told:
        by_kind.setdefault(fact["kind"], []).append(fact)
    found = Found(uncounted=len(by_kind.get("uncounted click", [])))
    _clicks(found, by_kind.get("click", []))
    _events(found, town, by_kind.get("event", []))
    _orders(found, town, by_kind.get("order", []))
    _payouts(found, by_kind.get("run", []), state)
    return found


def click_id(token: str) -> str:
    """Read the click that a token names: 16 bytes after that of the key."""
    return str(UUID(bytes=base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[1:17]))


def _clicks(found: Found, told: list[dict[str, Any]]) -> None:
    """Look for every click that was answered as stored, under its own link."""
    there = Counter(
        (str(key), slug)
        for key, slug in _rows(
            "SELECT c.id, s.slug FROM tracking_click c"
            " JOIN affiliates_linkslug s ON s.link_id = c.link_id AND s.is_current"
        )
    )
    found.clicks = len(told)
    for fact in told:
        key = click_id(fact["token"])
        found.expect(f"click {key}", wanted=1, there=there[key, fact["slug"]])


def _events(found: Found, town: Town, told: list[dict[str, Any]]) -> None:
    """Look for every delivery that was answered with a 2xx, stored once and worked off."""
    there = Counter(
        key
        for (key,) in _rows(
            "SELECT e.event_id FROM tracking_storeevent e"
            " JOIN brands_storeconnection c ON c.id = e.connection_id"
            " WHERE c.public_id = %s AND e.status = 'processed'",
            town.connection,
        )
    )
    found.events = len(told)
    for key in sorted({f"{fact['topic']}:{fact['event']}" for fact in told}):
        found.expect(f"event {key}", wanted=1, there=there[key])


def _orders(found: Found, town: Town, told: list[dict[str, Any]]) -> None:
    """Look for the commission of every order with the creator whose link was clicked."""
    there: Counter[tuple[str, str]] = Counter()
    for order, party, amount in _rows(
        "SELECT o.external_order_id, n.affiliation_id, m.amount_minor FROM tracking_commission m"
        " JOIN tracking_order o ON o.id = m.order_id"
        " JOIN affiliates_enrollment n ON n.id = m.enrollment_id"
        " JOIN brands_storeconnection c ON c.id = o.connection_id WHERE c.public_id = %s",
        town.connection,
    ):
        there[order, town.links.get(str(party), "?")] += amount
    earned: Counter[str] = Counter()
    for fact in told:
        found.expect(
            f"commission of order {fact['order']}",
            wanted=fact["cents"],
            there=there.pop((fact["order"], fact["slug"]), 0),
        )
        earned[fact["slug"]] += fact["cents"]
    found.duplicate += [
        f"a commission nobody is owed: {key}" for key, cents in there.items() if cents
    ]
    for party, slug in town.links.items():
        ((booked,),) = _rows(
            "SELECT coalesce(sum(p.amount_minor), 0) FROM ledger_posting p"
            " JOIN ledger_account a ON a.id = p.account_id WHERE a.party_id = %s",
            party,
        )
        found.expect(f"in the books of {slug}", wanted=earned[slug], there=int(booked))


def _payouts(found: Found, told: list[dict[str, Any]], state: Path) -> None:
    """Hold every line of an approved run against the transfers of the payment service."""
    transfers = SqliteStore(state).list(namespace=namespace_of(KEY), kind="transfer")
    sent = Counter(
        (row["metadata"]["payout_id"], row["destination"], row["amount"]) for row in transfers
    )
    wanted: Counter[tuple[str, str, int]] = Counter()
    for plan in sorted({fact["plan"] for fact in told}):
        payouts, lines = _run(plan)
        found.payouts += len(lines)
        for line in lines:
            key = payouts.get(line["affiliation"], "")
            found.expect(f"payout of {line['name']} in {plan}", wanted=1, there=bool(key))
            wanted[key, line["destination"], line["amount_minor"]] += 1
    for row in wanted.keys() | sent.keys():
        found.expect(f"transfer for {row}", wanted=wanted[row], there=sent[row])


def _run(plan: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return the paid payouts of a run by affiliation, and the lines that were approved."""
    ((key, content),) = _rows(
        "SELECT id, content::text FROM payouts_payoutplan WHERE public_id = %s", plan
    )
    paid = _rows(
        "SELECT affiliation_id, public_id FROM payouts_payout"
        " WHERE plan_id = %s AND status = 'paid'",
        key,
    )
    return {str(party): name for party, name in paid}, json.loads(content)["lines"]


def _rows(statement: str, *values: object) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
