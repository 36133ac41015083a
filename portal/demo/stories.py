"""Orders that each show one thing; the tour in the docs links to them by their number."""

from dataclasses import dataclass, field, replace

from portal.demo.calendar import Calendar
from portal.demo.cast import PRODUCTS, Product, email_of
from portal.demo.sales import Later, Return, Sale, Touch, all_goods, goods_of

NUMBERED = "partial_refund"
NUMBER = 1042

_GOODS = {product.key: product for product in PRODUCTS}


@dataclass
class Stories:
    """Planted orders, and what becomes of them."""

    calendar: Calendar
    sales: list[Sale] = field(default_factory=list)
    later: list[Later] = field(default_factory=list)

    def order(self, story: str, day: int, clock: str, goods: str, **more: object) -> Sale:
        """Plan an order; `goods` such as "cups*2 grinder"."""
        sale = Sale(
            placed_at=self.calendar.at(day, clock),
            basket=_basket(goods),
            shopper=f"{story.replace('_', '-')}-{day}@mail.example",
            story=story,
            **more,  # type: ignore[arg-type]
        )
        self.sales.append(sale)
        return sale

    def touch(self, creator: str, day: int, clock: str) -> tuple[Touch, ...]:
        return (Touch(creator, self.calendar.at(day, clock)),)

    def tell(self, sale: Sale, day: int, clock: str, kind: str, back: Return | None = None) -> None:
        self.later.append(Later(self.calendar.at(day, clock), sale, kind, back))

    def edit(self, sale: Sale, day: int, clock: str, goods: str) -> None:
        """Plan that the shopper changes what he ordered."""
        edited = replace(sale, basket=_basket(goods))
        self.later.append(Later(self.calendar.at(day, clock), sale, "order.updated", edited=edited))


def plan_stories(calendar: Calendar) -> Stories:
    """Return every planted order with what follows."""
    stories = Stories(calendar)
    for plan in (
        _plan_pricing,
        _plan_credit,
        _plan_no_credit,
        _plan_refunds,
        _plan_first_run,
        _plan_netted,
        _plan_to_recover,
        _plan_failed_payout,
        _plan_disputes,
        _plan_reviews,
        _plan_rewards,
        _plan_today,
    ):
        plan(stories)
    return stories


def _basket(goods: str) -> tuple[tuple[Product, int], ...]:
    parts = [part.partition("*") for part in goods.split()]
    return tuple((_GOODS[key], int(count or 1)) for key, _, count in parts)


def _plan_pricing(stories: Stories) -> None:
    stories.order(
        "first_rule_wins",
        17,
        "10:24",
        "beans*2 moka",
        touches=stories.touch("clara", 18, "21:10"),
    )
    stories.order("gift_card", 8, "12:31", "gift*2", code="ANNA10")
    stories.order(
        "old_rules", 70, "19:12", "beans*2 kettle", touches=stories.touch("anna", 71, "20:45")
    )


def _plan_credit(stories: Stories) -> None:
    stories.order(
        "code_beats_click",
        18,
        "17:20",
        "kettle board",
        code="BEN10",
        touches=stories.touch("anna", 25, "20:15"),
    )
    stories.order("credited_by_hand", 13, "09:48", "pan moka")
    stories.order(
        "last_click",
        37,
        "20:03",
        "grinder",
        touches=(*stories.touch("anna", 38, "08:12"), *stories.touch("clara", 45, "18:30")),
    )


def _plan_no_credit(stories: Stories) -> None:
    stories.order(
        "outside_window", 15, "11:05", "grinder", touches=stories.touch("clara", 50, "16:40")
    )
    stories.order("code_needs_click", 16, "13:37", "pan", code="CORNER5")
    stories.order("bad_token", 23, "18:55", "moka", forged="A" * 50)
    own = stories.order("own_order", 30, "08:20", "board", code="BEN10")
    stories.sales[-1] = replace(own, shopper=email_of("ben"))
    stories.order("suspended", 14, "15:45", "cups*2", code="VERA10")
    stories.order("test_order", 117, "10:00", "beans", is_test=True, code="ANNA10")
    stories.order("not_paid", 2, "10:30", "pan*2 board", code="ANNA10", status="pending")


