"""What of each order line counts for a commission, before refunds and after them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from brands.domain.records import Record
from brands.domain.rules import PriceLine, PriceOrder
from core.money import allocate, divide_half_up


@dataclass(frozen=True, slots=True)
class BasePolicy(Record):
    """What the program counts.

    Of a line counts `net_ex_tax`; with `include_tax` also `tax`. `before_discount` undoes the
    line's discount by its own proportion, gross / (gross - discount), which is exact whether the
    shop's prices contain tax or not; a line discounted to nothing counts its gross.

    `cap_order`: the program's limit per order, minor units by currency. `currency`: the program's
    own; an order in another one is priced with a note that it is kept apart.
    """

    before_discount: bool = False
    include_tax: bool = False
    include_shipping: bool = False
    exclude_gift_cards: bool = True
    cap_order: Mapping[str, int] = field(default_factory=dict)
    currency: str = ""


@dataclass(frozen=True, slots=True)
class LineBase:
    """The base of a line before refunds, what is left of it, and the units that still count."""

    before: int
    left: int
    units: int


NOTHING = LineBase(0, 0, 0)


def count_bases(*, order: PriceOrder, policy: BasePolicy) -> tuple[LineBase, ...]:
    """Return the base of every line, in the order of the lines.

    Refunds that name a line reduce it; the rest is spread over the goods that count, by what is
    left of their net, by the largest remainder. Of each line `0 <= left <= before`; a line whose
    net is refunded counts nothing, whatever its tax or units say, and once all goods are refunded
    no goods count. Refunds that name their lines never raise `left`. Where an unnamed one is spread
    over three or more lines, the largest remainder may move as refunds grow (the Alabama paradox)
    and give a line one minor unit of net back, never more.
    """
    if order.is_void:
        return (NOTHING,) * len(order.lines)
    kept = _kept_nets(order, policy)
    is_all_back = _is_all_back(order)
    return tuple(
        _line_base(line, policy, net_kept, is_all_back=is_all_back)
        for line, net_kept in zip(order.lines, kept, strict=True)
    )


def _kept_nets(order: PriceOrder, policy: BasePolicy) -> list[int]:
    left = [_net_left(line) for line in order.lines]
    weights = [
        net if _is_counted(line, policy) and not line.is_shipping else 0
        for line, net in zip(order.lines, left, strict=True)
    ]
    shares = _spread(order.amount_refunded, weights)
    return [net - share for net, share in zip(left, shares, strict=True)]


def _spread(amount: int, weights: Sequence[int]) -> list[int]:
    whole = min(amount, sum(weights))
    return allocate(whole, weights) if whole > 0 else [0] * len(weights)


def _is_all_back(order: PriceOrder) -> bool:
    goods = [line for line in order.lines if not line.is_shipping]
    left = sum(_net_left(line) for line in goods)
    return left <= order.amount_refunded and any(line.net_ex_tax > 0 for line in goods)


def _is_counted(line: PriceLine, policy: BasePolicy) -> bool:
    if line.is_shipping:
        return policy.include_shipping
    return not (line.is_gift_card and policy.exclude_gift_cards)


def _line_base(
    line: PriceLine, policy: BasePolicy, net_kept: int, *, is_all_back: bool
) -> LineBase:
    if line.is_lead:
        return LineBase(0, 0, line.quantity)
    if not _is_counted(line, policy):
        return NOTHING
    units = max(0, line.quantity - line.refunded_quantity)
    if policy.before_discount and line.gross <= line.discount:
        before, left = line.gross, 0 if is_all_back else _by_units(line, units)
    else:
        before = _restore_discount(line, policy, _paid(line, policy))
        left = _restore_discount(line, policy, _paid_left(line, policy, net_kept))
    return LineBase(before, left, units if left else 0)


def _by_units(line: PriceLine, units: int) -> int:
    """Count by units: of a line that cost nothing, only they tell how much came back."""
    return divide_half_up(line.gross * units, line.quantity) if line.quantity > 0 else 0


def _paid(line: PriceLine, policy: BasePolicy) -> int:
    if line.net_ex_tax <= 0:
        return 0
    return line.net_ex_tax + (line.tax if policy.include_tax else 0)


def _paid_left(line: PriceLine, policy: BasePolicy, net_kept: int) -> int:
    """Take off the line's own refund exactly; the share of an unnamed one takes tax with it."""
    if net_kept <= 0:
        return 0
    tax_left = max(0, line.tax - line.refunded_tax) if policy.include_tax else 0
    return net_kept + divide_half_up(tax_left * net_kept, _net_left(line))


def _restore_discount(line: PriceLine, policy: BasePolicy, paid: int) -> int:
    if not policy.before_discount:
        return paid
    return divide_half_up(paid * line.gross, line.gross - line.discount)


def _net_left(line: PriceLine) -> int:
    return max(0, line.net_ex_tax - line.refunded_net)
