"""What a red check of the books means, and what somebody should do, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.books import Matter, Proof, Result

_LEDGER = _(
    "An entry of the ledger was changed outside the program, or a backup is damaged. Approve no "
    "payout; compare with the last backup that was verified."
)
_SUMS = _(
    "Two ways of adding up the same money differ. Approve no payout until the operator has found "
    "the row."
)
_ORDER = _(
    "What is stored of the order and what it pays do not fit. Open the order; a correction by "
    "hand is explained there."
)
_PAYOUT = _("What the payout covers and what it pays differ. Pay nobody twice: look at the run.")
_RAIL = _("The payment service and these books differ. Compare the payout with the service's page.")
_STATEMENT = _(
    "A statement is not what the creator was given. Compare it with the copy that was sent, and "
    "with a backup."
)
_TENANT = _("A row leads out of this brand. The operator must look before anything is changed.")
_WAIT = _("Work waits longer than it should. See whether scheduler and worker run.")
_KEPT = _("Something is kept longer than is promised. See whether scheduler and worker run.")

MEANINGS: Mapping[str, str | Promise] = {
    "RC1": _LEDGER,
    "RC2": _SUMS,
    "RC3": _SUMS,
    "RC4": _ORDER,
    "RC5": _ORDER,
    "RC6": _ORDER,
    "RC7": _PAYOUT,
    "RC8": _RAIL,
    "RC9": _WAIT,
    "RC10": _WAIT,
    "RC11": _TENANT,
    "RC12": _STATEMENT,
    "RC14": _KEPT,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One check as a page shows it; `meaning` only where it is red."""

    result: Result
    state: str
    meaning: str | Promise


def describe_proof(proof: Proof) -> list[Row]:
    """Return every check, the red ones first."""
    rows = [_describe(result) for result in proof.results]
    return sorted(rows, key=lambda row: not row.result.differences)


def _describe(result: Result) -> Row:
    if not result.differences:
        return Row(result, "ok", "")
    state = "differ" if result.matter is Matter.MONEY else "late"
    return Row(result, state, MEANINGS.get(result.number, ""))
