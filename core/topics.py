"""The catalogue of events: each topic a brand may hear of, and the shape of what it says.

A payload holds public ids, amounts in minor units with their currency, and times in UTC; nothing of
a shopper and no number of a row. Version 1: fields are added, never renamed or given another
meaning; what would break a reader is a new version beside this one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERSION = 1
TEST = "webhook.test"

Kind: TypeAlias = Literal["id", "text", "number", "minor", "currency", "time"]

_PUBLIC_ID = re.compile(r"[a-z]{2,6}_[0-9a-z]{1,25}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a payload."""

    kind: Kind
    about: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of event. Names in `fields` that end with "?" may be null."""

    name: str
    about: Promise
    fields: tuple[str, ...]

    @property
    def shape(self) -> dict[str, tuple[Field, bool]]:
        """Return each field of the payload, and whether it may be null."""
        return {
            one.rstrip("?"): (FIELDS[one.rstrip("?")], one.endswith("?")) for one in self.fields
        }


FIELDS: Mapping[str, Field] = {
    "amount_minor": Field("minor", "The commission; of a payout, the commissions in it"),
    "announcement": Field("id", "The announcement"),
    "application": Field("id", "The application"),
    "award": Field("id", "What earned without an order: a bonus, a fee, visits, views or clicks"),
    "before_minor": Field("minor", "What the commission was"),
    "bonus": Field("id", "The bonus"),
    "budget_minor": Field("minor", "The budget of the program"),
    "check": Field("text", "What was noticed, for example `self_referral`"),
    "claim": Field("id", "The claim"),
    "commission": Field("id", "The commission"),
    "count": Field("number", "How many creators it went to"),
    "creator": Field("id", "The creator, as this brand knows him"),
    "currency": Field(
        "currency", "ISO 4217, of every amount of the event; null where there is none"
    ),
    "endpoint": Field("id", "The endpoint"),
    "enrollment": Field("id", "The creator's place in one program"),
    "external_id": Field("text", "The order's id in the store"),
    "goal": Field("id", "The goal"),
    "group": Field("id", "The group he is in now"),
    "hold": Field("id", "The review"),
    "invitation": Field("id", "The invitation he came by"),
    "kind": Field("text", "`sale`, `lead`, `click`, `impression`, `bonus` or `fee`"),
    "link": Field("id", "The link"),
    "measure": Field("text", "What the goal counts"),
    "mode": Field("text", "What the program does then: `observe`, `flag`, `hold` or `reject`"),
    "number": Field("text", "The order's number as the store shows it"),
    "order": Field("id", "The order or lead"),
    "outcome": Field("text", "How it ended"),
    "payout": Field("id", "The payout"),
    "percent": Field("number", "Which part of the budget is used, in percent"),
    "placed_at": Field("time", "When the order was placed"),
    "program": Field("id", "The program"),
    "reason": Field("text", "Why, as a code"),
    "refunded_minor": Field("minor", "What was refunded of the order so far"),
    "release_at": Field("time", "When the commission is released; null until it is known"),
    "sent_minor": Field("minor", "What leaves for the payout: after VAT and withholding"),
    "signal": Field("text", "By what it was noticed"),
    "slug": Field("text", "The word in the address of the link"),
    "spent_minor": Field("minor", "What is used of the budget"),
    "status": Field("text", "The state it is in now"),
    "step": Field("number", "Which time the bonus was reached, from 1"),
    "target": Field("number", "The goal, counted as `value` is"),
    "total_minor": Field("minor", "The total of the order, as the store says it"),
    "value": Field("number", "A count, or minor units of `currency` where that is not null"),
    "version": Field("number", "The version of the terms"),
    "work": Field("id", "The work on a deliverable"),
}

_ORDER = (
    "order", "external_id", "number?", "status", "currency?", "total_minor", "refunded_minor",
    "placed_at?", "program?", "creator?",
)  # fmt: skip
_COMMISSION = (
    "commission", "kind", "program", "creator", "order?", "award?", "currency", "amount_minor",
    "release_at?",
)  # fmt: skip
_PAYOUT = ("payout", "creator", "amount_minor", "sent_minor", "currency")
_CLAIM = ("claim", "status", "program", "creator", "order?")
_FRAUD = ("order", "program", "creator", "check")

TOPICS: Mapping[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic(
            "affiliate.applied", _("A creator asked to join a program"), ("application", "program")
        ),
        Topic(
            "affiliate.approved",
            _("A creator was taken into a program"),
            ("program", "creator", "application?", "invitation?"),
        ),
        Topic(
            "affiliate.rejected",
            _("An application was refused"),
            ("application", "program", "reason"),
        ),
        Topic("affiliate.suspended", _("A creator was suspended"), ("creator",)),
        Topic(
            "announcement.sent", _("An announcement went to creators"), ("announcement", "count")
        ),
        Topic("bonus.earned", _("A creator reached a bonus"), ("bonus", "commission", "step")),
        Topic(
            "bonus.lost",
            _("A bonus was taken back: its figures fell"),
            ("bonus", "commission", "step"),
        ),
        Topic("bonus.planned", _("A bonus was set"), ("bonus", "program")),
        Topic(
            "bonus.regained",
            _("A bonus that was taken back is reached again"),
            ("bonus", "commission", "step"),
        ),
        Topic(
            "budget.passed",
            _("The budget of a program is nearly or wholly used"),
            ("program", "percent", "budget_minor", "spent_minor", "currency"),
        ),
        Topic("claim.opened", _("A creator asks for an order"), _CLAIM),
        Topic("claim.resolved", _("A claim was accepted or declined"), _CLAIM),
        Topic("commission.adjusted", _("A commission changed"), (*_COMMISSION, "before_minor")),
        Topic("commission.created", _("A commission was made"), _COMMISSION),
        Topic(
            "commission.held",
            _("A commission waits for a review"),
            (*_COMMISSION, "hold", "reason"),
        ),
        Topic("commission.released", _("A commission was released"), _COMMISSION),
        Topic(
            "commission.reversed", _("A commission fell to zero"), (*_COMMISSION, "before_minor")
        ),
        Topic(
            "deliverable.changed",
            _("A work on a deliverable went a step on"),
            ("work", "status"),
        ),
        Topic("enrollment.moved", _("A creator moved to another group"), ("enrollment", "group")),
        Topic("fraud.flagged", _("An order looks like fraud"), (*_FRAUD, "mode", "signal")),
        Topic(
            "fraud.resolved",
            _("A review for fraud ended: cleared or rejected"),
            (*_FRAUD, "commission", "outcome"),
        ),
        Topic(
            "goal.reached",
            _("A goal was reached"),
            ("goal", "measure", "value", "target", "currency?"),
        ),
        Topic("lead.attributed", _("A lead was credited to a creator"), _ORDER),
        Topic("lead.unattributed", _("A lead was credited to nobody"), _ORDER),
        Topic("lead.updated", _("A known lead changed"), _ORDER),
        Topic("link.created", _("A link was made"), ("link", "slug", "enrollment")),
        Topic("order.attributed", _("An order was credited to a creator"), _ORDER),
        Topic("order.disputed", _("The payment of an order is disputed"), _ORDER),
        Topic("order.refunded", _("More of an order was refunded"), _ORDER),
        Topic("order.unattributed", _("An order was credited to nobody"), _ORDER),
        Topic("order.updated", _("A known order changed"), _ORDER),
        Topic("payout.approved", _("A payout was approved"), _PAYOUT),
        Topic("payout.failed", _("A payout failed or was cancelled"), _PAYOUT),
        Topic("payout.paid", _("A payout was paid"), _PAYOUT),
        Topic("payout.returned", _("A payout came back"), _PAYOUT),
        Topic("payout.submitted", _("A payout was handed to its service"), _PAYOUT),
        Topic("terms.accepted", _("A creator accepted new terms"), ("enrollment", "version")),
        Topic("terms.updated", _("New terms were published"), ("program", "version")),
        Topic(TEST, _("A test you sent yourself"), ("endpoint",)),
    )
}


def find_faults(topic: str, payload: Mapping[str, Any]) -> list[str]:
    """Return in words where a payload is not what the catalogue says."""
    known = TOPICS.get(topic)
    if known is None:
        return [f"{topic} is not in the catalogue"]
    names = [f"{topic} has {name}" for name in sorted(set(payload) - set(known.shape))]
    for name, (field, may_be_null) in known.shape.items():
        if name not in payload:
            names.append(f"{topic} lacks {name}")
        elif not (may_be_null if payload[name] is None else _fits(field.kind, payload[name])):
            names.append(f"{topic}: {name} is {payload[name]!r}")
    return names


def iso_utc(at: datetime | None) -> str | None:
    """Return a time as events carry it: ISO 8601 in UTC with microseconds and Z."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _fits(kind: Kind, value: Any) -> bool:
    if kind in {"number", "minor"}:
        return isinstance(value, int) and not isinstance(value, bool)
    patterns = {"id": _PUBLIC_ID, "currency": _CURRENCY, "time": _TIME}
    if not isinstance(value, str):
        return False
    return bool(value) if kind == "text" else patterns[kind].fullmatch(value) is not None
