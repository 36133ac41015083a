"""The plan of a payout run: who is paid what, who is left out and why, and its hash.

Pure: the same facts give the same plan and the same hash in any order. A plan moves no money.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from payouts.domain.limits import Quote, RailLimits, round_up
from payouts.domain.quoting import quote_commission
from payouts.domain.tax import TaxTerms


class DuplicatePayee(ValueError):
    """A creator stands twice in one currency."""


ADDRESS_PAUSE = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Gate:
    """A reason why money waits: a code, and parameters a sentence is made of.

    Amounts are minor units of the parameter `currency`, times are ISO 8601.
    """

    code: str
    params: Mapping[str, str | int | list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """How a creator is paid. `destination` is what the rail is told, or its fingerprint.

    `countries`: of the brand's account and of his (ISO 3166-1 alpha-2); empty where not known.
    """

    rail: str
    destination: str
    limits: RailLimits
    is_ready: bool = True
    needs: tuple[str, ...] = ()
    countries: tuple[str, str] = ("", "")

    @property
    def can_reach(self) -> bool:
        payer, creator = self.countries
        return not creator or self.limits.can_reach(payer_country=payer, creator_country=creator)


@dataclass(frozen=True, slots=True)
class Payee:
    """One creator's balance in one currency, and what stands in the way of paying it.

    `terms_due`: the version that must be accepted first. `other_gates`: found by the caller.
    `tax`: None where the brand reckons none.
    """

    affiliation_id: UUID
    name: str
    payable_minor: int
    currency: str
    method: MethodFacts | None = None
    suspended_at: datetime | None = None
    suspended_reason: str = ""
    has_open_payout: bool = False
    creator_minimum_minor: int | None = None
    frozen_until: datetime | None = None
    address_changed_at: datetime | None = None
    method_changed_at: datetime | None = None
    terms_due: int | None = None
    tax: TaxTerms | None = None
    other_gates: tuple[Gate, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanPolicy:
    """The brand's minimum payout by currency; a currency without one is not paid."""

    minimum_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One payout to be made; the remainder is what the rail's step leaves payable.

    `amount_minor` is the commission; with VAT and without what is withheld it is what is sent.
    """

    affiliation_id: UUID
    name: str
    payable_minor: int
    amount_minor: int
    remainder_minor: int
    currency: str
    rail: str
    destination: str
    tax: TaxTerms | None = None

    @property
    def vat_minor(self) -> int:
        return self.tax.vat_of(self.amount_minor) if self.tax else 0

    @property
    def withheld_minor(self) -> int:
        return self.tax.withheld_of(self.amount_minor) if self.tax else 0

    @property
    def sent_minor(self) -> int:
        """What leaves to the creator."""
        return self.tax.sent_of(self.amount_minor) if self.tax else self.amount_minor

    @property
    def payment(self) -> "Payment":
        """What an approval covers of it."""
        paid = (self.affiliation_id, self.amount_minor, self.currency, self.rail, self.destination)
        if self.tax is None:
            return paid
        return (*paid, self.vat_minor, self.withheld_minor, self.tax.treatment.value)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A creator who is not paid now, with every gate that is closed, the first one first."""

    affiliation_id: UUID
    name: str
    payable_minor: int
    currency: str
    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Lines and left-out creators in a stable order; totals of what is sent, by currency."""

    lines: tuple[PlanLine, ...]
    left_out: tuple[LeftOut, ...]
    totals_minor: Mapping[str, int]
    plan_hash: str


@dataclass(frozen=True, slots=True)
class PlanChange:
    """How a plan differs from the one a person saw."""

    added: tuple[PlanLine, ...]
    removed: tuple[PlanLine, ...]
    changed: tuple[tuple[PlanLine, PlanLine], ...]
    totals_change_minor: Mapping[str, int]


Payment = tuple[UUID, *tuple[int | str, ...]]
"""Affiliation, amount in minor units, currency, rail, destination: what an approval covers.

