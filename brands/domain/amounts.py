"""Amounts by currency, as settings hold them."""

from collections.abc import Mapping

from core.money import EXPONENTS, MAX_MINOR


def are_amounts(amounts: Mapping[str, int]) -> bool:
    """Tell whether every key is a currency and every value a positive whole of minor units."""
    return all(
        currency in EXPONENTS and type(amount) is int and 0 < amount <= MAX_MINOR
        for currency, amount in amounts.items()
    )