def _plan_refunds(stories: Stories) -> None:
    sale = stories.order(
        NUMBERED,
        20,
        "18:42",
        "cups*2 grinder gift",
        code="ANNA10",
        discount=2000,
        touches=stories.touch("ben", 29, "07:35"),
    )
    stories.tell(sale, 12, "09:30", "refund.created", Return(goods_of(sale, {1: 1})))
    early = stories.order(
        "refund_first",
        14,
        "13:20",
        "kettle*2",
        touches=stories.touch("ben", 15, "19:00"),
        received_at=stories.calendar.at(14, "15:00:40"),  # the shop had to try again
    )
    stories.tell(early, 14, "15:00", "refund.created", Return(goods_of(early, {1: 1})))
    gone = stories.order("cancelled", 27, "16:10", "moka", code="HUGO10")
    stories.tell(gone, 26, "09:05", "order.cancelled")
    invoice = stories.order("paid_later", 44, "11:15", "board", code="BEN10", status="pending")
    stories.tell(invoice, 41, "10:02", "order.paid")


def _plan_first_run(stories: Stories) -> None:
    """Plan what the first run of all pays: an old friend tried the program before the others."""
    for day, goods in ((143, "kettle*2 pan"), (136, "grinder moka")):
        touches = stories.touch("sami", day + 1, "18:05")
        stories.order("", day, "11:30", goods, touches=touches)


def _plan_netted(stories: Stories) -> None:
    """Plan a refund after the first payout: 8.40 is taken from the second one."""
    back = stories.order(
        "netted", 100, "10:12", "board", touches=stories.touch("emi", 101, "09:15")
    )
    for day, goods in (
        (97, "kettle pan"),
        (95, "grinder"),
        (75, "pan*2"),
        (72, "kettle*2 grinder"),
    ):
        touches = stories.touch("emi", day + 1, "20:20")
        stories.order("", day, "14:25", goods, touches=touches)
    stories.tell(back, 40, "11:11", "refund.created", Return(all_goods(back)))


def _plan_to_recover(stories: Stories) -> None:
    """Plan a refund after the second payout: 12.80 is still to be recovered."""
    touches = stories.touch("dario", 76, "12:50")
    back = stories.order("to_recover", 75, "16:32", "grinder moka", touches=touches)
    for day, goods in ((71, "kettle cups"), (67, "pan"), (6, "cups")):
        touches = stories.touch("dario", day + 2, "19:40")
        stories.order("", day, "17:05", goods, touches=touches)
    stories.tell(back, 10, "10:10", "refund.created", Return(all_goods(back)))


def _plan_failed_payout(stories: Stories) -> None:
    for day, goods in ((78, "grinder pan"), (70, "kettle*2")):
        touches = stories.touch("farid", day + 1, "21:00")
        stories.order("failed_payout", day, "12:15", goods, touches=touches)


def _plan_disputes(stories: Stories) -> None:
    for story, creator, day, opened in (
        ("dispute_open", "ben", 33, 5),
        ("dispute_lost", "clara", 64, 50),
        ("dispute_won", "gusto-notes", 58, 47),
    ):
        touches = stories.touch(creator, day + 1, "18:18")
        sale = stories.order(story, day, "19:19", "board cups", touches=touches)
        stories.tell(sale, opened, "06:00", "dispute.opened")
        if story != "dispute_open":
            kind = story.replace("_", ".")
            stories.tell(sale, opened - 9, "06:00", kind)


def _plan_reviews(stories: Stories) -> None:
    for story, creator, day in (
        ("held", "coupon-corner", 21),
        ("rejected", "coupon-corner", 27),
        ("adjusted", "anna", 28),
    ):
        touches = stories.touch(creator, day, "15:02")
        stories.order(story, day, "15:04", "grinder cups", touches=touches)


def _plan_rewards(stories: Stories) -> None:
    """Plan a hotel's order that a creator's weekly cap cuts, and a bonus lost by a refund."""
    sale = stories.order(
        "cap_cut",
        66,
        "14:40",
        "grinder*20 kettle*20",
        touches=stories.touch("ruben", 67, "20:10"),
    )
    stories.edit(sale, 63, "10:05", "grinder*20 kettle*15")
    back = stories.order(
        "bonus_lost", 16, "11:50", "grinder*4 pan*3", touches=stories.touch("pia", 17, "19:25")
    )
    stories.tell(back, 8, "14:00", "refund.created", Return(all_goods(back)))


def _plan_today(stories: Stories) -> None:
    """Plan two orders of the last hours."""
    ago = stories.calendar.ago
    for minutes, goods, creator in ((190, "filter cups", "anna"), (47, "moka", "")):
        touch = (Touch(creator, ago(minutes + 25)),) if creator else ()
        sale = Sale(
            placed_at=ago(minutes),
            basket=_basket(goods),
            shopper=f"today-{minutes}@mail.example",
            touches=touch,
        )
        stories.sales.append(sale)
