"""Creators: the person, his place in a brand, in a program, and what he shares."""

from affiliates.models.alike import AccountMark, ClearedPair, MarkKind
from affiliates.models.goals import OF_CREATORS, OF_MONEY, Goal, Measure
from affiliates.models.invitations import Invitation, InvitationKind
from affiliates.models.joining import Application, ApplicationStatus, Enrollment, RejectReason
from affiliates.models.moves import GroupMove
from affiliates.models.people import Affiliate, Affiliation, AffiliationStatus
from affiliates.models.resources import Announcement, Asset, AssetKind, Receipt
from affiliates.models.sharing import Code, CodeBatch, Link, LinkSlug
from affiliates.models.utm import UtmTemplate
from affiliates.models.vetting import Note, Tick
from affiliates.models.viewing import Viewing

__all__ = [
    "OF_CREATORS",
    "OF_MONEY",
    "AccountMark",
    "Affiliate",
    "Affiliation",
    "AffiliationStatus",
    "Announcement",
    "Application",
    "ApplicationStatus",
    "Asset",
    "AssetKind",
    "ClearedPair",
    "Code",
    "CodeBatch",
    "Enrollment",
    "Goal",
    "GroupMove",
    "Invitation",
    "InvitationKind",
    "Link",
    "LinkSlug",
    "MarkKind",
    "Measure",
    "Note",
    "Receipt",
    "RejectReason",
    "Tick",
    "UtmTemplate",
    "Viewing",
]
