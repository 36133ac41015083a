"""For how long what a creator declares for tax may be relied on."""

from datetime import date

NEVER_ENDS = frozenset({"US"})  # Form W-9 holds until something changes
YEARS = 3  # Form W-8BEN: to the end of the third calendar year after its own


def find_last_day(*, country: str, declared: date) -> date | None:
    """Return the last day a declaration holds; None where it does not end by itself."""
    return None if country in NEVER_ENDS else date(declared.year + YEARS, 12, 31)
