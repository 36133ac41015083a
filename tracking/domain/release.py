"""When a commission is released: computed once from the order's facts, never moved by settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tracking.domain.codec import iso_utc, to_utc

Anchor = Literal["paid", "fulfilled", "delivered"]

PENDING = "hold.pending"
WAITS_EVENT = "hold.waits_event"

# A store may tell an older payment time by at most this, so that no message can shorten a hold.
MAX_BACKDATING = timedelta(hours=72)
# A shipment or delivery that is never reported holds a commission no longer than this.
EVENT_WAIT = timedelta(days=45)
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ReleaseDate:
    """When a hold ends, in UTC.

    `anchor_at`: what it counts from; the payment, while the fact of another anchor is awaited.
    `release_at` is None until the fact of the anchor arrives; it is never later than `latest_at`,
    which holds if the news never comes.
    """

    release_at: datetime | None
    latest_at: datetime
    anchor_at: datetime
    code: str
    params: Mapping[str, str | int]


def release_date(
    *,
    paid_at: datetime,
    received_at: datetime,
    hold_days: int,
    anchor: Anchor = "paid",
    fulfilled_at: datetime | None = None,
    delivered_at: datetime | None = None,
    is_trusted_history: bool = False,
) -> ReleaseDate:
    """Compute the end of a hold of `hold_days` times 24 hours.

    `received_at`: the first receipt of the payment. `is_trusted_history`: finance imported or
    replayed it and vouches for `paid_at`, which is then not clamped.

    :raises ValueError: a negative hold, or a time without its zone.
    """
    if hold_days < 0:
        raise ValueError("a hold is zero days or more")
    paid = to_utc(paid_at) if is_trusted_history else _clamp(to_utc(paid_at), to_utc(received_at))
    event_at = {"paid": paid, "fulfilled": fulfilled_at, "delivered": delivered_at}[anchor]
    wait = timedelta(0) if anchor == "paid" else EVENT_WAIT
    latest_at = paid + wait + hold_days * DAY
    params: dict[str, str | int] = {"event": anchor, "paid_date": iso_utc(paid), "days": hold_days}
    if event_at is None:
        params["latest_date"] = iso_utc(latest_at)
        return ReleaseDate(None, latest_at, paid, WAITS_EVENT, params)
    # An event before the payment does not shorten the hold, one after the wait does not extend it.
    anchor_at = min(max(to_utc(event_at), paid), paid + wait)
    release_at = anchor_at + hold_days * DAY
    params |= {"event_date": iso_utc(anchor_at), "release_date": iso_utc(release_at)}
    return ReleaseDate(release_at, latest_at, anchor_at, PENDING, params)


def _clamp(paid_at: datetime, received_at: datetime) -> datetime:
    return min(max(paid_at, received_at - MAX_BACKDATING), received_at)
