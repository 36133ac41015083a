"""VAT and withholding of payouts: posted, sent, stated and taken back to the minor unit."""

from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from core.clock import database_now
from core.models import AuditEvent
from ledger.models import AccountKind
from ledger.selectors import get_balance
from payouts.domain.statement import read_statement, sum_parts
from payouts.models import Payout, PayoutStatus, Statement, TaxRate
from payouts.selectors_statements import list_open_months
from payouts.services import moves
from payouts.services.approval import PlanChanged
from payouts.services.driving import drive_brand
from payouts.services.importing import import_sent
from payouts.services.rails import SentItem
from payouts.services.statements import close_next_month, is_true_to_books
from payouts.services.tax import Declaration, declare_tax
from payouts.services.taxrates import RateEnded, add_tax_rate, end_tax_rate, set_tax_country
from payouts.views._statement_page import OwnLinks
from payouts.views._statement_pdf import describe_paper
from portal.books import prove_books
from tests.makers import get_owner, make_member
from tests.payouts.ledger_world import Books, add_bank, add_stripe, make_books
from tests.payouts.papers import make_tax_rate
from tests.payouts.stripe_world import open_world
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    made = make_books()
    add_bank(made)
    made.release("100.00")
    return made


def tax(books: Books, *, vat: int = 1_900, withheld: int = 1_000, declared: str = "DE") -> None:
    """Let the brand pay tax in DE with both rates; the creator is registered for VAT."""
    actor, now = books.owner_id, books.now
    set_tax_country(brand_id=books.brand.pk, country="DE", actor_id=actor, now=now)
    make_tax_rate(books.brand, actor_id=actor, now=now, bps=vat)
    make_tax_rate(books.brand, actor_id=actor, now=now, kind="withholding", bps=withheld)
    declare_tax(
        affiliation_id=books.affiliation.pk,
        declaration=Declaration(declared, "business", "registered", {}, False),
        actor_id=books.affiliation.affiliate.user_id,
        now=now,
    )


def brand_balance(books: Books, kind: AccountKind) -> int:
    return get_balance(brand_id=books.brand.pk, kind=kind, currency="EUR", party_id=None)


def taxes(books: Books) -> tuple[int, int]:
    return -brand_balance(books, AccountKind.VAT), brand_balance(books, AccountKind.TAX_WITHHELD)


def is_balanced(books: Books) -> bool:
    connection.check_constraints()
    return prove_books(brand_id=books.brand.pk).is_balanced


def pay(books: Books, payout: Payout) -> Payout:
    plan = payout.plan
    moves.hand_over_file(file_id=plan.files.get().pk, actor_id=books.owner_id, now=books.now)
    return moves.confirm_payout(
        payout_id=payout.pk, reference="r", actor_id=books.owner_id, now=books.now
    )


def today(books: Books) -> date:
    return books.now.astimezone(ZoneInfo(books.brand.time_zone)).date()


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_payout_is_commission_and_vat_less_what_is_withheld_everywhere(books: Books):
    tax(books)
    plan = books.plan()
    (payout,) = books.approve(plan)

    assert (payout.amount_minor, payout.vat_minor, payout.withheld_minor) == (10_000, 1_900, 1_000)
    assert plan.total_minor == payout.sent_minor == 10_900
    assert (books.balance(AccountKind.IN_PAYOUT), taxes(books)) == (10_900, (1_900, 1_000))
    file = plan.files.get()
    assert (file.total_minor, b"109.00" in bytes(file.content)) == (10_900, True)
    assert is_balanced(books)

    pay(books, payout)

    assert brand_balance(books, AccountKind.CLEARING_CSV) == 10_900
    assert (books.balance(AccountKind.IN_PAYOUT), books.balance(AccountKind.PAYABLE)) == (0, 0)
    assert is_balanced(books)
    statement = Statement.objects.get(payout=payout)
    facts = read_statement(statement.content)
    parts = {"commissions": 10_000, "vat": 1_900, "withheld": -1_000, "payouts": -10_900}
    assert sum_parts(facts.lines) == parts
    assert (facts.closing_minor, is_true_to_books(statement)) == (0, True)


