"""What creators read of their commissions: each fact once, with its reason, in their language."""

import pytest

from core.models import Mail, MailStatus
from core.notices import COMMISSIONS
from tests.makers import make_code, make_connection, make_enrollment, make_program, make_user
from tests.payouts.ledger_world import make_books
from tests.shop import Shop, code

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str]]:
    rows = Mail.objects.filter(kind__startswith="commission").order_by("pk")
    return [(mail.kind, mail.subject) for mail in rows]


def open_shop(language: str = "en") -> Shop:
    program = make_program()
    make_code(make_enrollment(program, user=make_user(language=language)), "ANNA10")
    program.brand.name = "Saffron"
    program.brand.save(update_fields=["name"])
    return Shop(make_connection(program.brand))


def test_a_commission_is_told_when_it_is_made_lowered_and_taken_back():
    shop = open_shop()

    shop.pay("7", discounts=code("ANNA10"))
    shop.refund("7", "r1", "25.00")
    shop.refund("7", "r1", "25.00")
    shop.refund("7", "r2", "75.00")

    assert told() == [
        ("commission_made", "You earned 10.00 EUR at Saffron"),
        ("commission_changed", "A commission at Saffron is 7.50 EUR now"),
        ("commission_reversed", "A commission of 7.50 EUR at Saffron was taken back"),
    ]
    made, changed, _gone = Mail.objects.filter(kind__startswith="commission").order_by("pk")
    assert made.status == MailStatus.COLLECTED == changed.status
    assert "It is released on" in made.text
    assert "refund" in changed.text.lower() and "from 10.00" in changed.text


def test_an_order_that_earns_nothing_yet_is_told_once_it_earns():
    shop = open_shop()
    order = shop.order("7", status="pending", paid_at=None, discounts=code("ANNA10"))

    assert shop.send("order.created", order) == 200
    assert told() == []
    shop.pay("7", discounts=code("ANNA10"))

    assert [kind for kind, _subject in told()] == ["commission_made"]


def test_the_reason_reads_in_the_language_of_its_creator():
    shop = open_shop("th")
    shop.pay("7", discounts=code("ANNA10"))
    shop.refund("7", "r1", "25.00")

    text = Mail.objects.get(kind="commission_changed").text

    assert "คืนเงิน" in text and "refund" not in text


def test_what_is_released_together_is_told_together():
    books = make_books()
    for amount in ("10.00", "20.00", "5.50"):
        books.earn(amount)

    books.pass_days(31)

    (mail,) = Mail.objects.filter(kind="commissions_released")
    assert mail.subject.startswith("35.50")
    assert "Number of commissions: 3" in mail.text


def test_whoever_wants_no_mail_of_commissions_has_no_row():
    shop = open_shop()
    user = shop.connection.brand.affiliations.get().affiliate.user
    user.notice_choices.create(group=COMMISSIONS.name, delivery="off", changed_at=shop.now)

    shop.pay("7", discounts=code("ANNA10"))

    assert told() == []