Where tax is reckoned VAT, what is withheld and the treatment follow.
"""


def build_plan(*, payees: Sequence[Payee], policy: PlanPolicy, now: datetime) -> Plan:
    """Put every payee into the lines or among the left out.

    :raises DuplicatePayee: a creator stands twice in one currency.
    """
    _refuse_duplicates(payees)
    lines: list[PlanLine] = []
    left_out: list[LeftOut] = []
    for payee in sorted(payees, key=lambda payee: (payee.currency, payee.affiliation_id)):
        offer = _quote_payee(payee)
        gates = find_gates(payee=payee, policy=policy, now=now)
        if gates or offer is None:
            left_out.append(_leave_out(payee, gates))
        else:
            lines.append(_make_line(payee, *offer))
    return Plan(tuple(lines), tuple(left_out), total_lines(lines), hash_lines(lines))


def find_gates(*, payee: Payee, policy: PlanPolicy, now: datetime) -> tuple[Gate, ...]:
    """List what keeps a creator from being paid now; none means a payout can be made."""
    found = (
        _gate_suspended(payee),
        _gate_open_payout(payee),
        _gate_terms(payee),
        _gate_balance(payee, policy),
        _gate_method(payee),
        _gate_cooling(payee, now),
        _gate_address(payee, now),
        _gate_rail(payee),
    )
    return (*(gate for gate in found if gate is not None), *payee.other_gates)


def minimum_of(*, payee: Payee, policy: PlanPolicy) -> int | None:
    """Return the balance this creator needs: the brand's or his own minimum, in whole steps."""
    brand_minimum = policy.minimum_minor.get(payee.currency)
    if brand_minimum is None:
        return None
    step = payee.method.limits.step_of(payee.currency) if payee.method else 1
    return round_up(max(brand_minimum, payee.creator_minimum_minor or 1), step)


def hash_lines(lines: Iterable[PlanLine]) -> str:
    """Return the hash an approval signs."""
    return hash_payments(line.payment for line in lines)


