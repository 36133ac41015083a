"""A draft of rules tried on past orders: the same arithmetic, nothing written, one answer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse

from brands.models import Program, WhatIf
from brands.services.rules import RuleDraft
from core.clock import database_now
from core.snapshots import read_snapshot
from ledger.models import Entry
from tests.brands.pages import sign_in_as
from tests.makers import (
    make_brand,
    make_code,
    make_connection,
    make_draft_program,
    make_enrollment,
    make_program,
    make_rules,
    make_user,
    make_what_if,
    percent_rule,
)
from tests.portal.text import plain
from tests.shop import Shop, code, line, stamp
from tracking.models import Commission, CommissionChange
from tracking.services import whatifs

PERCENT = {"gift_cards": "any", "customer": "any", "signal": "any", "kind": "percent"}


@pytest.fixture
def shop():
    """Two creators, one by percent of mugs alone; orders in two currencies, one refunded."""
    program = make_program(make_brand(), [percent_rule(1000)])
    make_code(make_enrollment(program, user=make_user(name="Anna")), "MUGS-A")
    make_code(make_enrollment(program, user=make_user(name="Ben")), "MUGS-B")
    shop = Shop(make_connection(program.brand))
    shop.program = program
    shop.pay("1", discounts=code("MUGS-A"))
    shop.pay("2", discounts=code("MUGS-B"), total="40.00", lines=[line("2", "40.00")])
    shop.refund("2", "r1", "10.00", lines=[{"id": "2", "quantity": 0, "net": "10.00"}])
    yen = {"currency": "JPY", "total": "5000", "lines": [line("1", "5000", discount="0", tax="0")]}
    shop.pay("3", discounts=code("MUGS-B", "0"), **yen)
    shop.pay("4")
    return shop


@pytest.fixture
def manager(shop):
    return sign_in_as(shop.program.brand, "manager")


def page(shop, name="portal:what-if", *ids):
    return reverse(name, args=[shop.program.brand.slug, *ids])


def draft_mugs_only(shop, client):
    """Replace the one rule by 20 % of the article of order 1, in the editor."""
    data = PERCENT | {"name": "Mugs", "rate_bps": "20", "skus": "SKU-1"}
    url = reverse("brands:rule-edit", args=[shop.program.brand.slug, 1])
    assert client.post(url, data).status_code == 303


def ask(shop, client, **data):
    asked = client.post(page(shop), {"period": "30", "is_base_without_gift_cards": "on"} | data)
    assert asked.status_code == 303, plain(asked)
    return WhatIf.objects.latest("pk"), client.get(asked.headers["Location"])


@pytest.mark.django_db
def test_costs_stand_by_currency_with_who_gains_and_who_loses(shop, manager):
    draft_mugs_only(shop, manager)
    row, answer = ask(shop, manager)

    euro, yen = row.result["totals"]
    assert (euro["currency"], euro["orders"], euro["before"], euro["after"]) == (
        "EUR",
        2,
        1300,
        2000,
    )
    assert (euro["changed"], euro["lost"]) == (2, 1)
    assert (yen["currency"], yen["before"], yen["after"], yen["lost"]) == ("JPY", 500, 1000, 0)
    text = plain(answer)
    assert "Commissions: +7.00 EUR" in text and "Commissions: +500 JPY" in text
    loses, gains = text.index("Who loses"), text.index("Who gains")
    assert loses < text.index("Ben", loses) < gains < text.index("Anna", gains)


@pytest.mark.django_db
def test_nothing_of_the_orders_is_changed(shop, manager):
    before = list(Commission.objects.order_by("pk").values())
    counts = Entry.objects.count(), CommissionChange.objects.count()
    draft_mugs_only(shop, manager)

    ask(shop, manager)

    assert list(Commission.objects.order_by("pk").values()) == before
    assert (Entry.objects.count(), CommissionChange.objects.count()) == counts


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_refuses_every_write(committed):
    with pytest.raises(DatabaseError, match="read-only"), read_snapshot():
        make_user()


@pytest.mark.django_db
def test_rules_in_force_tried_on_their_own_orders_change_nothing(shop, manager):
    row, answer = ask(shop, manager)

    assert [(t["before"], t["after"], t["changed"]) for t in row.result["totals"]] == [
        (1300, 1300, 0),
        (500, 500, 0),
    ]
    assert "For 2 creators nothing changes." in plain(answer)


@pytest.mark.django_db
def test_what_counts_may_be_tried_too(shop, manager):
    make = {"total": "120.00", "lines": [line("9", "120.00", discount="20.00", tax="0.00")]}
    shop.pay("5", discounts=code("MUGS-A", "20.00"), **make)

    row, _answer = ask(shop, manager, is_base_before_discount="on")

    assert row.result["totals"][0]["after"] - row.result["totals"][0]["before"] == 200


@pytest.mark.django_db
def test_a_rejected_commission_a_test_and_another_time_are_left_out(shop, manager):
    late = shop.now + timedelta(days=40)
    Commission.objects.filter(order=shop.get("1")).update(rejected_at=late)
    shop.pay("6", discounts=code("MUGS-A"), test=True)

    row, _answer = ask(shop, manager)
    old, empty = ask(shop, manager, period="own", since="2020-01-01", until="2020-01-31")

    assert row.result["totals"][0]["orders"] == 1
    assert old.result["totals"] == [] and "No credited order in this time" in plain(empty)
    assert old.until == datetime(2020, 1, 31, 23, tzinfo=UTC)


@pytest.mark.django_db
def test_the_publication_shows_the_answer_for_this_very_draft_only(shop, manager):
    publish = reverse("brands:rules-publish", args=[shop.program.brand.slug])
    draft_mugs_only(shop, manager)
    untried = plain(manager.get(publish))
    ask(shop, manager)
    tried = plain(manager.get(publish))
    manager.post(
        reverse("brands:rule-create", args=[shop.program.brand.slug]),
        PERCENT | {"name": "Rest", "rate_bps": "1"},
    )

    assert "This draft was not tried yet." in untried
    assert "13.00 EUR would have been 20.00 EUR; of 2 orders 1 lose their rule." in tried
    assert "This draft was not tried yet." in plain(manager.get(publish))
    detail = manager.get(page(shop, "portal:what-if-detail", WhatIf.objects.get().public_id))
    assert "This is not what you would publish now" in plain(detail)


@pytest.mark.django_db
def test_the_file_holds_sums_creators_and_orders(shop, manager):
    draft_mugs_only(shop, manager)
    row, _answer = ask(shop, manager)

    answer = manager.post(page(shop, "portal:what-if-file", row.public_id))
    lines = b"".join(answer.streaming_content).decode().splitlines()

    assert lines[0] == "record,id,name,currency,orders,leads,before,after,change"
    assert "total,,,EUR,2,0,13.00,20.00,7.00" in lines
    assert any(one.endswith(",Ben,EUR,1,0,3.00,0.00,-3.00") for one in lines)
    assert any(one.startswith("order,") and one.endswith("JPY,1,0,500,1000,500") for one in lines)


@pytest.mark.django_db
def test_two_workers_keep_one_answer_and_a_dead_one_is_followed(shop):
    row, now = make_what_if(shop.program, now=database_now()), database_now()

    first = whatifs.claim(what_if_id=row.pk, real_now=now)
    assert whatifs.claim(what_if_id=row.pk, real_now=now) is None
    later = now + whatifs.TURN
    second = whatifs.claim(what_if_id=row.pk, real_now=later)

    assert whatifs.work_out(what_if=second, now=later)
    assert not whatifs.work_out(what_if=first, now=later)
    assert whatifs.list_due(real_now=later + whatifs.TURN) == []


@pytest.mark.django_db
def test_what_fails_three_times_or_is_too_much_ends_with_a_word(shop, manager):
    failing, now = make_what_if(shop.program, now=database_now()), database_now()
    times = [now + turn * whatifs.TURN for turn in range(whatifs.MAX_TRIES + 1)]
    claimed = [whatifs.claim(what_if_id=failing.pk, real_now=at) for at in times]
    assert [one is None for one in claimed] == [False, False, False, True]
    large = make_what_if(shop.program, now=database_now())
    whatifs.work_out(
        what_if=whatifs.claim(what_if_id=large.pk, real_now=database_now()), now=now, most=2
    )

    texts = [
        plain(manager.get(page(shop, "portal:what-if-detail", one.public_id)))
        for one in (failing, large)
    ]
    assert "Three tries were broken off" in texts[0]
    assert "more than 200,000 credited orders" in texts[1]


@pytest.mark.django_db
def test_who_may_not_manage_reads_but_does_not_ask(shop):
    analyst = sign_in_as(shop.program.brand, "analyst")
    row = make_what_if(shop.program, now=database_now())

    assert "Needs the manager role" in plain(analyst.get(page(shop)))
    assert analyst.post(page(shop), {"period": "30"}).status_code == 403
    assert "Being worked out" in plain(
        analyst.get(page(shop, "portal:what-if-detail", row.public_id))
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "days",
    [
        {"period": "own"},
        {"period": "own", "since": "2026-02-02", "until": "2026-02-01"},
        {"period": "own", "since": "2020-02-02", "until": "2026-02-01"},
        {"period": "never"},
    ],
)
def test_days_that_are_none_are_asked_again(shop, manager, days):
    assert manager.post(page(shop), days).status_code == 422
    assert not WhatIf.objects.exists()


@pytest.mark.django_db
def test_a_program_without_rules_leads_to_them():
    program = make_draft_program()
    client = sign_in_as(program.brand)
    url = reverse("portal:what-if", args=[program.brand.slug])

    assert "Say what creators earn" in plain(client.get(url))
    assert client.post(url, {"period": "30"}).status_code == 422


@pytest.mark.django_db
def test_leads_are_counted_apart_from_orders(manager, shop):
    leads = RuleDraft(name="Leads", kind="lead", amounts={"EUR": 700})
    make_rules(shop.program, [percent_rule(1000), leads], now=shop.now - timedelta(hours=1))
    at = stamp(shop.now - timedelta(minutes=1))
    shop.send("lead.created", {"id": "L-1", "at": at, "code": "MUGS-A"})
    url = reverse("brands:rules-change", args=[shop.program.brand.slug])
    manager.post(url, {"action": "delete:2"})

    row, answer = ask(shop, manager)
    euro = next(total for total in row.result["totals"] if total["currency"] == "EUR")
    file = manager.post(page(shop, "portal:what-if-file", row.public_id))

    assert (euro["orders"], euro["changed"], euro["lost"]) == (2, 0, 0)
    assert (euro["leads"], euro["leads_changed"], euro["leads_lost"]) == (1, 1, 1)
    assert euro["before"] - euro["after"] == 700
    assert "1 would pay otherwise, 1 lose their rule" in plain(answer)
    assert [one["is_lead"] for one in row.result["orders"]] == [True]
    rows = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    (lead,) = [line for line in rows if "L-1," in line]
    assert lead.split(",")[3:6] == ["EUR", "0", "1"]


@pytest.mark.django_db
def test_an_answer_of_before_leads_were_counted_apart_is_still_read(shop, manager):
    row, _answer = ask(shop, manager)
    for kind in ("totals", "creators", "orders"):
        for one in row.result[kind]:
            for name in ("leads", "leads_changed", "leads_lost", "is_lead"):
                one.pop(name, None)
    row.save()

    answer = manager.get(page(shop, "portal:what-if-detail", row.public_id))

    assert answer.status_code == 200
    assert manager.post(page(shop, "portal:what-if-file", row.public_id)).status_code == 200


@pytest.mark.django_db
def test_what_limits_cut_is_counted_and_what_is_not_tried_is_said(manager, shop):
    visits = RuleDraft(name="Visits", kind="click", amounts={"EUR": 5})
    make_rules(shop.program, [percent_rule(1000), visits], now=shop.now - timedelta(hours=1))
    Program.objects.filter(pk=shop.program.pk).update(cap_creator_week={"EUR": 500})
    shop.pay("7", discounts=code("MUGS-A"))

    row, answer = ask(shop, manager)
    euro = next(total for total in row.result["totals"] if total["currency"] == "EUR")
    text = plain(answer)

    assert (euro["limited"], euro["limited_after"]) == (1, 1)
    assert "Cut by a limit" in text and "1 as decided" in text
    assert "The draft pays visits or views too." in text
    assert "A draft that pays more would use them up sooner" in text
