"""The kinds of mail, and the groups in which a person chooses how he gets them.

Each app names its kinds in its `emails.py`, as constants for `core.mail.send_notice`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import Delivery
from core.money import Money

Value: TypeAlias = str | Promise | int | Money | date
"""Put into words in the reader's language; a date that is a moment, in his time zone."""

Audience: TypeAlias = Literal["creator", "team", "both"]
ALWAYS = "brand", "recipient"
"""Placeholders that every kind has."""

_ANY = (Delivery.NOW, Delivery.DAILY, Delivery.WEEKLY, Delivery.OFF)
_DIGEST_FIRST = (Delivery.DAILY, Delivery.NOW, Delivery.WEEKLY, Delivery.OFF)


class UnknownKind(LookupError):
    """No kind has this name."""


@dataclass(frozen=True, slots=True)
class Group:
    """Mails a person chooses about together; the first delivery holds until he does.

    `is_editable`: a brand may write these mails in its own words.
    """

    name: str
    label: Promise
    help: Promise
    audience: Audience
    deliveries: tuple[Delivery, ...] = _ANY
    is_editable: bool = False

    @property
    def default(self) -> Delivery:
        return self.deliveries[0]

    @property
    def can_be_off(self) -> bool:
        return Delivery.OFF in self.deliveries


ACCOUNT = Group(
    "account",
    _("Account, security and payout method"),
    _("Changes of your account, of teams you are in and of where money goes; payouts that failed."),
    "both",
    (Delivery.NOW,),
)
MEMBERSHIP = Group(
    "membership",
    _("Your place in programs"),
    _("Approved, rejected, suspended; new terms that need your consent."),
    "creator",
    (Delivery.NOW,),
    is_editable=True,
)
COMMISSIONS = Group(
    "commissions",
    _("Commissions"),
    _("Made, released, or taken back, with the reason."),
    "creator",
    _DIGEST_FIRST,
    is_editable=True,
)
PAYOUTS = Group(
    "payouts",
    _("Payouts"),
    _("Money that is on its way or has arrived."),
    "creator",
    is_editable=True,
)
ANNOUNCEMENTS = Group(
    "announcements",
    _("News from brands"),
    _("What brands tell their creators: offers, new material, dates."),
    "creator",
    is_editable=True,
)
INVITATIONS = Group(
    "invitations",
    _("Invitations to programs"),
    _("Brands that ask you to join."),
    "creator",
    (Delivery.NOW, Delivery.OFF),
    is_editable=True,
)
APPLICATIONS = Group(
    "applications",
    _("New applications"),
    _("Creators who want to join one of your programs."),
    "team",
)
TEAM_WORK = Group(
    "team_work",
    _("What waits for the team"),
    _("Reviews, questions of creators and payout runs."),
    "team",
    _DIGEST_FIRST,
)
ALARMS = Group(
    "alarms",
    _("Alarms of tracking"),
    _("Clicks, orders or click tokens that suddenly stopped coming."),
    "team",
)
REPORTS = Group(
    "reports",
    _("Saved reports"),
    _("Reports that you, or somebody of your team, had mailed to you."),
    "team",
)
STARTED_WORK = Group(
    "started_work",
    _("Work that you started"),
    _("Files that took a while: that they are worked on, or why nothing was taken."),
    "team",
    (Delivery.NOW, Delivery.OFF),
)

GROUPS = (
    ACCOUNT,
    MEMBERSHIP,
    COMMISSIONS,
    PAYOUTS,
    ANNOUNCEMENTS,
    INVITATIONS,
    APPLICATIONS,
    TEAM_WORK,
    ALARMS,
    REPORTS,
    STARTED_WORK,
)


@dataclass(frozen=True, eq=False, slots=True)
class Kind:
    """One kind of mail with its standard words; `samples` names each placeholder, by example.

    A line that holds a placeholder without a value is left out. A paragraph that is only
    "Words: address" of this site becomes a button in HTML.
    """

    name: str
    group: Group
    label: Promise
    subject: Promise
    text: Promise
    samples: Mapping[str, Value]

    @property
    def placeholders(self) -> frozenset[str]:
        return frozenset(self.samples).union(ALWAYS)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; a name is never given twice or to another."""
    if kind.name in _kinds:
        raise ValueError(f"two kinds of mail are called {kind.name}")
    _kinds[kind.name] = kind
    return kind


def list_kinds() -> Iterable[Kind]:
    """Return every kind, in the order of the groups."""
    return sorted(_kinds.values(), key=lambda kind: (GROUPS.index(kind.group), kind.name))


def find_kind(name: str) -> Kind | None:
    """Return a kind by its name; None for account mails and for kinds of other versions."""
    return _kinds.get(name)


def get_kind(name: str) -> Kind:
    """Return a kind by its name.

    :raises UnknownKind: there is none.
    """
    if name not in _kinds:
        raise UnknownKind(name)
    return _kinds[name]
