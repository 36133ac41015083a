"""From released money to money sent: methods, plans, payouts, attempts, files and rail events."""

from payouts.models.approvals import ApprovalFell, RunApproval
from payouts.models.documents import TaxDocument, TaxFormKind
from payouts.models.invoices import Invoice
from payouts.models.methods import PayoutMethod
from payouts.models.minimums import OwnMinimum
from payouts.models.payouts import (
    COVERING_STATUSES,
    OPEN_STATUSES,
    AttemptStatus,
    Payout,
    PayoutAttempt,
    PayoutItem,
    PayoutStatus,
)
from payouts.models.plans import ExportFile, PayoutPlan, PlanStatus
from payouts.models.rails import RailEvent, StandinObject
from payouts.models.statements import Statement
from payouts.models.tax import (
    PayeeKind,
    TaxKind,
    TaxProfile,
    TaxRate,
    TaxSettings,
    TaxThreshold,
    VatStatus,
)

__all__ = [
    "COVERING_STATUSES",
    "OPEN_STATUSES",
    "ApprovalFell",
    "AttemptStatus",
    "ExportFile",
    "Invoice",
    "OwnMinimum",
    "PayeeKind",
    "Payout",
    "PayoutAttempt",
    "PayoutItem",
    "PayoutMethod",
    "PayoutPlan",
    "PayoutStatus",
    "PlanStatus",
    "RailEvent",
    "RunApproval",
    "StandinObject",
    "Statement",
    "TaxDocument",
    "TaxFormKind",
    "TaxKind",
    "TaxProfile",
    "TaxRate",
    "TaxSettings",
    "TaxThreshold",
    "VatStatus",
]
