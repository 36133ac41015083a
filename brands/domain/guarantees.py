"""Whether one list of rules pays every creator at least what another pays, whatever is ordered.

The answer is yes only where it can be shown line by line; anything else counts as no.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from brands.domain.rules import FITTING, FLAT_KINDS, Conditions, Rule, take_alike

NOTHING = Rule(rule_id=0, position=0, name="", kind="exclude")
AMONG = ("products", "skus", "groups", "enrollments", "countries", "codes")
EXCLUDED = {
    "excluded_products": "products",
    "excluded_skus": "skus",
    "excluded_collections": "collections",
}
CHOICES = ("gift_cards", "customer", "signal")


def pays_at_least(*, after: Sequence[Rule], before: Sequence[Rule]) -> bool:
    """Say whether no order line, lead, visit or view can earn less by `after` than by `before`."""
    return all(
        _pays_as_much(
            after=[rule for rule in after if take_alike(rule.kind, kind)],
            before=[rule for rule in before if take_alike(rule.kind, kind)],
        )
        for kind in ("exclude", *FITTING)
    )


def _pays_as_much(*, after: Sequence[Rule], before: Sequence[Rule]) -> bool:
    """Say whether no line can earn less, by the rules for one thing.

    A line that `before` gave to one rule and `after` gives to another must be paid at least the
    same by it. Such a pair of rules is left out only where no line can fall to both.
    """
    old = [*sorted(before, key=lambda rule: rule.position), NOTHING]
    new = [*sorted(after, key=lambda rule: rule.position), NOTHING]
    pairs = [
        (i, j)
        for i, was in enumerate(old)
        for j, now in enumerate(new)
        if was.kind != "exclude" and _may_meet(was, now, old[:i], new[:j])
    ]
    is_each_paid = all(_pays_line(old[i], new[j]) for i, j in pairs)
    shared = [j for _i, j in pairs if _pays_once(new[j])]
    return is_each_paid and len(shared) == len(set(shared))


def _may_meet(was: Rule, now: Rule, earlier: Sequence[Rule], above: Sequence[Rule]) -> bool:
    """Say whether a line may fall to `was` in the one list and to `now` in the other."""
    if not _are_compatible(was, now):
        return False
    is_caught_before = any(_implies(was, rule) for rule in above)
    return not is_caught_before and not any(_implies(now, rule) for rule in earlier)


def _pays_line(was: Rule, now: Rule) -> bool:
    if now.kind != was.kind or not _limits_no_more(was, now):
        return False
    if now.kind == "percent":
        return now.rate_bps >= was.rate_bps
    both = now.amounts.keys() & was.amounts.keys()
    is_as_much = all(now.amounts[currency] >= was.amounts[currency] for currency in both)
    is_as_whole = not now.is_pro_rata or (was.is_pro_rata and was.conditions == now.conditions)
    return is_as_much and is_as_whole


def _limits_no_more(was: Rule, now: Rule) -> bool:
    is_cap_kept = all(
        currency in was.cap_order and cap >= was.cap_order[currency]
        for currency, cap in now.cap_order.items()
    )
    return is_cap_kept and all(
        new is None or (old is not None and new >= old)
        for new, old in (
            (now.max_payments, was.max_payments),
            (now.max_months, was.max_months),
        )
    )


def _pays_once(rule: Rule) -> bool:
    """Say whether lines taken together earn less than the same lines taken by two such rules."""
    return rule.kind == "flat_order" or bool(rule.cap_order)


def _are_compatible(one: Rule, other: Rule) -> bool:
    a, b = one.conditions, other.conditions
    is_apart = any(
        getattr(a, name) and getattr(b, name) and not {*getattr(a, name)} & {*getattr(b, name)}
        for name in AMONG
    )
    differs = any(
        {"any"}.isdisjoint({getattr(a, name), getattr(b, name)})
        and getattr(a, name) != getattr(b, name)
        for name in CHOICES
    )
    flats = [{*rule.amounts} for rule in (one, other) if rule.kind in FLAT_KINDS]
    has_no_currency = len(flats) == 2 and flats[0].isdisjoint(flats[1])
    return not (is_apart or differs or has_no_currency)


def _implies(one: Rule, other: Rule) -> bool:
    """Say whether every line that `one` fits is fitted by `other` too."""
    a, b = one.conditions, other.conditions
    is_flat_covered = other.kind not in FLAT_KINDS or (
        one.kind in FLAT_KINDS and {*one.amounts} <= {*other.amounts}
    )
    return (
        is_flat_covered
        and all(_is_within(getattr(a, name), getattr(b, name)) for name in (*AMONG, "collections"))
        and all(_avoids(a, b, out, named) for out, named in EXCLUDED.items())
        and all(getattr(b, name) in {"any", getattr(a, name)} for name in CHOICES)
        and _is_stricter(a.min_order_value, b.min_order_value, sign=1)
        and _is_stricter(a.max_order_value, b.max_order_value, sign=-1)
        and bool(a.collections or a.excluded_collections)
        >= bool(b.collections or b.excluded_collections)
    )


def _is_within(narrow: tuple[Any, ...], wide: tuple[Any, ...]) -> bool:
    return not wide or (bool(narrow) and {*narrow} <= {*wide})


def _avoids(a: Conditions, b: Conditions, out: str, named: str) -> bool:
    """Say whether a line that fits `a` is none that `b` leaves out."""
    unwanted = {*getattr(b, out)} - {*getattr(a, out)}
    if named == "collections":  # a product may be in several
        return not unwanted
    wanted = {*getattr(a, named)}
    return not unwanted or (bool(wanted) and wanted.isdisjoint(unwanted))


def _is_stricter(narrow: Mapping[str, int], wide: Mapping[str, int], *, sign: int) -> bool:
    if not wide:
        return True
    return bool(narrow) and all(
        currency in wide and sign * bound >= sign * wide[currency]
        for currency, bound in narrow.items()
    )
