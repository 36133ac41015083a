"""A creator's links and codes: what they brought, new ones, other addresses."""

import pytest
from django.test import Client

from affiliates.models import Link, LinkSlug
from affiliates.services.membership import suspend_affiliation
from brands.models import Program
from core.money import Money
from tests.makers import (
    get_creator,
    get_owner,
    make_brand,
    make_code,
    make_enrollment,
    make_link,
    make_program,
    make_sandbox,
    make_user,
)
from tests.orders import make_click, place_order
from tests.portal.clock import NOW, days_ago
from tests.portal.text import plain
from tracking.models import Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_enrollment(make_program(now=days_ago(40)), now=days_ago(40))


@pytest.fixture
def own(client: Client, place):
    client.force_login(get_creator(place))
    return client


def new(place, **data: str) -> dict[str, str]:
    return {
        "enrollment": place.public_id,
        "destination_url": "https://shop.example/cups",
        **data,
    }


def test_a_link_shows_its_clicks_orders_and_earnings(own: Client, place):
    link = make_link(place, slug="anna")
    for verdict in (Verdict.COUNTED, Verdict.REPEAT, Verdict.BOT):
        make_click(link, at=NOW, verdict=verdict)
    place_order(link, now=NOW)

    page = own.get("/me/links/")
    row = next(row for row in page.context["rows"] if row.link == link)

    assert (row.clicks.unique, row.clicks.counted, row.clicks.not_counted) == (2, 3, 1)
    assert row.earned.orders == 1
    assert [money.amount_minor for money in row.earned.amounts] == [1000]
    assert "/r/anna" in plain(page)


def test_earnings_of_two_currencies_are_two_lines_and_a_code_has_its_own(own: Client, place):
    link, code = make_link(place), make_code(place, "ANNA10")
    place_order(link, now=NOW)
    place_order(link, now=NOW, currency="USD")
    place_order(code, now=NOW)

    page = own.get("/me/links/")
    row = next(row for row in page.context["rows"] if row.link == link)
    codes = {row.code.text: row.earned for row in page.context["codes"]}

    assert [money.currency for money in row.earned.amounts] == ["EUR", "USD"]
    assert codes["ANNA10"].orders == 1


def test_what_brought_no_order_yet_has_earned_zero_and_no_dash(own: Client, place):
    link, _code = make_link(place), make_code(place, "ANNA10")

    page = own.get("/me/links/")
    rows = [*page.context["rows"], *page.context["codes"]]

    assert {money for row in rows for money in row.earned.amounts} == {Money(0, "EUR")}
    assert all(row.earned.amounts for row in rows)
    assert "–" not in plain(page)
    assert "0.00" in plain(own.get(f"/me/links/{link.public_id}/"))


def test_the_list_asks_the_same_number_of_questions_for_any_number_of_links(
    own: Client, place, django_assert_max_num_queries
):
    own.get("/me/links/")  # the first page of a session also stores it
    for _ in range(6):
        place_order(make_link(place), now=NOW)
    with django_assert_max_num_queries(15):
        own.get("/me/links/")


def test_a_link_to_a_page_of_the_program_is_made_with_its_marks(own: Client, place):
    data = new(
        place, destination_url="shop.example/cups", slug="my-cups", name="Blog", utm_source="blog"
    )
    response = own.post("/me/links/new/", {**data, "sub_1": "a", "sub_3": "c"})

    link = Link.objects.get(slugs__slug="my-cups")
    assert (response.status_code, response.url) == (303, f"/me/links/{link.public_id}/")
    assert link.destination_url == "https://shop.example/cups"
    assert (link.name, link.utm, link.sub_ids) == ("Blog", {"source": "blog"}, ["a", "", "c"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"destination_url": "https://evil.example/"}, "This page is not on a domain of"),
        ({"destination_url": "ftp://shop.example/"}, "beginning with https://"),
        ({"destination_url": ""}, "Page of the store"),
        ({"slug": "a b"}, "Use 3 to 40 letters"),
        ({"slug": "taken-before"}, "leads to another link"),
        ({"enrollment": "enr_23456789abcdefghjkmn"}, "Program"),
    ],
)
def test_a_link_that_cannot_be_made_says_why_and_keeps_the_rest(own, place, change, said):
    make_link(make_enrollment(), slug="taken-before")
    before = Link.objects.count()

    response = own.post("/me/links/new/", new(place, name="My words", **change))

    assert response.status_code == 422
    assert said in plain(response) and "My words" in plain(response)
    assert Link.objects.count() == before


def test_a_suspended_creator_makes_no_link(own: Client, place):
    suspend_affiliation(
        affiliation_id=place.affiliation_id,
        reason="No disclosure",
        actor_id=get_owner(place.brand).pk,
        now=NOW,
    )

    assert "New link" not in plain(own.get("/me/links/"))
    assert own.post("/me/links/new/", new(place)).status_code == 422


def test_another_address_is_shown_and_the_old_one_kept(own: Client, place):
    link = make_link(place, slug="old-one")

    response = own.post(f"/me/links/{link.public_id}/slug/", {"slug": "new-one"}, follow=True)

    page = plain(response)
    assert "Renamed. The old address keeps working for you." in page
    assert "/r/new-one" in page and "/r/old-one" in page
    assert LinkSlug.objects.filter(link=link).count() == 2


