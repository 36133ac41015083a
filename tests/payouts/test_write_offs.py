"""What refunds after a payout left below zero is recovered for a while, then written off, once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from affiliates.services.membership import reinstate_affiliation, suspend_affiliation
from brands.services.brands import move_clock
from core.models import AuditEvent
from ledger.models import AccountKind, Entry, EntryKind
from ledger.services import Cause, Draft, Leg, post_entry
from payouts.domain.statement import sum_parts
from payouts.selectors import list_standings
from payouts.selectors_recovery import list_recoveries
from payouts.selectors_runs import sum_recovered
from payouts.selectors_statements import find_open_month
from payouts.services import write_offs
from payouts.services.approval import NothingToPay, PlanChanged
from portal.books import prove_books
from tests.makers import get_owner, make_member
from tests.payouts.ledger_world import Books, make_owing, pay_by_file
from tests.portal.text import plain
from tests.racing import race
from tracking.services.review import adjust_commission
from tracking.tasks import release_brand

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def books() -> Books:
    return make_owing()


def end_of(books: Books) -> datetime:
    """Return the first moment after the window of what is to recover."""
    (left,) = list_recoveries(brand=books.brand)
    day, zone = left.last_day + timedelta(days=1), ZoneInfo(books.brand.time_zone)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def write_off_by_hand(books: Books, minor: int = 3_000) -> None:
    write_offs.write_off_by_hand(
        affiliation_id=books.affiliation.pk,
        currency="EUR",
        seen_minor=minor,
        reason="A good partner",
        actor_id=books.owner_id,
        now=books.now,
    )


def is_balanced(books: Books) -> bool:
    connection.check_constraints()
    return prove_books(brand_id=books.brand.pk).is_balanced


def test_it_is_written_off_with_the_first_moment_after_the_window_and_once(books):
    end = end_of(books)
    assert end - books.now > timedelta(days=90)

    done = [
        write_offs.write_off_due(brand=books.brand, now=at)
        for at in (end - SECOND, end, end + SECOND)
    ]

    assert done == [0, 1, 0]
    assert books.balance(AccountKind.PAYABLE) == 0
    (standing,) = list_standings([books.affiliation])
    assert (standing.written_off.amount_minor, standing.recoveries) == (3_000, ())
    assert is_balanced(books)


def test_both_sides_read_until_when_and_afterwards_that_it_is_gone(books, client):
    commission = books.shop.commission("n1").public_id
    owner, creator = get_owner(books.brand), books.affiliation.affiliate.user
    brand_pages = [
        reverse("affiliates:creator-detail", args=[books.brand.slug, books.affiliation.public_id]),
        reverse("portal:commission-brand", args=[books.brand.slug, commission]),
    ]
    own_pages = [
        reverse("payouts:creator-payouts"),
        reverse("portal:commission-story", args=[commission]),
    ]
    liability = reverse("portal:report-liability", args=[books.brand.slug])

    def read(person, pages):
        client.force_login(person)
        return [plain(client.get(page)) for page in pages]

    for page in read(owner, brand_pages) + read(creator, own_pages):
        assert "30.00 EUR is taken from" in page and "after that it is written off" in page
    assert "then written off" in read(owner, [liability])[0]

    write_off_by_hand(books)
    brand_side, own_side = read(owner, brand_pages), read(creator, own_pages)

    assert "were written off so far" in brand_side[0] and "were written off so far" in own_side[0]
    assert "is no longer asked from you" in own_side[1] and "shown in Liability" in brand_side[1]
    month = books.now.astimezone(ZoneInfo(books.brand.time_zone)).date().replace(day=1)
    found = find_open_month(
        affiliation=books.affiliation, currency="EUR", month=month, now=books.now
    )
    assert found is not None
    assert sum_parts(found.facts.lines)["write_offs"] == 3_000


def test_what_was_earned_meanwhile_is_taken_first_and_the_oldest_refund_with_it(books):
    books.release("20.00")
    books.shop.refund("n1", "r2", "50.00")
    first, second = list_recoveries(brand=books.brand)
    assert (first.amount.amount_minor, second.amount.amount_minor) == (1_000, 500)
    assert second.last_day - first.last_day == timedelta(days=31)

    end = datetime.combine(first.last_day, datetime.min.time(), UTC) + timedelta(days=2)
    write_offs.write_off_due(brand=books.brand, now=end)

    assert books.balance(AccountKind.PAYABLE) == -500
    assert sum_recovered(brand_id=books.brand.pk, currency="EUR") != {}
    assert is_balanced(books)


def test_after_a_write_off_the_next_run_pays_all_that_is_earned(books):
    write_off_by_hand(books)
    books.release("60.00")

    draft = books.plan()
    (line,) = draft.content["lines"]

    assert (line["amount_minor"], line["recovered_minor"]) == (6_000, 0)
    assert pay_by_file(books).amount_minor == 6_000
    assert is_balanced(books)


def test_a_refund_that_did_not_go_through_takes_the_write_off_back(books):
    write_off_by_hand(books)

    books.shop.refund("n1", "r1", "300.00", status="failed")

    assert books.shop.commission("n1").amount_minor == 10_000
    assert books.balance(AccountKind.PAYABLE) == 0
    assert list_standings([books.affiliation])[0].written_off.amount_minor == 0
    assert is_balanced(books)


def test_a_rise_of_one_cent_takes_one_cent_of_the_write_off_back(books):
    write_off_by_hand(books)

    adjust_commission(
        commission_id=books.shop.commission("n1").pk,
        delta_minor=1,
        reason="Rounded",
        actor_id=books.owner_id,
        now=books.now,
    )

    assert books.balance(AccountKind.PAYABLE) == 0
    assert list_standings([books.affiliation])[0].written_off.amount_minor == 2_999
    assert is_balanced(books)


def test_of_a_suspended_creator_nothing_is_written_off(books):
    end = end_of(books)
    who = {"affiliation_id": books.affiliation.pk, "actor_id": books.owner_id, "now": books.now}
    suspend_affiliation(reason="Asked for by the shop", **who)
    with pytest.raises(write_offs.NothingToWriteOff):
        write_off_by_hand(books)

    assert write_offs.write_off_due(brand=books.brand, now=end) == 0
    reinstate_affiliation(reason="All is well", **who)
    assert write_offs.write_off_due(brand=books.brand, now=end) == 1


def test_by_hand_it_takes_the_finance_role_a_reason_and_the_amount_that_was_seen(books, client):
    page = reverse("payouts:write-off", args=[books.brand.slug, books.affiliation.public_id, "EUR"])
    client.force_login(make_member(books.brand, "manager").user)
    assert client.get(page).status_code == 403
    client.force_login(make_member(books.brand, "finance").user)
    assert "Write off 30.00 EUR" in plain(client.get(page))
    assert client.post(page, {"reason": "", "seen_minor": 3_000}).status_code == 422
    with pytest.raises(write_offs.AmountChanged):
        write_off_by_hand(books, 2_999)

    client.post(page, {"reason": "A good partner", "seen_minor": 3_000})

    row = AuditEvent.objects.get(action="write_off.made")
    assert (row.reason, row.after["amount_minor"]) == ("A good partner", 3_000)
    assert books.balance(AccountKind.PAYABLE) == 0
    with pytest.raises(write_offs.NothingToWriteOff):
        write_off_by_hand(books)
    assert client.get(page).status_code == 303


def test_the_database_lets_no_write_off_go_above_zero(books):
    legs = (
        Leg(AccountKind.WRITE_OFF, -3_001),
        Leg(AccountKind.PAYABLE, 3_001, books.affiliation.pk),
    )
    draft = Draft(EntryKind.WRITE_OFF, "too much", "EUR", legs, Cause("test", "1"))

    with pytest.raises(IntegrityError, match="ledger_write_off_to_zero"), transaction.atomic():
        post_entry(brand_id=books.brand.pk, draft=draft, now=books.now)


@pytest.mark.django_db(transaction=True)
def test_jobs_hands_earnings_and_payouts_at_once_write_off_no_cent_too_much():
    books = make_owing()
    end = end_of(books)
    books.earn("20.00")

    def release() -> None:
        release_brand(books.brand)

    def pay() -> None:
        books.approve()

    move_clock(brand_id=books.brand.pk, seconds=31 * 86_400, actor_id=books.owner_id, now=books.now)
    race(
        lambda: write_offs.write_off_due(brand=books.brand, now=end),
        lambda: write_off_by_hand(books),
        release,
        lambda: write_offs.write_off_due(brand=books.brand, now=end),
        pay,
        refusals=(
            write_offs.AmountChanged,
            write_offs.NothingToWriteOff,
            NothingToPay,
            PlanChanged,
        ),
    )
    release_brand(books.brand)

    written = sum(
        entry.postings.get(account__kind=AccountKind.PAYABLE).amount_minor
        for entry in Entry.objects.filter(kind=EntryKind.WRITE_OFF)
    )
    assert written in {1_000, 3_000}  # the 20.00 came before or after
    assert books.balance(AccountKind.PAYABLE) == written - 3_000 + 2_000
    assert is_balanced(books)
