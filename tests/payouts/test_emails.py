"""What creators read of their payouts."""

import pytest

from core.models import Mail, MailStatus
from payouts.services import moves
from tests.payouts.ledger_world import add_bank, make_books, pay_by_file

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    rows = Mail.objects.filter(kind__in=["payout_sent", "payout_paid", "payout_failed"])
    return list(rows.order_by("pk").values_list("kind", flat=True))


def test_a_payout_is_told_when_it_leaves_and_when_it_is_paid():
    books = make_books()
    add_bank(books)
    books.release("100.00")

    payout = pay_by_file(books)

    assert told() == ["payout_sent", "payout_paid"]
    mail = Mail.objects.get(kind="payout_paid")
    assert mail.subject.startswith("100.00")
    assert f"/me/payouts/{payout.public_id}/" in mail.text
    assert mail.status == MailStatus.WAITING


def test_a_payout_that_failed_is_told_with_the_reason_to_everybody():
    books = make_books()
    add_bank(books)
    books.release("100.00")
    user = books.affiliation.affiliate.user
    user.notice_choices.create(group="payouts", delivery="off", changed_at=books.now)

    (payout,) = books.approve()
    moves.cancel_payout(
        payout_id=payout.pk, reason="Wrong bank", actor_id=books.owner_id, now=books.now
    )

    assert told() == ["payout_failed"]
    assert "Wrong bank" in Mail.objects.get(kind="payout_failed").text