def hash_payments(payments: Iterable[Payment]) -> str:
    """Return the SHA-256 of the canonical JSON of the payments, whatever their order.

    The sender computes it again from the stored payouts before the first one leaves.
    """
    rows = sorted([str(payee), *rest] for payee, *rest in payments)
    text = json.dumps(rows, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def total_lines(lines: Iterable[PlanLine]) -> Mapping[str, int]:
    """Add up what is sent, in minor units by currency."""
    totals: Counter[str] = Counter()
    for line in lines:
        totals[line.currency] += line.sent_minor
    return dict(totals)


def write_line(line: PlanLine, *, recovered_minor: int) -> dict[str, Any]:
    """Return a line as it is stored and shown; what is recovered is in what is payable."""
    written: dict[str, Any] = {
        "affiliation": str(line.affiliation_id),
        "name": line.name,
        "payable_minor": line.payable_minor,
        "recovered_minor": recovered_minor,
        "amount_minor": line.amount_minor,
        "remainder_minor": line.remainder_minor,
        "rail": line.rail,
        "destination": line.destination,
    }
    return {**written, "tax": line.tax.to_json()} if line.tax else written


def read_line(written: Mapping[str, Any], *, currency: str) -> PlanLine:
    """Return what a stored line says."""
    tax = written.get("tax")
    return PlanLine(
        affiliation_id=UUID(written["affiliation"]),
        name=written["name"],
        payable_minor=written["payable_minor"],
        amount_minor=written["amount_minor"],
        remainder_minor=written["remainder_minor"],
        currency=currency,
        rail=written["rail"],
        destination=written["destination"],
        tax=TaxTerms.from_json(tax) if tax else None,
    )


def compare_plans(*, seen: Sequence[PlanLine], current: Sequence[PlanLine]) -> PlanChange:
    """Tell what changed between the lines a person saw and the lines of now."""
    before = {(line.affiliation_id, line.currency): line for line in seen}
    after = {(line.affiliation_id, line.currency): line for line in current}
    totals = Counter(total_lines(current))
    totals.subtract(total_lines(seen))
    return PlanChange(
        added=tuple(line for key, line in after.items() if key not in before),
        removed=tuple(line for key, line in before.items() if key not in after),
        changed=tuple(
            (before[key], line)
            for key, line in after.items()
            if key in before and hash_lines([before[key]]) != hash_lines([line])
        ),
        totals_change_minor={currency: by for currency, by in totals.items() if by},
    )


def _refuse_duplicates(payees: Sequence[Payee]) -> None:
    counted = Counter((payee.affiliation_id, payee.currency) for payee in payees)
    twice = [f"{payee} in {currency}" for (payee, currency), times in counted.items() if times > 1]
    if twice:
        raise DuplicatePayee(", ".join(sorted(twice)))


def _quote_payee(payee: Payee) -> tuple[MethodFacts, Quote] | None:
    if payee.method is None:
        return None
    quote = quote_commission(
        limits=payee.method.limits,
        payable_minor=payee.payable_minor,
        currency=payee.currency,
        terms=payee.tax,
    )
    return payee.method, quote


def _make_line(payee: Payee, method: MethodFacts, quote: Quote) -> PlanLine:
    return PlanLine(
        affiliation_id=payee.affiliation_id,
        name=payee.name,
        payable_minor=payee.payable_minor,
        amount_minor=quote.sendable_minor,
        remainder_minor=quote.remainder_minor,
        currency=payee.currency,
        rail=method.rail,
        destination=method.destination,
        tax=payee.tax,
    )


def _leave_out(payee: Payee, gates: tuple[Gate, ...]) -> LeftOut:
    return LeftOut(payee.affiliation_id, payee.name, payee.payable_minor, payee.currency, gates)


def _gate_suspended(payee: Payee) -> Gate | None:
    if payee.suspended_at is None:
        return None
    return Gate(
        "gate.suspended",
        {"date": payee.suspended_at.isoformat(), "reason": payee.suspended_reason},
    )


def _gate_open_payout(payee: Payee) -> Gate | None:
    return Gate("gate.open_payout") if payee.has_open_payout else None


def _gate_terms(payee: Payee) -> Gate | None:
    return None if payee.terms_due is None else Gate("gate.terms", {"version": payee.terms_due})


def _gate_balance(payee: Payee, policy: PlanPolicy) -> Gate | None:
    minimum = minimum_of(payee=payee, policy=policy)
    if payee.payable_minor < 0:
        return Gate("gate.negative", {"amount": -payee.payable_minor, "currency": payee.currency})
    if minimum is None:
        return Gate("gate.no_minimum", {"currency": payee.currency})
    if payee.payable_minor >= minimum:
        return None
    missing = minimum - payee.payable_minor
    own = payee.creator_minimum_minor or 0
    is_own = own > policy.minimum_minor[payee.currency]
    code = "gate.own_minimum" if is_own else "gate.minimum"
    return Gate(code, {"missing": missing, "minimum": minimum, "currency": payee.currency})


def _gate_method(payee: Payee) -> Gate | None:
    if payee.method is None:
        return Gate("gate.no_method")
    if payee.method.is_ready:
        return None
    return Gate(
        "gate.method_incomplete", {"rail": payee.method.rail, "needs": list(payee.method.needs)}
    )


def _gate_cooling(payee: Payee, now: datetime) -> Gate | None:
    if payee.frozen_until is None or now >= payee.frozen_until:
        return None
    changed = payee.method_changed_at.isoformat() if payee.method_changed_at else ""
    return Gate("gate.cooling", {"date": changed, "until": payee.frozen_until.isoformat()})


def _gate_address(payee: Payee, now: datetime) -> Gate | None:
    """Wait after the e-mail address changed: the account may be in other hands."""
    changed = payee.address_changed_at
    if changed is None or now >= changed + ADDRESS_PAUSE:
        return None
    until = changed + ADDRESS_PAUSE
    return Gate("gate.address", {"date": changed.isoformat(), "until": until.isoformat()})


def _gate_rail(payee: Payee) -> Gate | None:
    offer = _quote_payee(payee)
    if offer is None:
        return None
    method, quote = offer
    if not method.can_reach:
        return Gate("gate.rail_country", {"rail": method.rail, "country": method.countries[1]})
    params: dict[str, str | int | list[str]] = {"rail": method.rail, "currency": payee.currency}
    if quote.problem == "currency_unsupported":
        return Gate("gate.rail_currency", params)
    if quote.problem == "below_rail_minimum" and payee.payable_minor > 0:
        smallest = method.limits.minimum_of(payee.currency)
        return Gate("gate.rail_minimum", {**params, "minimum": smallest})
    return None
