"""Reviews with one and the same reason end together; what has another one too stays."""

import pytest
from django.test import Client
from django.urls import reverse

from affiliates.models import Code
from brands.models import Role
from core.models import AuditEvent
from portal.books import prove_books
from tests.makers import NOW, get_owner, make_code, make_enrollment, make_member, make_program
from tests.orders import get_commission, place_order
from tests.portal.text import plain
from tracking.models import ReviewHold
from tracking.selectors_brand import list_reasons
from tracking.services.holds import hold_commission

pytestmark = pytest.mark.django_db


@pytest.fixture
def held():
    """Return four commissions under review: two alike, one for two reasons, one for another."""
    code = make_code(make_enrollment(make_program()), "TEA")
    found = [get_commission(place_order(code, order_id=str(number))) for number in range(4)]
    for commission, reason in zip(found, ("office", "office", "office", "other"), strict=True):
        hold(commission, reason)
    dispute(found[2])
    return found


def hold(commission, reason: str) -> None:
    owner = get_owner(commission.brand)
    hold_commission(commission_id=commission.pk, reason=reason, actor_id=owner.pk, now=NOW)


def dispute(commission) -> None:
    ReviewHold.objects.create(
        brand=commission.brand,
        commission=commission,
        kind="dispute",
        code="hold.dispute",
        opened_at=NOW,
    )


def url(commission) -> str:
    name = "tracking:commission-clear-alike"
    return reverse(name, args=[commission.brand.slug, commission.public_id])


def opened() -> int:
    return ReviewHold.objects.filter(closed_at__isnull=True).count()


def test_those_alike_are_named_and_cleared_and_the_rest_stays(client: Client, held):
    client.force_login(get_owner(held[0].brand))
    page = plain(client.get(url(held[0])))
    also = [one.public_id for one in held]

    assert "Clear 2 commissions" in page
    assert client.post(url(held[0]), {"also": also}).status_code == 422
    done = client.post(url(held[0]), {"also": also, "reason": "Checked"}, follow=True)
    client.post(url(held[0]), {"also": also, "reason": "Checked"})

    assert "2 reviews ended." in plain(done)
    assert AuditEvent.objects.filter(action="commission.cleared").count() == 2
    assert opened() == 3
    assert prove_books(brand_id=held[0].brand_id).is_balanced


def test_only_those_that_were_named_are_cleared(client: Client, held):
    client.force_login(get_owner(held[0].brand))

    client.post(url(held[0]), {"also": [held[0].public_id], "reason": "Checked"})

    assert opened() == 4


def test_the_queue_offers_it_where_several_are_alike(client: Client, held):
    client.force_login(get_owner(held[0].brand))
    listed = reverse("tracking:commission-list", args=[held[0].brand.slug]) + "?tab=review"

    assert plain(client.get(listed)).count("Clear all with this reason") == 2


def test_an_analyst_may_not(client: Client, held):
    client.force_login(make_member(held[0].brand, Role.ANALYST).user)

    assert client.post(url(held[0]), {"also": [held[0].public_id]}).status_code == 403
    assert opened() == 5


def test_the_queue_narrows_by_reason_and_ends_all_that_wait_for_it_alone(client: Client, held):
    brand = held[0].brand
    client.force_login(get_owner(brand))
    listed = reverse("tracking:commission-list", args=[brand.slug]) + "?tab=review"
    why = next(key for key, reason in list_reasons(brand).items() if reason[1] == "office")
    found = reverse("tracking:commission-clear-found", args=[brand.slug]) + f"?why={why}"

    page = plain(client.get(f"{listed}&why={why}"))
    asked = plain(client.get(found))

    assert "3 commissions to review" in page and "Clear all 2 with this reason" in page
    assert "Held by a person: office" in asked and "Clear 2 commissions" in asked
    assert f'value="{held[0].public_id} {held[1].public_id}"' in asked


def test_what_came_after_the_page_asked_is_not_meant(client: Client, held):
    brand = held[0].brand
    client.force_login(get_owner(brand))
    why = next(key for key, reason in list_reasons(brand).items() if reason[1] == "office")
    found = reverse("tracking:commission-clear-found", args=[brand.slug]) + f"?why={why}"
    named = f"{held[0].public_id} {held[1].public_id}"
    hold(get_commission(place_order(Code.objects.get(text="TEA"), order_id="late")), "office")
    dispute(held[1])

    client.post(found, {"also": named, "reason": "Checked"})

    assert AuditEvent.objects.filter(action="commission.cleared").count() == 1
    assert not ReviewHold.objects.filter(commission=held[0], closed_at__isnull=True).exists()
    assert opened() == 6


def test_without_a_reason_in_the_filter_nothing_is_ended(client: Client, held):
    client.force_login(get_owner(held[0].brand))
    found = reverse("tracking:commission-clear-found", args=[held[0].brand.slug])

    for query in ("", "?why=nothing", "?q=1"):
        client.post(found + query, {"also": held[0].public_id, "reason": "Checked"})

    assert opened() == 5
