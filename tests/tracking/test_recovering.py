"""A click that could not be stored is put back from the token of its order, once."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.urls import reverse

from affiliates.models import Enrollment, Link
from brands.models import Program
from core.ids import uuid7
from tests.makers import (
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_link,
)
from tests.orders import make_click
from tests.shop import Shop, code, stamp
from tests.tracking.asking import ask, break_database
from tracking import redirect
from tracking.clickwriter import ClickRow
from tracking.domain.token import make_token
from tracking.models import Attribution, Click, Verdict
from tracking.selectors import count_clicks

OTHER_KEY = ["7:" + "ab" * 32]


@pytest.fixture
def link(db):
    made = make_link(slug="anna")
    long_ago = datetime.now(UTC) - timedelta(days=500)
    Enrollment.objects.filter(pk=made.enrollment_id).update(joined_at=long_ago)
    return made


@pytest.fixture
def shop(link):
    return Shop(make_connection(link.brand))


def token_of(link: Link, *, at: datetime | None = None, keys: list[str] | None = None) -> str:
    """Make the token of a click that has no row."""
    at = at or datetime.now(UTC) - timedelta(hours=1)
    return make_token(keys or settings.CLICK_TOKEN_KEYS, uuid7(at), link.pk)


def credit_of(shop: Shop, number: str) -> Attribution:
    return Attribution.objects.get(order=shop.get(number), is_current=True)


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_nobody_sees_an_error_and_every_sale_is_credited(monkeypatch):
    link = make_link(slug="anna")
    shop = Shop(make_connection(link.brand))
    ask("/r/anna")
    Click.objects.all().delete()
    with monkeypatch.context() as away:
        break_database(away)
        replies = [ask("/r/anna", REMOTE_ADDR=f"203.0.113.{n}") for n in range(20)]
    redirect.forget()

    for n, reply in enumerate(replies):
        shop.pay(str(n), click=reply.token, placed_at=stamp(shop.now))

    assert {reply.status for reply in replies} == {"302 Found"}
    assert len({reply.token for reply in replies}) == 20
    assert {credit_of(shop, str(n)).enrollment_id for n in range(20)} == {link.enrollment_id}
    assert [click.verdict for click in Click.objects.all()] == [Verdict.RECOVERED] * 20
    assert ask("/r/anna").token
    assert count_clicks([link.pk])[link.pk].counted == 21


def test_the_row_says_what_the_token_proves_and_nothing_of_the_visitor(shop, link):
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)

    shop.pay("1", click=token_of(link, at=at))

    click = Click.objects.get()
    assert (click.link_id, click.enrollment_id, click.at) == (link.pk, link.enrollment_id, at)
    assert click.program_id == link.enrollment.program_id
    assert (click.visitor_key, click.net_key, click.agent_id, click.referrer_id) == (
        0,
        0,
        None,
        None,
    )
    assert click.verdict == Verdict.RECOVERED


def test_two_orders_and_any_repeat_recover_a_click_once(shop, link):
    token = token_of(link)

    for number in ("1", "2", "1"):
        shop.pay(number, click=token)

    assert Click.objects.count() == 1


def test_a_click_that_was_stored_stays_as_it_was(shop, link):
    click = make_click(link, at=datetime.now(UTC) - timedelta(hours=1))

    shop.pay("1", click=make_token(settings.CLICK_TOKEN_KEYS, click.pk, link.pk))

    assert Click.objects.get().verdict == Verdict.COUNTED


@pytest.mark.parametrize(
    "age",
    [timedelta(days=366), timedelta(days=-1)],
    ids=["older than any window", "from the future"],
)
def test_no_row_is_made_of_a_token_that_can_earn_nothing(shop, link, age):
    shop.pay("1", click=token_of(link, at=datetime.now(UTC) - age))

    assert not Click.objects.exists()
    assert credit_of(shop, "1").code == "attr.lost_window"


def test_no_row_is_made_in_a_month_that_is_not_kept(shop, link):
    Program.objects.filter(pk=link.enrollment.program_id).update(window_days=365)

    shop.pay("1", click=token_of(link, at=datetime.now(UTC) - timedelta(days=200)))

    assert not Click.objects.exists()
    assert credit_of(shop, "1").enrollment_id == link.enrollment_id


@pytest.mark.parametrize(
    ("program", "archived", "verdict"),
    [
        ({}, True, Verdict.ARCHIVED),
        ({"status": "closed"}, False, Verdict.PROGRAM_OFF),
        ({"status": "paused"}, False, Verdict.RECOVERED),
    ],
)
def test_what_had_ended_by_the_time_of_the_click_earns_nothing(
    shop, link, program, archived, verdict
):
    """The redirect may have known no better, for up to a minute."""
    ended_at = datetime.now(UTC) - timedelta(hours=2)
    if program:
        place = Program.objects.filter(pk=link.enrollment.program_id)
        place.update(status_at=ended_at, **program)
    if archived:
        Link.objects.filter(pk=link.pk).update(archived_at=ended_at)

    shop.pay("1", click=token_of(link))

    assert Click.objects.get().verdict == verdict
    assert (credit_of(shop, "1").enrollment_id is None) is (verdict < Verdict.COUNTED)


def test_a_token_that_proves_nothing_says_why(shop, link):
    genuine = token_of(link)
    foreign = make_link(make_enrollment(user=get_owner(make_brand())), slug="other")
    bad: dict[str, tuple[str, str]] = {
        "malformed": (genuine[:-5], "was cut off or changed on its way"),
        "unknown_key": (token_of(link, keys=OTHER_KEY), "a key that this installation does not"),
        "forged": (
            genuine[:-1] + ("A" if genuine[-1] != "A" else "Q"),
            "does not fit its seal",
        ),
        "foreign": (token_of(foreign), "belongs to no link of this brand"),
    }
    for why, (token, _) in bad.items():
        shop.pay(why, click=token)

    assert not Click.objects.exists()
    for why, (token, sentence) in bad.items():
        credit = credit_of(shop, why)
        assert (credit.code, credit.params["why"], credit.params["token"]) == (
            "attr.none_bad_token",
            why,
            token,
        )
        assert sentence in read_order(shop, why)


def read_order(shop: Shop, number: str) -> str:
    shop.client.force_login(get_owner(shop.connection.brand))
    brand, order = shop.connection.brand, shop.get(number)
    page = shop.client.get(reverse("tracking:order-detail", args=[brand.slug, order.public_id]))
    return str(page.content.decode())


def test_both_sides_read_that_the_click_was_recovered(shop, link):
    shop.pay("1", click=token_of(link))

    assert "Recorded later from its signed token" in read_order(shop, "1")
    shop.client.force_login(link.enrollment.affiliation.affiliate.user)
    commission = shop.commission("1")
    clicks = reverse("portal:creator-earnings") + "?tab=clicks"
    for page in (clicks, reverse("portal:commission-story", args=[commission.public_id])):
        assert "Recorded later from its signed token" in shop.client.get(page).content.decode()


def test_a_code_that_needs_a_click_of_its_own_is_carried_by_a_recovered_one(shop, link):
    Program.objects.filter(pk=link.enrollment.program_id).update(code_policy="with_click")
    make_code(link.enrollment, "ANNA10")

    shop.pay("1", click=token_of(link), discounts=code("anna10"))

    assert credit_of(shop, "1").signal == "code"


@pytest.mark.django_db(transaction=True)
def test_orders_at_the_same_moment_recover_a_click_once():
    link = make_link(slug="anna")
    shop = Shop(make_connection(link.brand))
    tokens = [token_of(link) for _ in range(3)]
    failed: list[Any] = []

    def buy(number: int) -> None:
        try:
            for n, token in enumerate(tokens[number % 3 :] + tokens[: number % 3]):
                order = shop.order(f"{number}-{n}", click=token)
                assert Shop(shop.connection).send("order.paid", order) == 200
        except Exception as error:  # noqa: BLE001
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert Click.objects.count() == 3
    assert (
        Attribution.objects.filter(enrollment_id=link.enrollment_id, is_current=True).count() == 12
    )


@pytest.mark.django_db(transaction=True)
def test_a_click_written_after_its_order_leaves_the_recovered_row_and_stores_the_rest():
    make_link(slug="anna")
    ask("/r/anna")
    first = Click.objects.get()
    Click.objects.all().delete()
    Click.objects.bulk_create([first])
    row = ClickRow(
        id=first.id,
        brand_id=first.brand_id,
        program_id=first.program_id,
        enrollment_id=first.enrollment_id,
        link_id=first.link_id,
        at=first.at,
        visitor_key=1,
        net_key=1,
        verdict=Verdict.COUNTED,
        agent="",
        referrer="",
        device=0,
        has_paid_marker=False,
        sub_id="",
    )
    other = uuid7(datetime.now(UTC))

    redirect.writer.store(row)
    redirect.writer.store(replace(row, id=other))

    assert Click.objects.count() == 2
    assert Click.objects.get(pk=first.id).visitor_key == first.visitor_key
