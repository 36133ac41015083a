"""Is every order priced as its facts say: each is computed anew with the functions that price."""

from collections.abc import Sequence
from time import perf_counter

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.books.checks import SHOWN, Matter, Result
from tracking.services.repricing import Odd, reprice_orders

Named = tuple[str, str, Promise]  # code, number, what it compares

COLUMNS: Named = (
    "order_is_its_facts",
    "RC4",
    _("Each order's amounts are those of what is known of it"),
)
TARGETS: Named = (
    "commission_is_priced",
    "RC5",
    _("Each commission is what its order's facts and kept decision make it"),
)


def check_orders(*, brand_id: int) -> tuple[Result, Result]:
    """Compute every order of a brand anew; both results name the time it took."""
    started = perf_counter()
    found = reprice_orders(brand_id=brand_id)
    seconds = perf_counter() - started
    return (
        _result(COLUMNS, found.orders, found.columns, 0.0),
        _result(TARGETS, found.orders, found.commissions, seconds),
    )


def _result(check: Named, examined: int, odd: Sequence[Odd], seconds: float) -> Result:
    code, number, about = check
    return Result(
        code=code,
        number=number,
        about=about,
        matter=Matter.MONEY,
        examined=examined,
        differences=len(odd),
        keys=tuple(one.order for one in odd[:SHOWN]),
        largest_minor=max((one.diff_minor for one in odd), default=0),
        seconds=seconds,
    )
