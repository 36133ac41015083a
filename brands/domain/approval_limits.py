"""From which total a second person approves a payout run.

Who raises or removes a limit cannot use it himself the same day: the stricter limit holds on for a
while, so that the owners, who are told, can undo it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

LOOSENED_WAIT = timedelta(hours=24)


def is_looser(*, before: Mapping[str, int], after: Mapping[str, int]) -> bool:
    """Say whether any currency's limit is higher than before, or gone."""
    return any(after.get(currency, minor + 1) > minor for currency, minor in before.items())


def keep_limits(
    *, before: Mapping[str, int], past: Sequence[Mapping[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """Return the limits that hold on beside newer, looser ones, each until its end."""
    held = [dict(one) for one in past if now < datetime.fromisoformat(one["until"])]
    return [*held, {"limits": dict(before), "until": (now + LOOSENED_WAIT).isoformat()}]


def find_limit(
    *,
    limits: Mapping[str, int],
    past: Sequence[Mapping[str, Any]],
    currency: str,
    now: datetime,
) -> int | None:
    """Return the strictest limit that holds now in a currency; None where there is none."""
    held = [one["limits"] for one in past if now < datetime.fromisoformat(one["until"])]
    found = [one[currency] for one in (limits, *held) if currency in one]
    return min(found, default=None)
