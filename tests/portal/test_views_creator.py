"""A creator's home, earnings and stories: his own rows alone, each amount in its currency."""

import pytest
from django.test import Client

from affiliates.services.links import archive_link
from affiliates.services.membership import suspend_affiliation
from brands.services.programs import update_program
from payouts.services.methods import set_bank_method
from payouts.services.moves import confirm_payout, hand_over_file
from tests.makers import (
    get_creator,
    get_owner,
    make_announcement,
    make_application,
    make_brand,
    make_code,
    make_enrollment,
    make_link,
    make_program,
    make_sandbox,
    make_user,
    send_news,
)
from tests.orders import (
    approve_payouts,
    get_commission,
    make_click,
    place_order,
    refund_order,
    release_due,
)
from tests.portal.clock import NOW, days_ago
from tests.portal.text import plain
from tests.tracking.events import make_line
from tracking.models import Verdict
from tracking.services.holds import hold_commission
from tracking.services.review import reject_commission

pytestmark = pytest.mark.django_db

JOINED = days_ago(100)


@pytest.fixture
def place():
    return make_enrollment(make_program(now=JOINED), now=JOINED)


@pytest.fixture
def link(place):
    return make_link(place, now=JOINED)


@pytest.fixture
def own(client: Client, place):
    client.force_login(get_creator(place))
    return client


def order(link, days: float, net: int = 10_000, **changes):
    lines = (make_line("l1", net=net),)
    return place_order(link, now=days_ago(days), lines=lines, total=net, **changes)


def forecast(page):
    (one,) = page.context["forecasts"]
    return one


def test_the_first_day_says_what_to_do_with_link_and_code(own: Client):
    page = plain(own.get("/me/"))

    assert "Your link and code are ready. Share either" in page
    assert "Next payout" not in page


def test_who_is_in_no_program_reads_how_to_join_one(client: Client):
    client.force_login(make_user())

    page = plain(client.get("/me/"))

    assert "Your earnings will appear here" in page and "Find a program" in page


def test_an_application_stands_on_the_home_of_who_waits(client: Client):
    user, program = make_user(), make_program()
    make_application(program, user)
    client.force_login(user)

    page = plain(client.get("/me/"))

    assert program.name in page and "Waiting" in page and "Your earnings" not in page


def test_the_forecast_names_the_run_and_what_is_released(own: Client, link):
    order(link, 40)
    release_due(link.brand, now=NOW)

    page = own.get("/me/")

    one = forecast(page)
    assert (one.released.amount_minor, one.expected.amount_minor) == (1000, 1000)
    assert "Expected in the payout of" in plain(page)


def test_what_is_missing_is_a_list_of_tasks_with_their_places(own: Client, link):
    order(link, 40)
    release_due(link.brand, now=NOW)

    page = own.get("/me/")

    text = plain(page)
    assert "40.00 EUR more is needed to reach the minimum of 50.00 EUR." in text
    assert '<a href="/me/payouts/method/">Add a payout method; the money waits for you.</a>' in text


def test_nothing_is_missing_when_a_run_would_pay(own: Client, link, place):
    order(link, 40, net=100_000)
    release_due(link.brand, now=NOW)
    set_bank_method(
        affiliation_id=place.affiliation_id,
        details={"account_name": "Anna", "iban": "DE02120300000000202051"},
        actor_id=get_creator(place).pk,
        now=days_ago(10),
    )

    page = own.get("/me/")

    assert forecast(page).tasks == ()
    assert "Nothing is missing." in plain(page)


def test_held_and_suspended_money_is_not_expected(own: Client, link, place):
    held = get_commission(order(link, 29.9))
    owner = get_owner(link.brand).pk
    hold_commission(commission_id=held.pk, reason="x", actor_id=owner, now=NOW)

    assert forecast(own.get("/me/")).due.amount_minor == 0

    suspend_affiliation(
        affiliation_id=place.affiliation_id, reason="No disclosure", actor_id=owner, now=NOW
    )
    assert "Payouts are frozen since" in plain(own.get("/me/"))


