"""What creators declare for tax: who reads it, how long it holds, and what waits for it."""

from datetime import date

import pytest
from django.test import Client

from core.models import AuditEvent
from payouts.domain.tax import find_last_day
from payouts.models import TaxProfile
from payouts.services.erasing import erase_payee
from payouts.services.tax import read_details, require_profiles
from tests.makers import get_owner, make_member
from tests.payouts.ledger_world import Books, add_bank, make_books
from tests.payouts.papers import make_tax_profile
from tests.portal.text import plain

pytestmark = pytest.mark.django_db

DECLARED = {
    "kind": "business",
    "legal_name": "Anna Example GmbH",
    "address": "Street 1\n10115 Berlin",
    "country": "de",
    "tax_id": "11/222/33333",
    "vat_status": "registered",
    "vat_number": "DE123456789",
    "agrees": "on",
    "is_true": "on",
}


@pytest.fixture
def books() -> Books:
    made = make_books()
    add_bank(made)
    made.release("100.00")
    require_profiles(brand_id=made.brand.pk, is_on=True, actor_id=made.owner_id, now=made.now)
    return made


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def own_url(books: Books) -> str:
    return f"/me/payouts/tax/{books.affiliation.public_id}/"


def test_a_payout_waits_until_its_creator_has_declared(books: Books):
    left_out = books.plan().content["left_out"]
    assert [gate["code"] for gate in left_out[0]["gates"]] == ["gate.tax_profile"]

    answer = client_of(books.affiliation.affiliate.user).post(own_url(books), DECLARED)

    assert answer.status_code == 303
    assert books.plan().content["left_out"] == []
    profile = TaxProfile.objects.get()
    assert (profile.country, profile.self_billing_version) == ("DE", 1)
    assert read_details(profile)["legal_name"] == "Anna Example GmbH"


def test_a_declaration_that_is_over_does_not_hold_and_a_form_w_9_never_ends(books: Books):
    make_tax_profile(books.affiliation, now=books.now)
    assert books.plan().content["left_out"] == []

    TaxProfile.objects.update(valid_until=date(2020, 12, 31))

    assert books.plan().content["left_out"]
    declared = date(2026, 11, 5)
    assert find_last_day(country="DE", declared=declared) == date(2029, 12, 31)
    assert find_last_day(country="US", declared=declared) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("vat_number", ""), ("country", "Germany"), ("tax_id", "<b>"), ("is_true", "")],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_lost(books: Books, name, value):
    client = client_of(books.affiliation.affiliate.user)

    answer = client.post(own_url(books), {**DECLARED, name: value})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [name]
    assert "Anna Example GmbH" in plain(answer)
    assert not TaxProfile.objects.exists()


def test_finance_reads_a_declaration_on_record_and_nobody_else(books: Books):
    profile = make_tax_profile(books.affiliation, now=books.now)
    url = f"/b/{books.brand.slug}/payouts/tax/{profile.public_id}/"
    owner, manager = get_owner(books.brand), make_member(books.brand, "manager").user

    closed = client_of(owner).get(url)
    opened = client_of(owner).post(url)

    assert "11 222 333" not in plain(closed) and "11 222 333" in plain(opened)
    read = AuditEvent.objects.get(action="tax_profile.read")
    assert (read.actor_id, read.target_id) == (owner.pk, profile.public_id)
    assert "Needs the finance role" in plain(client_of(manager).get(url))
    assert client_of(manager).post(url).status_code == 403
    logged = AuditEvent.objects.filter(action__startswith="tax_profile")
    assert "222" not in str(list(logged.values_list("before", "after", "reason")))


def test_the_list_says_who_has_declared_and_whether_payouts_wait(books: Books):
    client = client_of(get_owner(books.brand))
    url = f"/b/{books.brand.slug}/payouts/tax/"

    before = plain(client.get(url))
    assert len(client.get(f"{url}?what=missing").context["rows"]) == 1
    make_tax_profile(books.affiliation, now=books.now)
    client.post(f"{url}require/", {"is_on": "0"})
    after = plain(client.get(url))

    assert "waits until" in before and "paid either way" in after
    switched = AuditEvent.objects.filter(action__contains="required").order_by("pk")
    assert list(switched.values_list("action", flat=True)) == [
        "tax_profile.required",
        "tax_profile.not_required",
    ]
    assert client.get(f"{url}?what=missing").context["rows"] == []


def test_an_erasure_takes_what_was_declared(books: Books):
    make_tax_profile(books.affiliation, now=books.now)

    erase_payee(affiliation_ids=[books.affiliation.pk], email="x@mail.example", name="Erased 1")

    assert read_details(TaxProfile.objects.get()) == {}
    assert books.plan().content["left_out"]
