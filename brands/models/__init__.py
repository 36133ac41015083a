"""What a brand decides: who works for it, its programs, rules, terms, rails and stores."""

from brands.models._checks import choice_check
from brands.models.changes import ChangeSubject, PendingChange
from brands.models.endpoints import (
    CallFault,
    DeliveryStatus,
    DeliveryTry,
    Endpoint,
    EndpointStatus,
    EventDelivery,
    StopCause,
)
from brands.models.keys import ApiAnswer, ApiKey, Scope
from brands.models.kinds import PartnerKind, PartnerType
from brands.models.ladders import Ladder, Tier, TierMeasure, TierPeriod, TierReach
from brands.models.linkhosts import LinkHost
from brands.models.paying import PayoutPolicy, PayoutRhythm, RailKind, RailSettings
from brands.models.programs import (
    CheckMode,
    ClickPolicy,
    CodePolicy,
    Group,
    HoldAnchor,
    Precedence,
    Program,
    ProgramStatus,
)
from brands.models.questions import WITH_OPTIONS, Question, QuestionKind
from brands.models.reports import Every, ReportReader, SavedReport, SpanKind
from brands.models.rules import Rule, RuleKind, RuleSet, Terms
from brands.models.stores import StoreConnection
from brands.models.teams import Member, Role
from brands.models.vetting import VettingPoint
from brands.models.whatifs import WhatIf

__all__ = [
    "WITH_OPTIONS",
    "ApiAnswer",
    "ApiKey",
    "CallFault",
    "ChangeSubject",
    "CheckMode",
    "ClickPolicy",
    "CodePolicy",
    "DeliveryStatus",
    "DeliveryTry",
    "Endpoint",
    "EndpointStatus",
    "EventDelivery",
    "Every",
    "Group",
    "HoldAnchor",
    "Ladder",
    "LinkHost",
    "Member",
    "PartnerKind",
    "PartnerType",
    "PayoutPolicy",
    "PayoutRhythm",
    "PendingChange",
    "Precedence",
    "Program",
    "ProgramStatus",
    "Question",
    "QuestionKind",
    "RailKind",
    "RailSettings",
    "ReportReader",
    "Role",
    "Rule",
    "RuleKind",
    "RuleSet",
    "SavedReport",
    "Scope",
    "SpanKind",
    "StopCause",
    "StoreConnection",
    "Terms",
    "Tier",
    "TierMeasure",
    "TierPeriod",
    "TierReach",
    "VettingPoint",
    "WhatIf",
    "choice_check",
]
