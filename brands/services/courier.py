"""Bring what is due: calls run beside each other, so that a slow endpoint holds up itself alone."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import TypeAlias

from brands.services.delivering import Outcome, Parcel, claim_due, record

logger = logging.getLogger(__name__)

PLACES = 16
POLL_S = 0.5

Post: TypeAlias = Callable[[Parcel], Outcome]
"""Sends one parcel once. Runs in a thread of its own and touches no database."""


def deliver_due(*, post: Post, clock: Callable[[], datetime], budget_s: float) -> int:
    """Bring deliveries until none is due and none under way, or the budget is used.

    What is under way at its end is waited for. Returns how many calls were made.
    """
    ends_at = time.monotonic() + budget_s
    flying: dict[Future[Outcome], Parcel] = {}
    count = 0
    with ThreadPoolExecutor(PLACES, thread_name_prefix="courier") as pool:
        while True:
            if time.monotonic() < ends_at:
                for parcel in claim_due(now=clock(), places=PLACES - len(flying)):
                    flying[pool.submit(_post, post, parcel)] = parcel
                    count += 1
            if not flying:
                return count
            done, _ = wait(flying, timeout=POLL_S, return_when=FIRST_COMPLETED)
            for call in done:
                record(parcel=flying.pop(call), outcome=call.result(), now=clock())


def _post(post: Post, parcel: Parcel) -> Outcome:
    """Call, and let no fault of our own stand before the deliveries of others."""
    began = time.monotonic()
    try:
        return post(parcel)
    except Exception:
        logger.exception("delivery %s could not be sent", parcel.delivery_id)
        return Outcome(None, "internal", round((time.monotonic() - began) * 1000))
