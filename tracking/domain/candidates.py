"""Who could be credited with an order, and the program's policy that decides; plain facts only.

Ids are text and opaque here. A service looks everything up before it asks; nothing is read later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tracking.domain.doubles import Double

CodePolicy = Literal["always", "with_click", "only_as_winner"]
CheckMode = Literal["observe", "flag", "hold", "reject"]
CheckName = Literal["self_referral", "second_account", "duplicate_order"]
Verdict = Literal[
    "counted",
    "repeat",
    "limited",
    "no_consent",
    "recovered",
    "repaired",
    "bot",
    "head",
    "prefetch",
    "preview",
    "embedded",
    "archived",
    "program_off",
]

NOT_ATTRIBUTABLE: frozenset[Verdict] = frozenset(
    {"bot", "head", "prefetch", "preview", "embedded", "archived", "program_off"}
)
# These reach a shopper who has decided already, at the checkout: their codes need their click.
CLICK_BOUND_TYPES: tuple[tuple[str, CodePolicy], ...] = (
    ("coupon", "with_click"),
    ("cashback", "with_click"),
    ("loyalty", "with_click"),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """How one program credits orders.

    `code_policies` names partner types that differ from `code_policy`: a code earns always, only
    with an eligible click of its own enrollment, or only where its creator would win without it.
    `precedence`: whether a code of this program goes before clicks or gives way to them.
    `is_paid_ad_first`: no click wins when the last visit came from the brand's own advertising.
    """

    click_policy: Literal["last", "first"] = "last"
    window_days: int = 30
    code_policy: CodePolicy = "always"
    code_policies: tuple[tuple[str, CodePolicy], ...] = CLICK_BOUND_TYPES
    precedence: Literal["code", "click"] = "code"
    is_binding_on: bool = False
    is_crediting_renewals: bool = False
    is_paid_ad_first: bool = False
    self_referral: CheckMode = "reject"
    second_account: CheckMode = "flag"
    duplicate_order: CheckMode = "flag"

    def code_policy_for(self, partner_type: str) -> CodePolicy:
        """Return when a code of a creator of this partner type earns."""
        return dict(self.code_policies).get(partner_type, self.code_policy)

    def mode_of(self, check: CheckName) -> CheckMode:
        """Return what the program wants where a check finds something."""
        modes: dict[CheckName, CheckMode] = {
            "self_referral": self.self_referral,
            "second_account": self.second_account,
            "duplicate_order": self.duplicate_order,
        }
        return modes[check]


Policies = Mapping[str, Policy]  # by program id


@dataclass(frozen=True, slots=True)
class Party:
    """The enrollment that a candidate would credit, and its affiliation in the brand.

    `joined_at`: first approval, None before it. Credit is off in [suspended_at, reinstated_at);
    an enrollment that ended is one suspended for good. `email_hash`: by the key that orders use.
    """

    enrollment: str
    affiliation: str
    program: str
    partner_type: str
    joined_at: datetime | None
    suspended_at: datetime | None = None
    reinstated_at: datetime | None = None
    email_hash: str = ""


@dataclass(frozen=True, slots=True)
class ManualCandidate:
    """A member credited the order by hand; the latest of several holds."""

    party: Party
    assigned_at: datetime
    member: str
    reason: str
    kind: Literal["manual"] = "manual"


@dataclass(frozen=True, slots=True)
class BoundCandidate:
    """The customer is bound to a creator from `bound_at` to `until`, both included.

    None is for life, or not yet known: a binding for N `orders` ends when the customer's Nth was
    placed.
    """

    party: Party
    bound_at: datetime
    until: datetime | None = None
    orders: int | None = None
    kind: Literal["bound"] = "bound"


@dataclass(frozen=True, slots=True)
class SubscriptionCandidate:
    """The order renews a subscription whose first order, placed at `first_at`, this party has."""

    party: Party
    first_order: str
    first_at: datetime
    kind: Literal["subscription"] = "subscription"


@dataclass(frozen=True, slots=True)
class CodeCandidate:
    """A code of a creator stands on the order; `position` is its place among the order's codes.

    `disabled_at`: when the code, or its program, ended. `used_by`: the number of the other order
    that keeps a code which is good for one.
    """

    party: Party
    code: str
    discount_minor: int
    position: int
    disabled_at: datetime | None = None
    used_by: str = ""
    kind: Literal["code"] = "code"


@dataclass(frozen=True, slots=True)
class ClickCandidate:
    """A click whose token came with the order and proved itself."""

    party: Party
    click: str
    link: str
    at: datetime
    verdict: Verdict = "counted"
    kind: Literal["click"] = "click"


Candidate = (
    ManualCandidate | SubscriptionCandidate | BoundCandidate | CodeCandidate | ClickCandidate
)


@dataclass(frozen=True, slots=True, order=True)
class BadToken:
    """A click token that proves nothing for this order, and why."""

    text: str
    why: Literal["malformed", "unknown_key", "forged", "foreign"] = "malformed"


@dataclass(frozen=True, slots=True, order=True)
class OtherAccount:
    """Another creator of the brand who is likely the same person as that of an affiliation.

    `enrollment`: a place of his; `signals`: what both have in common, the strongest first;
    `is_earlier`: he was here first; `email_hash`: his address, by the key that orders use.
    """

    affiliation: str
    is_earlier: bool
    signals: tuple[str, ...]
    enrollment: str
    email_hash: str = ""


@dataclass(frozen=True, slots=True, order=True)
class KnownAddress:
    """A further address of the creator of an affiliation, hashed by the key that orders use."""

    affiliation: str
    email_hash: str


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What attribution needs of the order.

    `doubles`: orders of other connections that are the same sale and count in place of this one.
    `accounts` and `addresses`: what is known of the creators who could be credited.
    """

    placed_at: datetime
    email_hash: str = ""
    has_paid_marker: bool = False
    is_test: bool = False
    bad_tokens: tuple[BadToken, ...] = ()
    doubles: tuple[Double, ...] = ()
    accounts: tuple[OtherAccount, ...] = ()
    addresses: tuple[KnownAddress, ...] = ()
