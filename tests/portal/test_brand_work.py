"""What a member does on the brand's pages, from the form to the books."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from affiliates.models import ApplicationStatus, Code
from core.models import AuditEvent
from portal.books import prove_books
from tests.makers import get_owner, make_application, make_group, make_user
from tests.shop import code, stamp
from tests.world import fill_world, make_world
from tracking.models import Attribution, Commission

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(client):
    world = make_world()
    fill_world(world)
    client.force_login(get_owner(world.brand))
    return world


def decide(client, world, what: str, number: str = "1", **data):
    commission = world.shop.commission(number)
    url = reverse(f"tracking:commission-{what}", args=[world.brand.slug, commission.public_id])
    return client.post(url, data)


def open_story(client, world, number: str = "1") -> str:
    commission = world.shop.commission(number)
    url = reverse("portal:commission-brand", args=[world.brand.slug, commission.public_id])
    return client.get(url).content.decode()


def test_clearing_ends_the_review_and_says_so_in_the_story(client, world):
    response = decide(client, world, "clear", reason="All fine")

    assert response.status_code == 303
    assert not world.shop.commission("1").holds.filter(closed_at=None).exists()
    assert "Review ended" in client.get(response.url).content.decode()
    assert "All fine" in open_story(client, world)


def test_clearing_twice_is_refused_with_a_sentence(client, world):
    decide(client, world, "clear", reason="All fine")

    response = decide(client, world, "clear", reason="Again")

    assert response.status_code == 422
    assert "No review that you can end" in response.content.decode()


def test_rejecting_and_reopening_ends_where_it_began(client, world):
    before = world.shop.commission("3").amount_minor

    assert decide(client, world, "reject", "3", reason="Office order").status_code == 303
    assert world.shop.commission("3").amount_minor == 0
    assert "Office order" in open_story(client, world, "3")
    assert decide(client, world, "reopen", "3", reason="Wrong one").status_code == 303

    assert world.shop.commission("3").amount_minor == before
    assert prove_books(brand_id=world.brand.pk).is_balanced


@pytest.mark.parametrize(
    ("direction", "amount", "status", "expected"),
    [
        ("up", "2.50", 303, 1000),
        ("down", "0.50", 303, 700),
        ("down", "۰٫۵۰", 303, 700),
        ("down", "8.00", 422, 750),
        ("up", "0", 422, 750),
        ("up", "1.005", 422, 750),
        ("up", "", 422, 750),
        ("sideways", "1", 422, 750),
    ],
)
def test_an_adjustment_is_posted_or_refused_whole(
    client, world, direction, amount, status, expected
):
    data = {"direction": direction, "amount": amount, "reason": "Agreed by mail"}

    assert decide(client, world, "adjust", "3", **data).status_code == status
    assert world.shop.commission("3").amount_minor == expected
    assert prove_books(brand_id=world.brand.pk).is_balanced


def test_an_adjustment_that_would_change_nothing_is_refused_and_not_kept(client, world):
    gone = world.shop.order("3", status="cancelled", cancelled_at=stamp(world.shop.now))
    assert world.shop.send("order.cancelled", gone) == 200
    commission = world.shop.commission("3")
    assert commission.amount_minor == 0

    answer = decide(client, world, "adjust", "3", direction="up", amount="5", reason="Kept")

    assert answer.status_code == 422
    assert "would change nothing" in answer.content.decode()
    assert not commission.adjustments.exists()


@pytest.mark.parametrize("what", ["hold", "clear", "reject", "reopen", "adjust"])
def test_no_decision_without_a_reason(client, world, what):
    before = AuditEvent.objects.count()

    response = decide(client, world, what, reason="  ", direction="up", amount="1")

    assert response.status_code == 422
    assert AuditEvent.objects.count() == before


def test_credit_by_hand_shows_what_changes_then_changes_it(client, world):
    order = world.shop.get("1")
    url = reverse("tracking:order-credit", args=[world.brand.slug, order.public_id])
    data = {"enrollment": world.ben.public_id, "reason": "Ben showed his post"}

    preview = client.post(url, data)
    assert preview.status_code == 200
    assert "Anna" in preview.content.decode() and "Ben" in preview.content.decode()
    assert Attribution.objects.get(order=order, is_current=True).enrollment == world.anna
    assert Commission.objects.filter(order=order).count() == 1

    response = client.post(url, data | {"confirmed": "1"})
    assert response.status_code == 303
    record = Attribution.objects.get(order=order, is_current=True)
    assert (record.enrollment, record.reason) == (world.ben, "Ben showed his post")
    page = client.get(response.url).content.decode()
    assert "earlier record" in page and "Ben showed his post" in page
    assert prove_books(brand_id=world.brand.pk).is_balanced


def test_crediting_who_has_it_already_is_refused(client, world):
    order = world.shop.get("1")
    url = reverse("tracking:order-credit", args=[world.brand.slug, order.public_id])

    response = client.post(url, {"enrollment": world.anna.public_id, "reason": "Again"})

    assert response.status_code == 422
    assert "credited to this creator already" in response.content.decode()


def test_approving_puts_the_applicant_into_the_group_chosen(client, world):
    group = make_group(world.anna.program, "Premium")
    application = make_application(world.anna.program, make_user(name="Cleo"))
    url = reverse("affiliates:application-approve", args=[world.brand.slug, application.public_id])

    assert client.post(url, {"group": group.public_id}).status_code == 303

    application.refresh_from_db()
    assert application.status == ApplicationStatus.APPROVED
    assert group.enrollments.get().affiliation.affiliate.display_name == "Cleo"
    again = client.post(url, {"group": group.public_id}, follow=True)
    assert "decided this application before you" in again.content.decode()


def test_suspending_names_what_is_frozen_and_reinstating_restores(client, world):
    creator = world.anna.affiliation
    args = [world.brand.slug, creator.public_id]
    suspend = reverse("affiliates:creator-suspend", args=args)
    assert "17.50" in client.get(suspend).content.decode()

    assert client.post(suspend, {"reason": "Odd traffic"}).status_code == 303
    assert client.post(suspend, {"reason": "Odd traffic"}).status_code == 422
    page = client.get(reverse("affiliates:creator-detail", args=args)).content.decode()
    assert "Odd traffic" in page
    response = decide(client, world, "reject", "3", reason="Now")
    assert response.status_code == 422 and "suspended" in response.content.decode()

    assert client.post(reverse("affiliates:creator-reinstate", args=args), {"reason": "Fine"})
    creator.refresh_from_db()
    assert creator.status == "active"


def test_codes_are_created_renamed_and_ended(client, world):
    slug, creator = world.brand.slug, world.anna.affiliation.public_id
    new = reverse("affiliates:code-create-brand", args=[slug, creator, world.anna.public_id])

    assert client.post(new, {"text": "SPRING", "discount_note": "10 % off"}).status_code == 303
    taken = client.post(new, {"text": "tea10"})
    assert taken.status_code == 422 and "exists already" in taken.content.decode()
    assert client.post(new, {"text": "two words"}).status_code == 422

    spring = Code.objects.get(text="SPRING")
    rename = reverse("affiliates:code-rename", args=[slug, spring.public_id])
    assert client.post(rename, {"text": "SUMMER"}).status_code == 303
    spring.refresh_from_db()
    summer = Code.objects.get(text="SUMMER")
    assert spring.disabled_at is not None and summer.discount_note == "10 % off"
    assert client.post(rename, {"text": "AUTUMN"}).status_code == 422

    end = reverse("affiliates:code-disable-brand", args=[slug, summer.public_id])
    assert client.post(end).status_code == 303
    summer.refresh_from_db()
    assert summer.disabled_at is not None


def test_moving_to_a_group_of_another_creators_place_is_404(client, world):
    group = make_group(world.anna.program, "Premium")
    args = [world.brand.slug, world.anna.affiliation.public_id]
    move = reverse("affiliates:enrollment-move", args=[*args, world.anna.public_id])
    wrong = reverse("affiliates:enrollment-move", args=[*args, world.ben.public_id])

    assert client.post(move, {"group": group.public_id}).status_code == 303
    world.anna.refresh_from_db()
    assert world.anna.group == group
    assert client.post(wrong, {"group": group.public_id}).status_code == 404


def test_the_address_to_send_leads_to_the_page_where_creators_join(client, world):
    page = client.get(reverse("affiliates:creator-list", args=[world.brand.slug])).content.decode()

    assert reverse("portal:join", args=[world.brand.slug, world.anna.program.slug]) in page


@pytest.mark.parametrize(
    "page", ["tracking:order-list", "tracking:commission-list", "affiliates:creator-list"]
)
def test_a_longer_list_asks_the_database_no_more(client, world, page):
    url = reverse(page, args=[world.brand.slug]) + "?tab=all"
    client.get(url)  # the first page of a session notes when it began
    few = count_queries(client, url)

    for number in range(10, 16):
        world.shop.pay(str(number), discounts=code("TEA10" if number % 2 else "COFFEE10"))

    assert count_queries(client, url) == few


def count_queries(client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_orders_are_found_by_number_creator_and_reason(client, world):
    url = reverse("tracking:order-list", args=[world.brand.slug])

    def numbers(query: str) -> set[str]:
        rows = client.get(url + query).context["rows"]
        return {row["number"] for row in rows}

    assert numbers("") == {"#1", "#2", "#3"}
    assert numbers("?q=%232") == {"#2"}
    assert numbers("?q=anna") == {"#1", "#3"}
    assert numbers(f"?creator={world.anna.affiliation.public_id}") == {"#1", "#3"}
    assert numbers("?tab=without") == {"#2"}
    assert numbers("?tab=without&reason=attr.lost_window") == set()
    assert numbers("?q=%00&creator=x&before=nothing") == set()