def test_a_refund_after_the_payout_is_taken_from_the_next_one(own: Client, link, place):
    paid = order(link, 60, net=100_000)
    release_due(link.brand, now=NOW)
    set_bank_method(
        affiliation_id=place.affiliation_id,
        details={"account_name": "Anna", "iban": "DE02120300000000202051"},
        actor_id=get_creator(place).pk,
        now=days_ago(10),
    )
    approve_payouts(link.brand, now=NOW)
    refund_order(paid, net=50_000, now=NOW)

    page = own.get("/me/")

    one, tiles = forecast(page), page.context["tiles"]
    assert one.to_recover.amount_minor == 5000
    assert one.expected.amount_minor == 0
    assert [money.amount_minor for money in tiles.in_payout] == [10_000]
    assert "Earlier refunds of 50.00 EUR come first" in plain(page)


def test_currencies_and_brands_are_never_added_up(own: Client, link, place):
    order(link, 40)
    order(link, 40, currency="USD")
    other = make_enrollment(
        make_program(currency="JPY", now=JOINED), user=get_creator(place), now=JOINED
    )
    order(make_link(other, now=JOINED), 40, currency="JPY")
    for brand in (place.brand, other.brand):
        release_due(brand, now=NOW)

    page = own.get("/me/")

    forecasts = {(f.brand.pk, f.released.currency) for f in page.context["forecasts"]}
    assert forecasts == {
        (place.brand_id, "EUR"),
        (place.brand_id, "USD"),
        (other.brand_id, "JPY"),
    }
    assert [m.currency for m in page.context["tiles"].released] == ["EUR", "JPY", "USD"]
    one_brand = own.get(f"/me/?brand={other.brand.slug}")
    assert [m.currency for m in one_brand.context["tiles"].released] == ["JPY"]


def test_the_last_30_days_count_what_can_earn(own: Client, link):
    for verdict in (Verdict.COUNTED, Verdict.BOT):
        make_click(link, at=NOW, verdict=verdict)
    make_click(link, at=days_ago(31))
    order(link, 2)

    page = own.get("/me/")

    period = page.context["period"]
    assert period.click_count == 2  # one beside the click of the order
    assert period.orders == 1
    assert "Earned by day, EUR" in plain(page)


def test_releases_to_come_are_dated_and_add_up(own: Client, link):
    order(link, 20)
    order(link, 10, net=20_000)

    releases = own.get("/me/").context["releases"]

    assert [one.amount.amount_minor for one in releases] == [1000, 2000]
    assert releases[0].on < releases[1].on


def test_a_program_alone_shows_its_own_figures_and_the_rows_behind_them(own: Client, link, place):
    second = make_enrollment(
        make_program(place.brand, now=JOINED), user=get_creator(place), now=JOINED
    )
    other = make_link(second, now=JOINED)
    order(link, 3)
    order(other, 2, net=5_000)
    make_click(other, at=days_ago(1))

    both = own.get("/me/")
    page = own.get("/me/", {"program": second.public_id})

    assert [str(one) for one in both.context["tiles"].pending] == ["15.00 EUR"]
    assert [str(one) for one in page.context["tiles"].pending] == ["5.00 EUR"]
    assert [str(one.amount) for one in page.context["releases"]] == ["5.00 EUR"]
    assert (page.context["period"].orders, page.context["period"].click_count) == (1, 2)
    assert page.context["code"].code.enrollment == second
    assert own.get("/me/", {"program": place.public_id}).context["link"].link == link
    assert "It pays all your programs of" in plain(page)
    query = page.context["rows_query"]
    rows = own.get(f"/me/earnings/?{query}state=pending")
    assert rows.context["sums"] == page.context["tiles"].pending
    assert own.get("/me/", {"program": "enr_'"}).context["tiles"] == both.context["tiles"]