@pytest.mark.parametrize("ending", ["cancelled", "failed", "returned", "returned_and_owed"])
def test_what_does_not_arrive_takes_its_tax_back_exactly(books: Books, ending: str):
    tax(books)
    (payout,) = books.approve()
    ids = {"payout_id": payout.pk, "reason": "no", "actor_id": books.owner_id, "now": books.now}
    if ending == "cancelled":
        moves.cancel_payout(**ids)
    elif ending == "failed":
        moves.hand_over_file(
            file_id=payout.plan.files.get().pk, actor_id=books.owner_id, now=books.now
        )
        moves.report_failure(**ids)
    else:
        pay(books, payout)
        if ending == "returned_and_owed":
            books.shop.refund("n1", "r1", "1000.00")
        moves.report_failure(**ids)

    payout.refresh_from_db()
    owed = -10_000 if ending == "returned_and_owed" else 0
    assert payout.status == ending.partition("_and")[0]
    assert taxes(books) == (0, 0)
    assert (
        books.balance(AccountKind.IN_PAYOUT),
        brand_balance(books, AccountKind.CLEARING_CSV),
    ) == (
        0,
        0,
    )
    assert books.balance(AccountKind.PAYABLE) == 10_000 + owed
    assert is_balanced(books)
    (month, *_) = list_open_months([books.affiliation], now=books.now)
    assert not {"vat", "withheld", "payouts"} & set(sum_parts(month.facts.lines))
    if not owed:
        (again,) = books.approve()
        assert again.sent_minor == 10_900 and is_balanced(books)


def test_a_rate_that_changed_since_the_preview_stops_the_approval_and_no_later_one_matters(
    books: Books,
):
    tax(books)
    seen = books.plan()
    rate = TaxRate(
        kind="vat", country="DE", rate_bps=700, starts_on=date(2021, 1, 1), note="Reduced"
    )
    add_tax_rate(brand_id=books.brand.pk, rate=rate, actor_id=books.owner_id, now=books.now)

    with pytest.raises(PlanChanged) as refused:
        books.approve(seen)
    (payout,) = books.approve()
    end_tax_rate(rate_id=rate.pk, actor_id=books.owner_id, now=books.now)
    pay(books, payout)

    assert refused.value.change.totals_change_minor == {"EUR": -1_200}
    assert (payout.vat_minor, payout.tax["vat_bps"]) == (700, 700)
    assert is_true_to_books(Statement.objects.get(payout=payout)) and is_balanced(books)


def test_a_rate_with_a_last_day_to_come_is_ended_before_it_and_only_once(books: Books):
    rate = TaxRate(
        kind="vat",
        country="DE",
        rate_bps=700,
        starts_on=date(2021, 1, 1),
        ends_on=today(books) + timedelta(days=9),
        note="Reduced",
    )
    add_tax_rate(brand_id=books.brand.pk, rate=rate, actor_id=books.owner_id, now=books.now)
    end = partial(end_tax_rate, rate_id=rate.pk, actor_id=books.owner_id, now=books.now)

    end()
    with pytest.raises(RateEnded):
        end()

    rate.refresh_from_db()
    assert rate.ends_on == today(books) - timedelta(days=1)


def test_without_a_country_nothing_is_added_and_without_a_rate_the_money_waits(books: Books):
    tax(books)
    set_tax_country(brand_id=books.brand.pk, country="", actor_id=books.owner_id, now=books.now)
    (line,) = books.plan().content["lines"]
    assert "tax" not in line

    set_tax_country(brand_id=books.brand.pk, country="FR", actor_id=books.owner_id, now=books.now)
    (line,) = books.plan().content["lines"]
    assert line["tax"]["treatment"] == "reverse_charge"
    TaxRate.objects.filter(kind="vat").delete()
    set_tax_country(brand_id=books.brand.pk, country="DE", actor_id=books.owner_id, now=books.now)
    (left_out,) = books.plan().content["left_out"]
    assert [gate["code"] for gate in left_out["gates"]] == ["gate.tax_rate"]


