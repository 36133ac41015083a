"""Reviews with one and the same reason end together; what has another one too stays."""

import pytest
from django.test import Client
from django.urls import reverse

from brands.models import Role
from core.models import AuditEvent
from portal.books import prove_books
from tests.makers import NOW, get_owner, make_code, make_enrollment, make_member, make_program
from tests.orders import get_commission, place_order
from tests.portal.text import plain
from tracking.models import ReviewHold
from tracking.services.holds import hold_commission

pytestmark = pytest.mark.django_db


@pytest.fixture
def held():
    """Return four commissions under review: two alike, one for two reasons, one for another."""
    code = make_code(make_enrollment(make_program()), "TEA")
    found = [get_commission(place_order(code, order_id=str(number))) for number in range(4)]
    for commission, reason in zip(found, ("office", "office", "office", "other"), strict=True):
        hold(commission, reason)
    ReviewHold.objects.create(
        brand=found[2].brand,
        commission=found[2],
        kind="dispute",
        code="hold.dispute",
        opened_at=NOW,
    )
    return found


def hold(commission, reason: str) -> None:
    owner = get_owner(commission.brand)
    hold_commission(commission_id=commission.pk, reason=reason, actor_id=owner.pk, now=NOW)


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
    client.post(url(held[0]), {"also": also, "reason": "Checked"})
    client.post(url(held[0]), {"also": also, "reason": "Checked"})

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
