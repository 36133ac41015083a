"""What may be wrong with crediting a creator with an order: each check with what it found.

A check looks at a creator and an order and returns a finding or None. What follows from a finding
is the program's setting of that check: observe, flag, hold, or reject. Another check is another
entry of CHECKS, a mode in `Policy` and the words of its codes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracking.domain.candidates import (
    CheckMode,
    CheckName,
    KnownAddress,
    OrderFacts,
    Party,
    Policy,
)
from tracking.domain.doubles import Double
from tracking.domain.reasons import LOST_ACCOUNT, LOST_DOUBLE, LOST_SELF, Reason

IN_MINUTES_FROM_S = 120


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about the winner that the program wants looked at, and how.

    `params`: the evidence, raw values for the words of `check.<name>`.
    """

    name: CheckName
    mode: CheckMode
    signal: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: by which signal, with raw values for the words of its code."""

    signal: str
    params: Mapping[str, Any] = field(default_factory=dict)


def find_self(party: Party, order: OrderFacts) -> Finding | None:
    """Tell an order of the creator's own: by an address of his, or that of his other account."""
    if not order.email_hash:
        return None
    if party.email_hash == order.email_hash:
        return Finding("email")
    if KnownAddress(party.affiliation, order.email_hash) in order.addresses:
        return Finding("address")
    for account in order.accounts:
        if account.affiliation == party.affiliation and account.email_hash == order.email_hash:
            return Finding("account")
    return None


def find_second_account(party: Party, order: OrderFacts) -> Finding | None:
    """Tell that the creator is likely one who was here before under another account.

    Of two accounts the later one bears the mark: nobody takes another's credit by being like him.
    """
    for account in order.accounts:
        if account.affiliation == party.affiliation and account.is_earlier:
            shared = {"other": account.enrollment, "shared": list(account.signals)}
            return Finding(account.signals[0], shared)
    return None


def find_double(party: Party, order: OrderFacts) -> Finding | None:
    """Tell that the creator has the same sale already, by an order of another connection."""
    for double in order.doubles:
        if double.affiliation == party.affiliation:
            said = {"order": double.number, "store": double.store}
            return Finding(double.signal, {**said, **_say_apart(double)})
    return None


CHECKS: Mapping[CheckName, Callable[[Party, OrderFacts], Finding | None]] = {
    "self_referral": find_self,
    "second_account": find_second_account,
    "duplicate_order": find_double,
}
REFUSALS: Mapping[CheckName, str] = {
    "self_referral": LOST_SELF,
    "second_account": LOST_ACCOUNT,
    "duplicate_order": LOST_DOUBLE,
}
# Whom these refuse cannot win, and another may; a sale that counts already is nobody's once more.
OF_THE_CREATOR: tuple[CheckName, ...] = ("self_referral", "second_account")
OF_THE_SALE: tuple[CheckName, ...] = ("duplicate_order",)


def find_refusal(
    party: Party, order: OrderFacts, policy: Policy, checks: tuple[CheckName, ...]
) -> Reason | None:
    """Return why a creator is refused the order by one of these checks, None where he is not."""
    for name in checks:
        if policy.mode_of(name) != "reject":
            continue
        found = CHECKS[name](party, order)
        if found is not None:
            said = {"creator": party.enrollment, **found.params, "signal": found.signal}
            return Reason(REFUSALS[name], said)
    return None


def list_flags(party: Party, order: OrderFacts, policy: Policy) -> Iterator[Flag]:
    """Yield what the checks found of a winner, each with the mode of the program."""
    for name, check in CHECKS.items():
        found = check(party, order)
        if found is not None:
            yield Flag(name, policy.mode_of(name), found.signal, found.params)


def _say_apart(double: Double) -> dict[str, int]:
    """Return by how much the other order was placed earlier, in a unit that reads well."""
    if double.earlier_s <= 0:
        return {}
    if double.earlier_s < IN_MINUTES_FROM_S:
        return {"seconds": double.earlier_s}
    return {"minutes": double.earlier_s // 60}
