"""Whether a click counts, and why. Pure: headers and states in, a verdict with its reason out.

Every click is kept with its verdict. From `COUNTED` on it may earn; a mark never takes that away,
so two shoppers behind one address with the same browser are two clicks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from tracking.domain.agent import Agent, AgentKind

REPEAT_WINDOW_S = 3600
FLOOD_WINDOW_S = 600
FLOOD_LIMIT = 30

# What a paused program owes: its existing links keep earning.
EARNING_STATUSES = frozenset({"live", "paused"})


class Verdict(IntEnum):
    """The numbers of tracking.models.Verdict; this one knows no Django."""

    BOT = 1
    HEAD = 2
    PREFETCH = 3
    PREVIEW = 4
    EMBEDDED = 5
    ARCHIVED = 6
    PROGRAM_OFF = 7
    COUNTED = 16
    REPEAT = 17
    LIMITED = 18
    UNVERIFIED = 19
    NO_CONSENT = 20
    RECOVERED = 21  # never judged here: its row came later, from the token of an order

    @property
    def is_attributable(self) -> bool:
        """Whether an order may be credited to such a click."""
        return self >= Verdict.COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the request says of itself; header values in small letters, empty where absent."""

    method: str = "GET"
    purpose: str = ""  # Sec-Purpose, Purpose, X-Purpose and X-Moz, joined
    fetch_dest: str = ""
    fetch_mode: str = ""
    has_gpc: bool = False
    agent: Agent


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """What bears on counting a click of this link now."""

    archived_at: datetime | None = None
    program_status: str = "live"
    is_brand_active: bool = True
    is_honouring_gpc: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What came before: this visitor's last click of the link, opens of it from this network."""

    seen_at: datetime | None = None
    net_opens: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict and the parameters of its reason."""

    verdict: Verdict
    params: Mapping[str, str | int] = field(default_factory=dict)


def judge(*, visit: Visit, link: LinkState, earlier: Earlier) -> Ruling:
    """Say whether a click counts: first what excludes it, then what marks it.

    A suspended creator's click is counted here; attribution asks about him when an order comes.
    """
    return _find_machine(visit) or _find_closed(link) or _mark(visit, link, earlier)


def _find_machine(visit: Visit) -> Ruling | None:
    """Find what says that no person opened the link."""
    if visit.method == "HEAD":
        return Ruling(Verdict.HEAD)
    if "prefetch" in visit.purpose or "prerender" in visit.purpose:
        return Ruling(Verdict.PREFETCH)
    if "preview" in visit.purpose or visit.agent.kind is AgentKind.PREVIEW:
        return Ruling(Verdict.PREVIEW, {"service": visit.agent.name})
    if visit.agent.kind is AgentKind.BOT:
        return Ruling(Verdict.BOT, {"agent": visit.agent.name})
    if visit.fetch_dest not in {"", "document"} or visit.fetch_mode not in {"", "navigate"}:
        return Ruling(Verdict.EMBEDDED, {"dest": visit.fetch_dest, "mode": visit.fetch_mode})
    return None


def _find_closed(link: LinkState) -> Ruling | None:
    """Find what says that this link earns nothing now."""
    if link.archived_at is not None:
        return Ruling(Verdict.ARCHIVED, {"at": link.archived_at.isoformat()})
    if link.program_status not in EARNING_STATUSES:
        return Ruling(Verdict.PROGRAM_OFF, {"status": link.program_status})
    if not link.is_brand_active:
        return Ruling(Verdict.PROGRAM_OFF, {"status": "brand_inactive"})
    return None


def _mark(visit: Visit, link: LinkState, earlier: Earlier) -> Ruling:
    """Count it, with the weightiest mark: wish not to be followed, flood, repeat, unverified."""
    if visit.has_gpc and link.is_honouring_gpc:
        return Ruling(Verdict.NO_CONSENT)
    if earlier.net_opens >= FLOOD_LIMIT:
        return Ruling(Verdict.LIMITED, {"limit": FLOOD_LIMIT, "minutes": FLOOD_WINDOW_S // 60})
    if earlier.seen_at is not None:
        return Ruling(Verdict.REPEAT, {"time": earlier.seen_at.isoformat()})
    if not (visit.fetch_dest and visit.fetch_mode):
        return Ruling(Verdict.UNVERIFIED)
    return Ruling(Verdict.COUNTED)
