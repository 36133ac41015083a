"""A shop that lets discount codes be made from outside: what is asked of it, how it may fail."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from brands.services.platforms import Text
from tracking.domain.storecodes import Listed, Wanted

# What is wrong with one code, or with the discount of its program; all else is the whole shop's.
OF_ONE_CODE = frozenset({"taken", "refused", "bad_text", "no_coupon", "no_amount", "no_minimum"})
# After these it is sure that nothing was made.
NOTHING_MADE = frozenset(
    {"keys_refused", "too_often", "bad_address", "not_allowed", "not_found", "bad_text"}
)


class BookFailed(Exception):
    """The shop did not do it. `code` says why, `retry_after` how long the shop wants peace.

    `detail`: the shop's own words, or the name of what is missing.
    """

    def __init__(
        self, code: str, detail: str = "", *, retry_after: timedelta = timedelta(0)
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail[:200]
        self.retry_after = retry_after

    @property
    def is_of_one_code(self) -> bool:
        return self.code in OF_ONE_CODE

    @property
    def may_have_been_done(self) -> bool:
        return self.code not in NOTHING_MADE


@dataclass(frozen=True, slots=True)
class BookTraits:
    """What the codes of a platform can be.

    `kinds`: of a discount. `once_label`: what the shop means by once. `keys_need`: what its keys
    must be allowed to do, beside reading orders. `has_many_minimums`: one for each currency.
    """

    kinds: tuple[str, ...]
    once_label: Text
    keys_need: Text
    has_many_minimums: bool = True


class CodeBook(Protocol):
    """The codes of one shop. Each method raises BookFailed."""

    def get_currency(self, wanted: str) -> str:
        """Return the currency the shop reckons in; `wanted` where it takes any."""
        ...

    def find(self, *, text: str, ref: str) -> Listed | None:
        """Return a code by its text, in whatever case, or by the shop's id of it."""
        ...

    def create(self, wanted: Wanted) -> Listed:
        """Make a code that works at once; `taken` where the shop has one of this text."""
        ...

    def change(self, listed: Listed, wanted: Wanted) -> Listed:
        """Let a code give what is wanted; returns it as it is then, whether on or off."""
        ...

    def enable(self, listed: Listed) -> None: ...

    def disable(self, listed: Listed) -> None: ...
