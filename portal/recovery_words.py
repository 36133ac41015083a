"""What is to recover from a creator, and what was written off, in sentences for both sides."""

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from core.wording import Audience, Reader
from payouts import wording
from payouts.selectors import Standing


def say_recovery(standing: Standing, *, audience: Audience) -> list[str]:
    """Say until when each part is taken from later commissions, and what was given up so far."""
    place = standing.affiliation
    known = {"brand": place.brand.name, "creator": str(place.affiliate)}
    reader = Reader(audience=audience, zone=ZoneInfo(place.brand.time_zone), known=known)
    by_day: Counter[date] = Counter()
    for one in standing.recoveries:
        by_day[one.last_day] += one.amount.amount_minor
    facts = [
        ("recovery.open", minor, {"date": day.isoformat()}) for day, minor in sorted(by_day.items())
    ]
    if standing.written_off:
        facts.append(("recovery.written_off", standing.written_off.amount_minor, {}))
    return [
        wording.explain(
            code=code,
            params={"amount": minor, "currency": standing.currency, **more},
            reader=reader,
        )
        for code, minor, more in facts
    ]
