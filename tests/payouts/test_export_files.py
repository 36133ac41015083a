"""Files of a run: one for each rail, the same bytes for whoever takes them, taken back by two."""

import hashlib
import json
from contextlib import suppress

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from brands.models import RailKind, Role
from brands.services.payouts import DetailsMissing, set_rail
from core.iban import BadIban
from ledger.models import AccountKind
from payouts.domain.states import IllegalMove
from payouts.models import ExportFile, Payout, PayoutStatus
from payouts.services import exports, moves
from payouts.services.methods import MissingDetails, set_bank_method
from portal.books import prove_books
from tests.makers import get_owner, make_code, make_enrollment, make_member
from tests.payouts.ledger_world import BANK, Books, add_bank, make_books
from tests.portal.text import plain
from tests.shop import code

pytestmark = pytest.mark.django_db

SEPA = {"name": "Brand GmbH", "iban": "DE02120300000000202051", "schema": "pain.001.001.03"}


def switch_on_sepa(books: Books) -> None:
    set_rail(
        brand_id=books.brand.pk,
        rail=RailKind.SEPA,
        secret_key=None,
        webhook_secret=None,
        details=SEPA,
        actor_id=books.owner_id,
        now=books.now,
    )


def add_second_creator(books: Books) -> None:
    """Have somebody else earn 60.00, paid by SEPA."""
    user = make_member(books.brand, Role.ANALYST).user
    enrollment = make_enrollment(books.enrollment.program, user=user)
    make_code(enrollment, "OTHER")
    set_bank_method(
        affiliation_id=enrollment.affiliation_id,
        rail=RailKind.SEPA,
        details={"account_name": "Bo", "iban": "NL91 ABNA 0417 1643 00"},
        actor_id=enrollment.affiliation.affiliate.user_id,
        now=books.now,
    )
    line = {"id": "1", "title": "Thing", "quantity": 1, "gross": "600.00"}
    books.shop.pay("second", total="600.00", lines=[line], discounts=code("OTHER"))


@pytest.fixture
def books() -> Books:
    made = make_books()
    add_bank(made)
    switch_on_sepa(made)
    return made


def take(books: Books) -> ExportFile:
    """Have the file of a run with one bank transfer in somebody's hands."""
    books.release("100.00")
    payout = next(one for one in books.approve() if one.rail == "csv")
    moves.hand_over_file(file_id=payout.file_id, actor_id=books.owner_id, now=books.now)
    return ExportFile.objects.get(pk=payout.file_id)


def test_a_run_has_a_file_for_each_rail_and_every_download_is_the_same_bytes(books, client):
    add_second_creator(books)
    books.release("100.00")
    books.approve()
    client.force_login(get_owner(books.brand))

    by_rail = {file.rail: file for file in ExportFile.objects.all()}

    assert set(by_rail) == {"csv", "sepa"}
    sepa = by_rail["sepa"]
    assert (sepa.rows, sepa.total_minor) == (1, 6_000)
    assert b"NL91ABNA0417164300" in sepa.content and b"Thing" not in sepa.content
    url = reverse("payouts:run-file", args=[books.brand.slug, sepa.public_id])
    assert client.get(url).status_code == 404  # nobody took it yet
    first, again = client.post(url), client.get(url)
    assert first.content == again.content == bytes(sepa.content)
    assert first["Content-Type"] == "application/xml"
    assert hashlib.sha256(first.content).hexdigest() == sepa.sha256
    statuses = Payout.objects.order_by("rail").values_list("rail", "status")
    assert list(statuses) == [("csv", "approved"), ("sepa", "submitted")]


def test_what_is_ticked_is_confirmed_whole_and_the_rest_stays(books, client):
    add_second_creator(books)
    file = take(books)
    page = reverse("payouts:run-confirm", args=[books.brand.slug, file.plan.public_id, "csv"])
    client.force_login(get_owner(books.brand))
    payout = file.payouts.get()

    assert client.post(page, {"reference": "B-1"}).status_code == 422
    told = {"reference": "B-1", "paid_on": "2999-01-01", "payouts": [payout.public_id]}
    assert client.post(page, told).status_code == 422
    day = payout.approved_at.date()
    client.post(page, {**told, "paid_on": day.isoformat()})

    payout.refresh_from_db()
    assert (payout.status, payout.reference, payout.paid_on) == ("paid", "B-1", day)
    assert Payout.objects.get(rail="sepa").status == PayoutStatus.APPROVED
    with pytest.raises(IllegalMove):
        exports.confirm_payouts(
            payout_ids=[payout.pk],
            reference="B-2",
            paid_on=day,
            actor_id=books.owner_id,
            now=books.now,
        )
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_taking_an_export_back_takes_a_second_person_and_a_reason(books, client):
    file = take(books)
    second = make_member(books.brand, Role.FINANCE).user
    page = reverse("payouts:file-cancel", args=[books.brand.slug, file.public_id])
    client.force_login(get_owner(books.brand))
    assert client.post(page, {"what": "agree"}).status_code == 303  # nobody asked yet
    assert client.post(page, {"what": "ask"}).status_code == 422

    client.post(page, {"what": "ask", "reason": "Uploaded nowhere"})
    client.post(page, {"what": "agree"})

    assert file.payouts.get().status == PayoutStatus.SUBMITTED
    assert books.balance(AccountKind.IN_PAYOUT) == 10_000
    client.force_login(second)
    assert "Uploaded nowhere" in plain(client.get(page))
    client.post(page, {"what": "agree"})
    assert file.payouts.get().status == PayoutStatus.CANCELLED
    assert books.balance(AccountKind.PAYABLE) == 10_000
    assert prove_books(brand_id=books.brand.pk).is_balanced
    file_url = reverse("payouts:run-file", args=[books.brand.slug, file.public_id])
    assert client.get(file_url).status_code == 404
    assert client.post(file_url).status_code == 404


