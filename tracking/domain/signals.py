"""Which signals an order carried: what its clicks and codes say, apart from who was credited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tracking.domain.reasons import (
    LOST_ACCOUNT,
    LOST_DOUBLE,
    LOST_NOT_COUNTED,
    LOST_NOT_MEMBER,
    LOST_PAID_AD,
    LOST_SELF,
    LOST_SUSPENDED,
    LOST_WINDOW,
)

TokenState = Literal["valid", "expired", "not_counted", "barred", "unreadable"]
Signal = Literal["token", "code", "both", "none"]

_STATES: Mapping[str, TokenState] = {
    LOST_WINDOW: "expired",
    LOST_NOT_COUNTED: "not_counted",
    LOST_NOT_MEMBER: "barred",
    LOST_SUSPENDED: "barred",
    LOST_SELF: "barred",
    LOST_ACCOUNT: "barred",
    LOST_DOUBLE: "barred",
    LOST_PAID_AD: "barred",
}
_BEST: tuple[TokenState, ...] = ("valid", "barred", "expired", "not_counted", "unreadable")


@dataclass(frozen=True, slots=True)
class Carried:
    """What an order carried of one program, or of any. `token` is the best of its tokens."""

    token: TokenState | None = None
    has_code: bool = False

    @property
    def signal(self) -> Signal:
        if self.token is not None:
            return "both" if self.has_code else "token"
        return "code" if self.has_code else "none"


@dataclass(frozen=True, slots=True)
class OrderSignals:
    """What an order carried: of whatever kind, and by program, by its id as text."""

    whole: Carried = Carried()
    by_program: Mapping[str, Carried] = field(default_factory=dict)


def read_signals(*, tokens: int, rows: Iterable[Mapping[str, Any]]) -> OrderSignals:
    """Read what an order carried from its number of tokens and its stored candidates.

    A token is as good as its candidate, whoever won: one that only lost to another is valid. One
    without a candidate proves nothing here and belongs to no program.
    """
    clicks: dict[str, list[TokenState]] = {}
    codes: set[str] = set()
    for row in rows:
        candidate = row["candidate"]
        program = candidate["party"]["program"]
        if candidate["kind"] == "click":
            clicks.setdefault(program, []).append(_STATES.get(row["code"], "valid"))
        elif candidate["kind"] == "code":
            codes.add(program)
    every: list[TokenState] = [state for states in clicks.values() for state in states]
    if tokens and not every:
        every = ["unreadable"]
    return OrderSignals(
        whole=Carried(_pick(every), bool(codes)),
        by_program={
            program: Carried(_pick(clicks.get(program, [])), program in codes)
            for program in sorted({*clicks, *codes})
        },
    )


def _pick(states: Iterable[TokenState]) -> TokenState | None:
    return min(states, key=_BEST.index, default=None)
