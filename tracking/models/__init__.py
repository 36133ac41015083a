"""From a click and an order to a commission, with the reason for each step.

Sentences are never stored: a reason is a code and its parameters.
"""

from tracking.models.awards import MOMENT, Award, AwardKind
from tracking.models.bonusplans import BonusKind, BonusPeriod, BonusPlan
from tracking.models.budgets import BudgetThreshold, BudgetWarning, EarnedTotal
from tracking.models.claims import (
    UNRESOLVED,
    Claim,
    ClaimMessage,
    ClaimPicture,
    ClaimStatus,
)
from tracking.models.clicks import Click, ClickAgent, ClickReferrer, Verdict, VisitorSalt
from tracking.models.commissions import (
    CHECK_HOLDS,
    OF_ORDERS,
    PERSONAL_HOLDS,
    Adjustment,
    Commission,
    CommissionChange,
    CommissionKind,
    HoldKind,
    ReviewHold,
)
from tracking.models.counts import CountedDay, Impression, ViewCount
from tracking.models.deliverables import (
    Deliverable,
    DeliverableKind,
    Work,
    WorkStatus,
    WorkStep,
)
from tracking.models.deliveries import RefusedDelivery, StoreEvent
from tracking.models.health import NONE, AlarmKind, HourCount, TrackingAlarm, TrackingWatch
from tracking.models.linkchecks import LinkCheck
from tracking.models.messages import ReviewMessage, Side
from tracking.models.orders import (
    Attribution,
    CodeUse,
    CustomerBinding,
    Decision,
    Order,
    OrderKind,
)
from tracking.models.products import CatalogueFetch, FetchedProduct, ListSource, Product
from tracking.models.pulls import OrderPull, UnreadOrder
from tracking.models.storechecks import (
    LIVE,
    CheckedOrder,
    CheckStage,
    FindingKind,
    FindingState,
    StoreCheck,
    StoreFinding,
)
from tracking.models.storecodes import (
    CodeDiscount,
    CodeSync,
    CodeTask,
    DiscountKind,
    Seen,
    StoreCode,
)
from tracking.models.trials import TrialRun
from tracking.models.uploads import OrderUpload

__all__ = [
    "CHECK_HOLDS",
    "LIVE",
    "MOMENT",
    "NONE",
    "OF_ORDERS",
    "PERSONAL_HOLDS",
    "UNRESOLVED",
    "Adjustment",
    "AlarmKind",
    "Attribution",
    "Award",
    "AwardKind",
    "BonusKind",
    "BonusPeriod",
    "BonusPlan",
    "BudgetThreshold",
    "BudgetWarning",
    "CatalogueFetch",
    "CheckStage",
    "CheckedOrder",
    "Claim",
    "ClaimMessage",
    "ClaimPicture",
    "ClaimStatus",
    "Click",
    "ClickAgent",
    "ClickReferrer",
    "CodeDiscount",
    "CodeSync",
    "CodeTask",
    "CodeUse",
    "Commission",
    "CommissionChange",
    "CommissionKind",
    "CountedDay",
    "CustomerBinding",
    "Decision",
    "Deliverable",
    "DeliverableKind",
    "DiscountKind",
    "EarnedTotal",
    "FetchedProduct",
    "FindingKind",
    "FindingState",
    "HoldKind",
    "HourCount",
    "Impression",
    "LinkCheck",
    "ListSource",
    "Order",
    "OrderKind",
    "OrderPull",
    "OrderUpload",
    "Product",
    "RefusedDelivery",
    "ReviewHold",
    "ReviewMessage",
    "Seen",
    "Side",
    "StoreCheck",
    "StoreCode",
    "StoreEvent",
    "StoreFinding",
    "TrackingAlarm",
    "TrackingWatch",
    "TrialRun",
    "UnreadOrder",
    "Verdict",
    "ViewCount",
    "VisitorSalt",
    "Work",
    "WorkStatus",
    "WorkStep",
]