def test_what_was_paid_meanwhile_is_not_cancelled(books):
    file = take(books)
    second = make_member(books.brand, Role.FINANCE).user
    facts = {"file_id": file.pk, "now": books.now}
    exports.ask_to_cancel(reason="By mistake", actor_id=books.owner_id, **facts)
    with pytest.raises(exports.AskedAlready):
        exports.ask_to_cancel(reason="Again", actor_id=second.pk, **facts)
    with pytest.raises(exports.SamePerson):
        exports.cancel_export(actor_id=books.owner_id, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExportFile.objects.update(cancelled_by=books.owner_id)

    payout = file.payouts.get()
    moves.confirm_payout(payout_id=payout.pk, reference="B", actor_id=books.owner_id, now=books.now)
    with pytest.raises(exports.NothingToCancel):
        exports.cancel_export(actor_id=second.pk, **facts)
    exports.keep_export(actor_id=books.owner_id, **facts)

    with suppress(exports.NothingToCancel):
        exports.ask_to_cancel(reason="Again", actor_id=second.pk, **facts)
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.PAID


def test_a_sepa_file_needs_an_account_to_pay_from_and_keeps_it_when_not_given_again(books):
    row = books.brand.rails.get(rail="sepa")
    facts = {
        "brand_id": books.brand.pk,
        "rail": RailKind.SEPA,
        "secret_key": None,
        "webhook_secret": None,
        "actor_id": books.owner_id,
        "now": books.now,
    }

    set_rail(**facts, details={"name": "Brand SE", "iban": "", "bic": "", "schema": SEPA["schema"]})

    row.refresh_from_db()
    kept = json.loads(row.details)
    assert (kept["name"], kept["iban"], kept["bic"]) == ("Brand SE", SEPA["iban"], "BYLADEM1001")
    set_rail(**facts, details={"iban": "NL91ABNA0417164300"})
    row.refresh_from_db()
    assert json.loads(row.details)["bic"] == "ABNANL2A"
    row.delete()
    with pytest.raises(DetailsMissing):
        set_rail(**facts, details={"name": "Brand SE"})


def test_a_creator_gives_an_iban_that_sepa_reaches(books, client):
    user = books.affiliation.affiliate.user
    page = reverse("payouts:method-edit", args=[books.affiliation.public_id])
    client.force_login(user)
    wrong = {"rail": "sepa", "account_name": "Anna", "iban": "DE88370400440532013000"}

    refused = client.post(page, wrong)
    client.post(page, {**wrong, "iban": "DE89 3704 0044 0532 0130 00"})

    assert refused.status_code == 422 and "mistyped" in plain(refused)
    assert client.post(page, {**wrong, "rail": "stripe"}).status_code == 404
    method = books.affiliation.payout_method
    assert (method.rail, method.hint) == ("sepa", "…3000")
    assert json.loads(method.details)["iban"] == "DE89370400440532013000"
    facts = {"affiliation_id": books.affiliation.pk, "actor_id": user.pk, "now": books.now}
    with pytest.raises(BadIban):
        set_bank_method(rail=RailKind.SEPA, details={"account_name": "A", "iban": "x"}, **facts)
    with pytest.raises(MissingDetails):
        set_bank_method(rail=RailKind.SEPA, details={**BANK, "account_name": "😀"}, **facts)


def test_the_settings_page_takes_the_account_and_shows_its_end(books, client):
    client.force_login(get_owner(books.brand))
    page = reverse("brands:rail-edit", args=[books.brand.slug, "sepa"])
    form = {"is_enabled": "on", **SEPA, "iban": "DE88370400440532013000"}

    assert client.post(page, form).status_code == 422
    assert client.post(page, {**form, "iban": ""}).status_code == 303
    shown = plain(client.get(page)) + plain(
        client.get(reverse("brands:rails", args=[books.brand.slug]))
    )

    assert "…2051" in shown and SEPA["iban"] not in shown