def test_an_order_stood_for_but_lost_is_shown_with_its_reason_alone(own: Client, link, place):
    winner = make_enrollment(place.program, now=JOINED)
    code = make_code(winner, "BEN10", now=JOINED)
    lost = place_order(link, code, now=NOW, total=98_765)

    page = plain(own.get("/me/"))

    assert lost.external_number in page
    assert "the shopper used another creator's code" in page
    for secret in ("987.65", "BEN10", winner.affiliation.affiliate.display_name):
        assert secret not in page


def test_home_asks_the_same_number_of_questions_for_any_number_of_orders(
    own: Client, link, django_assert_max_num_queries
):
    for number in range(4):
        order(link, number)
    own.get("/me/")
    with django_assert_max_num_queries(46):
        own.get("/me/")


def test_new_terms_wait_on_the_home_page(own: Client, place):
    update_program(
        program_id=place.program_id, actor_id=get_owner(place.brand).pk, now=NOW, window_days=45
    )

    assert "Version 2 of the terms" in plain(own.get("/me/"))


def test_earnings_are_filtered_by_state_and_program(own: Client, link, place):
    pending = order(link, 1)
    released = order(link, 40)
    rejected = order(link, 2)
    refunded = order(link, 3)
    owner = get_owner(link.brand).pk
    release_due(link.brand, now=NOW)
    reject_commission(
        commission_id=get_commission(rejected).pk, reason="Office", actor_id=owner, now=NOW
    )
    refund_order(refunded, net=10_000, now=NOW)
    numbers = {
        "pending": pending,
        "released": released,
        "rejected": rejected,
        "reversed": refunded,
    }

    for state, wanted in numbers.items():
        rows = own.get("/me/earnings/", {"state": state}).context["rows"]
        assert [row.commission.order_id for row in rows] == [wanted.pk], state
    assert len(own.get("/me/earnings/").context["rows"]) == 4
    assert len(own.get("/me/earnings/", {"program": place.public_id}).context["rows"]) == 4
    assert own.get("/me/earnings/", {"state": "paid"}).context["rows"] == []
    assert "Clear filters" in plain(own.get("/me/earnings/", {"state": "paid"}))


def test_the_sum_above_the_rows_is_the_sum_of_the_rows(own: Client, link):
    order(link, 1)
    order(link, 2, net=5_000)
    order(link, 3, currency="USD")

    page = own.get("/me/earnings/")

    assert "3 commissions, 15.00 EUR, 10.00 USD" in plain(page)


@pytest.mark.parametrize(
    "query", ["state=nonsense", "program=x", "before=cmn_x", "before=%00", "tab=clicks&before=x"]
)
def test_a_filter_that_means_nothing_filters_nothing(own: Client, link, query):
    order(link, 1)

    assert own.get(f"/me/earnings/?{query}").status_code == 200


def test_earnings_go_on_by_a_cursor_with_few_questions(
    own: Client, link, django_assert_max_num_queries
):
    orders = [order(link, 1) for _ in range(52)]

    first = own.get("/me/earnings/")
    with django_assert_max_num_queries(11):
        second = own.get(f"/me/earnings/{first.context['next_url']}")

    assert len(first.context["rows"]) == 50
    assert [row.commission.order_id for row in second.context["rows"]] == [
        orders[1].pk,
        orders[0].pk,
    ]


def test_clicks_stand_with_the_reason_of_each(own: Client, link, place):
    make_click(link, at=NOW)
    make_click(link, at=NOW, verdict=Verdict.BOT, sub_id="story")
    put_away = make_link(place, now=JOINED)
    make_click(put_away, at=NOW, verdict=Verdict.ARCHIVED)
    archive_link(link_id=put_away.pk, actor_id=get_creator(place).pk, now=NOW)

    page = own.get("/me/earnings/?tab=clicks")

    text = plain(page)
    assert len(page.context["clicks"]) == 3
    assert "it can earn until" in text
    assert "the visitor named itself as a program" in text
    assert "the link was archived on" in text
    assert "story" in text