def test_a_rail_is_told_what_is_sent_and_refuses_tax_that_was_not_approved(committed):
    with open_world() as world:
        books = make_books()
        add_stripe(books, world.account)
        books.release("100.00")
        tax(books, vat=1_900, withheld=0)
        (payout,) = books.approve()
        Payout.objects.filter(pk=payout.pk).update(vat_minor=2_900)
        times = {"now": books.now, "real_now": database_now()}
        done = drive_brand(brand_id=books.brand.pk, rail=world.rail, **times)
        assert done["tampered"] == 1

        Payout.objects.filter(pk=payout.pk).update(vat_minor=1_900)
        drive_brand(brand_id=books.brand.pk, rail=world.rail, **times)

        payout.refresh_from_db()
        attempt = payout.attempts.get()
        assert (payout.status, attempt.parameters["amount_minor"]) == ("paid", 11_900)
        assert brand_balance(books, AccountKind.CLEARING_STRIPE) == 11_900
        assert is_balanced(books)


def test_a_payment_found_after_a_restore_is_booked_with_its_tax(committed):
    with open_world() as world:
        books = make_books()
        add_stripe(books, world.account)
        books.release("100.00")
        tax(books, vat=1_900, withheld=500)
        item = SentItem(
            external_id="tr_1",
            amount_minor=11_400,
            currency="EUR",
            destination=world.account,
            payout_public_id="pay_restored1234567890",
            attempt="0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b",
            created_at=books.now,
            reversed_minor=0,
        )

        done = import_sent(
            brand_id=books.brand.pk,
            rail=world.rail,
            items=[item],
            now=books.now,
            real_now=database_now(),
        )

        payout = Payout.objects.get(public_id=item.payout_public_id)
        assert (done.made, done.left) == (1, [])
        assert (payout.status, payout.amount_minor) == (PayoutStatus.PAID, 10_000)
        assert payout.plan.content["lines"][0]["recovered_minor"] == 0
        assert taxes(books) == (1_900, 500) and is_balanced(books)


def test_a_payment_found_after_a_restore_is_taxed_by_the_rates_of_the_day_it_left(committed):
    with open_world() as world:
        books = make_books()
        add_stripe(books, world.account)
        books.release("100.00")
        tax(books, vat=1_900, withheld=0)
        left, left_real = books.now, database_now()
        books.pass_days(3)
        rate = TaxRate(
            kind="vat", country="DE", rate_bps=2_500, starts_on=today(books), note="Raised"
        )
        add_tax_rate(brand_id=books.brand.pk, rate=rate, actor_id=books.owner_id, now=books.now)
        now, real_now = books.now, left_real + (books.now - left)
        sums = {"pay_restored1234567890": 11_900, "pay_other123456789012": 12_345}
        items = [
            SentItem(
                f"tr_{n}",
                name,
                f"0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0{n}",
                minor,
                "EUR",
                world.account,
                0,
                left_real,
            )
            for n, (name, minor) in enumerate(sums.items())
        ]

        odd = import_sent(
            brand_id=books.brand.pk, rail=world.rail, items=items[1:], now=now, real_now=real_now
        )
        done = import_sent(
            brand_id=books.brand.pk, rail=world.rail, items=items[:1], now=now, real_now=real_now
        )

        assert odd.left == [("tr_1", "released_too_little")]
        assert (done.made, done.left) == (1, [])
        payout = Payout.objects.get(public_id="pay_restored1234567890")
        assert (payout.amount_minor, payout.vat_minor) == (10_000, 1_900)
        assert is_balanced(books)


def test_a_sum_that_no_commission_makes_under_the_rates_of_its_day_is_left_for_a_person(committed):
    with open_world() as world:
        books = make_books()
        add_stripe(books, world.account)
        books.release("100.00")
        tax(books, vat=10_000, withheld=0)
        item = SentItem(
            "tr_1",
            "pay_restored1234567890",
            "0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b",
            10_001,
            "EUR",
            world.account,
            0,
            database_now(),
        )

        done = import_sent(
            brand_id=books.brand.pk,
            rail=world.rail,
            items=[item],
            now=books.now,
            real_now=database_now(),
        )

        assert done.left == [("tr_1", "tax_differs")]
        assert not Payout.objects.exists()