def test_an_address_given_before_is_never_given_again(own: Client, place):
    link = make_link(place, slug="mine")
    other = make_link(make_enrollment(), slug="theirs")
    own.post(f"/me/links/{other.public_id}/slug/", {"slug": "x-y-z"})

    response = own.post(f"/me/links/{link.public_id}/slug/", {"slug": "theirs"})

    assert response.status_code == 422
    assert LinkSlug.objects.get(link=link).slug == "mine"


def test_a_link_is_archived_and_taken_back(own: Client, place):
    link = make_link(place, slug="season")

    own.post(f"/me/links/{link.public_id}/archive/")
    assert "/r/season" not in plain(own.get("/me/links/"))
    assert "/r/season" in plain(own.get("/me/links/?show=archived"))
    own.post(f"/me/links/{link.public_id}/restore/")

    assert "/r/season" in plain(own.get("/me/links/"))


@pytest.mark.parametrize(("kind", "starts"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_a_qr_code_is_shown_and_offered_as_a_file(own: Client, place, kind, starts):
    link = make_link(place, slug="anna")

    shown = own.get(f"/me/links/{link.public_id}/qr.{kind}")
    offered = own.get(f"/me/links/{link.public_id}/qr.{kind}?download")

    assert shown.content.startswith(starts)
    assert "Content-Disposition" not in shown
    assert offered["Content-Disposition"] == f'attachment; filename="anna.{kind}"'


@pytest.mark.parametrize("rest", ["", "qr.svg", "qr.png"])
def test_nobody_sees_anothers_link(own: Client, rest):
    other = make_link(make_enrollment())

    assert own.get(f"/me/links/{other.public_id}/{rest}").status_code == 404
    own.logout()
    assert own.get(f"/me/links/{other.public_id}/{rest}").status_code == 302


@pytest.mark.parametrize("action", ["slug", "archive", "restore"])
def test_nobody_changes_anothers_link_and_a_look_changes_nothing(own: Client, place, action):
    other, mine = make_link(make_enrollment()), make_link(place)

    assert own.post(f"/me/links/{other.public_id}/{action}/", {"slug": "abc"}).status_code == 404
    assert own.get(f"/me/links/{mine.public_id}/{action}/").status_code == 405


def test_who_is_no_creator_reads_how_to_become_one(client: Client):
    client.force_login(make_user())

    page = plain(client.get("/me/links/"))

    assert "Join a program first" in page and "/programs/" in page


def test_a_sandbox_is_looked_at_alone_and_marked(own: Client, place):
    sandbox_program = make_program(make_sandbox(make_brand()))
    twin = make_enrollment(sandbox_program, user=get_owner(sandbox_program.brand))
    make_link(twin, slug="play-link")
    own.force_login(get_creator(twin))
    make_link(make_enrollment(make_program(), user=get_creator(twin)), slug="real-link")

    everywhere = plain(own.get("/me/links/"))
    sandbox = plain(own.get(f"/me/links/?brand={sandbox_program.brand.slug}"))

    assert "/r/real-link" in everywhere and "/r/play-link" not in everywhere
    assert "/r/play-link" in sandbox and "/r/real-link" not in sandbox
    assert "Sandbox. Nothing here is paid" in sandbox


def test_a_link_is_edited_later_and_keeps_its_address(client: Client):
    link = make_link(slug="my-cups")
    user = get_creator(link.enrollment)
    client.force_login(user)
    url = f"/me/links/{link.public_id}/edit/"
    said = {
        "enrollment": link.enrollment.public_id,
        "destination_url": "shop.example/mugs",
        "name": "Autumn post",
        "utm_source": "blog",
        "sub_2": "top",
    }

    wrong = client.post(url, {**said, "destination_url": "https://elsewhere.example/"})
    right = client.post(url, said, follow=True)

    link.refresh_from_db()
    assert wrong.status_code == 422
    assert (link.destination_url, link.name) == ("https://shop.example/mugs", "Autumn post")
    assert (link.utm, link.sub_ids) == ({"source": "blog"}, ["", "top"])
    page = plain(right)
    assert "source=blog" in page and "sub2=top" in page and "/r/my-cups" in page


def test_the_page_to_print_holds_the_code_and_the_address(client: Client):
    link = make_link(slug="my-cups")
    client.force_login(get_creator(link.enrollment))

    page = plain(client.get(f"/me/links/{link.public_id}/print/"))

    assert "/r/my-cups" in page and "qr.svg" in page


def test_a_creator_lets_a_link_apply_his_code(own: Client, place):
    code = make_code(place, "ANNA77")
    assert "Apply my code" not in plain(own.get("/me/links/new/"))
    Program.objects.filter(pk=place.program_id).update(code_url="?coupon={code}")

    page = plain(own.get("/me/links/new/"))
    preview = own.post("/me/links/new/", new(place, code=code.public_id, preview="1"))
    made = own.post("/me/links/new/", new(place, code=code.public_id), follow=True)

    assert "Apply my code" in page
    assert "coupon=ANNA77" in plain(preview)
    assert "coupon=ANNA77" in plain(made)
    link = Link.objects.latest("pk")
    assert link.code == code
    own.post(f"/me/links/{link.public_id}/edit/", new(place, code=""))
    link.refresh_from_db()
    assert link.code is None


def test_a_code_of_another_creator_is_none_to_choose(own: Client, place):
    Program.objects.filter(pk=place.program_id).update(code_url="?coupon={code}")
    other = make_code(make_enrollment(place.program))

    answer = own.post("/me/links/new/", new(place, code=other.public_id))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["code"]