def test_clicks_go_on_by_a_cursor_with_few_questions(
    own: Client, link, django_assert_max_num_queries
):
    for number in range(51):
        make_click(link, at=days_ago(number / 10))

    first = own.get("/me/earnings/?tab=clicks")
    with django_assert_max_num_queries(10):
        second = own.get(f"/me/earnings/{first.context['next_url']}")

    assert (len(first.context["clicks"]), len(second.context["clicks"])) == (50, 1)


def test_a_story_is_told_to_its_creator_alone(own: Client, link):
    commission = get_commission(order(link, 1))
    address = f"/me/earnings/{commission.public_id}/"

    page = plain(own.get(address))
    assert "10.00 EUR" in page and "How 10.00 EUR comes about" in page and "Timeline" in page

    for stranger in (get_creator(make_enrollment()), get_owner(link.brand), make_user()):
        own.force_login(stranger)
        assert own.get(address).status_code == 404
    own.logout()
    assert own.get(address).status_code == 302


@pytest.mark.parametrize("public_id", ["cmn_23456789abcdefghjkmn", "x", "cmn_%00", "1"])
def test_a_commission_that_is_none_is_not_there(own: Client, public_id):
    assert own.get(f"/me/earnings/{public_id}/").status_code == 404


def test_nobody_reads_anothers_earnings(own: Client, link):
    other = make_link(make_enrollment(now=JOINED), now=JOINED)
    order(other, 1)
    make_click(other, at=NOW)

    assert own.get("/me/earnings/").context["rows"] == []
    assert own.get("/me/earnings/?tab=clicks").context["clicks"] == []
    assert own.get(f"/me/?brand={other.brand.slug}").context["scope"].brand is None
    assert own.get(f"/me/earnings/?program={other.enrollment.public_id}").context["rows"] == []


def test_a_sandbox_never_enters_the_figures_of_real_brands(own: Client, link, place):
    order(link, 1)
    program = make_program(make_sandbox(make_brand()), now=JOINED)
    twin = make_enrollment(program, user=get_owner(program.brand), now=JOINED)
    order(make_link(twin, now=JOINED), 1, net=77_700)
    real = make_enrollment(make_program(now=JOINED), user=get_creator(twin), now=JOINED)
    order(make_link(real, now=JOINED), 1)
    own.force_login(get_creator(twin))

    everywhere, sandbox = own.get("/me/"), own.get(f"/me/?brand={program.brand.slug}")

    assert [m.amount_minor for m in everywhere.context["tiles"].pending] == [1000]
    assert [m.amount_minor for m in sandbox.context["tiles"].pending] == [7770]
    assert "Sandbox. Nothing here is paid" in plain(sandbox)
    assert "Sandbox. Nothing here is paid" not in plain(everywhere)


@pytest.mark.parametrize("path", ["/me/", "/me/earnings/", "/me/settings/", "/me/links/"])
def test_who_is_not_signed_in_logs_in_first(client: Client, path):
    response = client.get(path)

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_settings_are_kept_and_change_what_brands_see(own: Client, place):
    said = {
        "name": "Anna",
        "language": "fa",
        "time_zone": "Asia/Tehran",
        "theme": "dark",
        "display_name": "Anna cooks",
        "country": "de",
    }

    response = own.post("/me/settings/", said, follow=True)

    user, creator = get_creator(place), place.affiliation.affiliate
    user.refresh_from_db()
    creator.refresh_from_db()
    assert response.redirect_chain == [("/me/settings/", 303)]
    assert (user.name, user.language, user.time_zone, user.theme) == (
        "Anna",
        "fa",
        "Asia/Tehran",
        "dark",
    )
    assert (creator.display_name, creator.country) == ("Anna cooks", "DE")
    assert '<html lang="fa" dir="rtl"' in response.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"time_zone": "Mars/Base"}, {"theme": "pink"}, {"country": "Germany"}, {"display_name": ""}],
)
def test_settings_that_cannot_be_are_refused(own: Client, place, wrong):
    said = {"name": "", "theme": "auto", "display_name": "Anna", "country": "", **wrong}

    assert own.post("/me/settings/", said).status_code == 422


