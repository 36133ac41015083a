"""What a link or a code brought, counted by the app that sees clicks and orders."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.money import Money


@dataclass(frozen=True, slots=True)
class Figures:
    """`clicks` can earn; `unique` leaves out repeats; `not_counted` are bots and the like.

    `earned`: one amount per currency.
    """

    clicks: int = 0
    unique: int = 0
    not_counted: int = 0
    orders: int = 0
    earned: Sequence[Money] = ()


NOTHING = Figures()
