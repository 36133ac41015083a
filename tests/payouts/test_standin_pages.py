"""A sandbox creator sets up Stripe through the stand-in, and is paid by it, over real HTTP."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from brands.models import RailKind
from payouts.models import Payout, PayoutMethod, PayoutStatus, RailEvent
from payouts.rails.paypal import standin
from payouts.services.methods import set_bank_method
from payouts.tasks import drive_open
from portal.books import prove_books
from tests.makers import get_owner
from tests.payouts.ledger_world import make_books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here(live_server, settings):
    settings.SITE_URL = settings.INTERNAL_URL = live_server.url
    return live_server


def test_a_creator_sets_up_stripe_and_is_paid_by_the_stand_in(here):
    books = make_books()
    books.pass_days(3)  # a rail's messages go by real time, whatever the sandbox's clock says
    creator = books.affiliation.affiliate.user
    client = Client()
    client.force_login(creator)
    start = reverse("payouts:method-stripe", args=[books.affiliation.public_id])

    answer = client.post(start, {"country": "DE"})
    assert answer.status_code == 303
    page = answer["Location"].removeprefix(here.url)
    assert client.get(page).status_code == 200
    assert client.post(page).status_code == 302
    assert client.get(page).status_code == 404  # a link is used once
    drive_open()

    method = PayoutMethod.objects.get()
    assert method.is_ready
    assert RailEvent.objects.filter(status="processed").exists()
    books.release("100.00")
    books.approve()
    drive_open()
    drive_open()
    assert Payout.objects.get().status == PayoutStatus.PAID
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_no_account_is_opened_where_stripe_cannot_send_from_the_brands_country(here):
    books = make_books()
    client = Client()
    client.force_login(books.affiliation.affiliate.user)
    start = reverse("payouts:method-stripe", args=[books.affiliation.public_id])

    answer = client.post(start, {"country": "th"})

    assert answer.status_code == 422
    assert "account (DE) to one in TH" in answer.content.decode()
    assert not PayoutMethod.objects.filter(rail=RailKind.STRIPE).exists()


def test_the_stand_in_answers_only_keys_of_open_sandboxes(here):
    client = Client()
    path = reverse("payouts:standin-api", args=["v1/balance"])

    for key in ("", "Bearer sk_test_standin_guess", "Bearer sk_live_something"):
        assert client.get(path, headers={"Authorization": key}).status_code == 401


def test_a_sandbox_pays_by_the_stand_in_of_paypal_and_hears_of_it(here, monkeypatch):
    monkeypatch.setattr(standin, "FATES", {"": ((timedelta(), "SUCCESS"),)})
    books = make_books()
    books.pass_days(3)
    set_bank_method(
        affiliation_id=books.affiliation.pk,
        rail=RailKind.PAYPAL,
        details={"email": "anna@example.com"},
        actor_id=books.affiliation.affiliate.user_id,
        now=books.now,
    )
    books.release("100.00")
    books.approve()
    client = Client()
    client.force_login(get_owner(books.brand))
    tested = client.post(
        reverse("payouts:rail-test", args=[books.brand.slug, "paypal"]), follow=True
    )
    assert "Connected." in tested.content.decode()

    drive_open()

    assert Payout.objects.get().status == PayoutStatus.PAID
    assert RailEvent.objects.get(rail="paypal").status == "processed"
    assert prove_books(brand_id=books.brand.pk).is_balanced
    token = reverse("payouts:standin-paypal", args=["v1/oauth2/token"])
    batches = reverse("payouts:standin-paypal", args=["v1/payments/payouts"])
    for path in (token, batches):
        for key in ("", "Basic YTpi", "Bearer x.y"):
            assert client.post(path, headers={"Authorization": key}).status_code == 401