def test_a_person_without_a_program_has_settings_too(client: Client):
    user = make_user()
    client.force_login(user)

    assert "Name brands see" not in plain(client.get("/me/settings/"))
    assert client.post("/me/settings/", {"name": "Mara", "theme": "light"}).status_code == 303
    user.refresh_from_db()
    assert (user.name, user.theme) == ("Mara", "light")


def test_programs_stand_side_by_side_with_their_terms_and_money(own: Client, link, place):
    order(link, 40)
    order(link, 2, net=20_000)
    release_due(link.brand, now=NOW)
    other = make_enrollment(make_program(), user=get_creator(place))
    update_program(
        program_id=other.program_id,
        actor_id=get_owner(other.brand).pk,
        now=NOW,
        window_days=45,
    )

    page = own.get("/me/programs/compare/")

    rows = {row.place.pk: row for row in page.context["rows"]}
    mine, theirs = rows[place.pk], rows[other.pk]
    amounts = [one.amount_minor for one in (*mine.pending, *mine.released, *mine.paid)]
    assert amounts == [2000, 1000, 0]
    assert (mine.terms_due, theirs.pending) == (None, [])
    shown = plain(page)
    assert "on every order" in shown and "for 45 days" in shown and "Accept version 2" in shown


def test_the_totals_ask_again_without_keeping_a_session_alive(own: Client, place):
    page = plain(own.get("/me/"))
    seen = own.session["seen_at"]
    session = own.session
    session["seen_at"] = days_ago(0.4).isoformat()
    session.save()

    own.get("/me/", headers={"X-Live": "1"})
    assert own.session["seen_at"] < seen
    own.get("/me/")

    assert 'hx-trigger="every 60s"' in page and own.session["seen_at"] >= seen


def test_the_menu_counts_news_until_they_are_read(own: Client, place):
    announcement = make_announcement(place.brand)
    send_news(announcement, now=NOW)

    page = plain(own.get("/me/payouts/"))
    own.post("/me/resources/read/")

    assert '<span>Resources</span><span class="count">1</span>' in page
    assert '<span>Resources</span><span class="count">' not in plain(own.get("/me/payouts/"))


def test_the_last_30_days_and_their_rows_by_link_are_the_same(own: Client, link):
    order(link, 29)
    order(link, 31)

    home, rows = own.get("/me/"), own.get("/me/earnings/?tab=link")

    assert home.context["period"].orders == rows.context["breakdown"].total.orders == 1


def test_payouts_name_the_next_one_what_is_missing_and_each_statement(own: Client, link, place):
    set_bank_method(
        affiliation_id=place.affiliation_id,
        details={"account_name": "Anna", "iban": "DE89370400440532013000"},
        actor_id=get_creator(place).pk,
        now=days_ago(60),
    )
    order(link, 40, net=60_000)
    release_due(place.brand, now=NOW)
    text = plain(own.get("/me/payouts/"))
    assert "60.00 EUR" in text and "Nothing is missing." in text and "changed on" in text

    (payout,) = approve_payouts(place.brand, now=NOW)
    (row,) = own.get("/me/payouts/").context["payouts"]
    assert (row["payout"], row["statement_url"]) == (payout, "")

    owner = get_owner(place.brand).pk
    hand_over_file(file_id=payout.file_id, actor_id=owner, now=NOW)
    confirm_payout(payout_id=payout.pk, reference="B-1", actor_id=owner, now=NOW)
    (row,) = own.get("/me/payouts/").context["payouts"]
    statement = plain(own.get(row["statement_url"]))
    assert "60.00 EUR" in statement