def test_a_month_says_the_same_of_tax_as_its_payouts_on_page_and_in_files(books: Books):
    tax(books, declared="FR")
    (payout,) = books.approve()
    pay(books, payout)
    note = "Reverse charge: the recipient accounts for the VAT"
    client = client_of(books.affiliation.affiliate.user)

    (month, *_) = list_open_months([books.affiliation], now=books.now)
    page = f"/me/payouts/statements/{books.affiliation.public_id}/EUR/{month.facts.month:%Y-%m}/"
    assert plain(client.get(page)).count(note) == 1
    assert note in b"".join(client.get(f"{page}csv/").streaming_content).decode()
    books.pass_days(40)
    while close_next_month(brand_id=books.brand.pk, now=books.now) is not None:
        pass
    issued = Statement.objects.exclude(month=None).get(month=month.facts.month)
    assert note in str(describe_paper(issued, OwnLinks())["notes"])
    with translation.override("fa"):
        assert "2006/112/EC" in str(describe_paper(issued, OwnLinks())["notes"])
        assert note not in str(describe_paper(issued, OwnLinks())["notes"])
    assert is_true_to_books(issued)
    assert is_balanced(books)


def test_brand_and_creator_see_before_and_after_how_the_sum_comes_about(books: Books):
    tax(books)
    creator = client_of(books.affiliation.affiliate.user)
    owner = client_of(get_owner(books.brand))
    before = plain(creator.get("/me/payouts/"))
    plan = books.plan()
    preview = plain(owner.get(f"/b/{books.brand.slug}/payouts/runs/{plan.public_id}/"))
    (payout,) = books.approve(plan)
    pay(books, payout)

    for page in (
        before,
        plain(creator.get(f"/me/payouts/{payout.public_id}/")),
        plain(owner.get(f"/b/{books.brand.slug}/payouts/{payout.public_id}/")),
    ):
        for text in ("VAT 19 %", "19.00 EUR", "Tax withheld 10 %", "109.00 EUR", "not legal"):
            assert text in page
    assert "VAT of DE at 19 % of the commission." in preview and "109.00 EUR" in preview
    statement = payout.statement
    assert "VAT of DE" in plain(creator.get(f"/me/payouts/statements/{statement.public_id}/"))


def test_finance_enters_rates_and_others_only_read_them(books: Books):
    url = f"/b/{books.brand.slug}/payouts/tax/rates/"
    owner, manager = (
        client_of(get_owner(books.brand)),
        client_of(make_member(books.brand, "manager").user),
    )
    asked = {
        "rate-kind": "vat",
        "rate-country": "de",
        "rate-rate_bps": "19",
        "rate-starts_on": "2026-01-01",
        "rate-ends_on": "",
        "rate-note": "The law",
    }
    assert owner.post(url, {"country": "de"}).status_code == 303
    assert owner.post(f"{url}add/", asked).status_code == 303
    rate = TaxRate.objects.get()
    assert (rate.country, rate.rate_bps) == ("DE", 1_900)

    for name, value in [
        ("rate-starts_on", "2026-01-01"),
        ("rate-country", ""),
        ("rate-ends_on", "2025-12-31"),
        ("rate-rate_bps", "101"),
        ("rate-note", ""),
    ]:
        answer = owner.post(f"{url}add/", {**asked, name: value})
        assert answer.status_code == 422
        assert "The law" in plain(answer) or name == "rate-note"
    assert TaxRate.objects.count() == 1
    assert "Needs the finance role" in plain(manager.get(url))
    assert manager.post(f"{url}add/", asked).status_code == 403

    ahead = {**asked, "rate-starts_on": str(today(books) + timedelta(days=40))}
    owner.post(f"{url}add/", ahead)
    for one in TaxRate.objects.all():
        assert owner.post(f"{url}{one.public_id}/end/").status_code == 303
    rate.refresh_from_db()
    assert rate.ends_on == today(books) - timedelta(days=1)
    assert TaxRate.objects.count() == 1
    assert "has ended already" in plain(owner.post(f"{url}{rate.public_id}/end/", follow=True))
    logged = AuditEvent.objects.filter(action__startswith="tax_rate").count()
    assert logged == 4
