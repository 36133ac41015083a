"""Which rules no order line can reach, because an earlier one always takes it."""

from collections.abc import Mapping, Sequence

from brands.domain.rules import FLAT_KINDS, Conditions, Rule, take_alike

_WANTED = ("products", "skus", "collections", "groups", "enrollments", "countries", "codes")
_UNWANTED = ("excluded_products", "excluded_skus", "excluded_collections")
_CHOICES = ("gift_cards", "customer", "signal")


def list_unreached(rules: Sequence[Rule]) -> dict[int, int]:
    """Return the positions of rules that never fire, each with the rule that covers it.

    Only what one earlier rule covers alone is found: a rule named here is surely never reached,
    one that is not named may still be.
    """
    in_order = sorted(rules, key=lambda rule: rule.position)
    covered = {}
    for index, rule in enumerate(in_order):
        taker = next((early for early in in_order[:index] if _covers(early, rule)), None)
        if taker is not None:
            covered[rule.position] = taker.position
    return covered


def _covers(early: Rule, late: Rule) -> bool:
    """Tell whether every line that `late` fits is fitted by `early` too."""
    one, other = early.conditions, late.conditions
    return (
        take_alike(early.kind, late.kind)
        and _knows_currencies(early, late)
        and all(_is_wider(getattr(one, name), getattr(other, name)) for name in _WANTED)
        and all(set(getattr(one, name)) <= set(getattr(other, name)) for name in _UNWANTED)
        and all(getattr(one, name) in {"any", getattr(other, name)} for name in _CHOICES)
        and _is_wider_range(one, other)
    )


def _knows_currencies(early: Rule, late: Rule) -> bool:
    """Tell whether a flat rule has an amount wherever the later one has; it takes no shipping."""
    if early.kind not in FLAT_KINDS:
        return True
    return late.kind in FLAT_KINDS and set(late.amounts) <= set(early.amounts)


def _is_wider(one: Sequence[object], other: Sequence[object]) -> bool:
    return not one or (bool(other) and set(other) <= set(one))


def _is_wider_range(one: Conditions, other: Conditions) -> bool:
    low, high = one.min_order_value, one.max_order_value
    return _bounds(low, other.min_order_value, sign=1) and _bounds(
        high, other.max_order_value, sign=-1
    )


def _bounds(one: Mapping[str, int], other: Mapping[str, int], *, sign: int) -> bool:
    if not one:
        return True
    return bool(other) and all(
        currency in one and sign * one[currency] <= sign * bound
        for currency, bound in other.items()
    )
