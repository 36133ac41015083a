"""Where is my order? What is known is said at once, the rest is asked of the brand and decided."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from affiliates.services.membership import suspend_affiliation
from brands.models import Role
from core.clock import utc_now
from core.formats import local_day
from core.models import AuditEvent, Brand, Mail, OutboxEvent
from portal.books import prove_books
from portal.privacy.copying import copy_data
from portal.privacy.deleting import delete_account
from portal.todo import list_owed, list_tasks
from tests.claims import BERLIN, make_claim, make_screenshot
from tests.core.hostile_images import encode
from tests.makers import (
    get_creator,
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_member,
    make_program,
    make_sandbox,
    make_user,
)
from tests.portal.text import plain
from tests.shop import Shop, code
from tracking.domain.claims import add_working_days, make_number_key
from tracking.models import Claim, ClaimPicture, ClaimStatus, Commission
from tracking.services.claimcredit import NothingToCredit, OtherNumber, accept_claim
from tracking.services.claims import (
    AlreadyAsked,
    AlreadyResolved,
    TooManyMessages,
    answer_claim,
    decline_claim,
    write_to_brand,
)
from tracking.services.testmarks import mark_test

pytestmark = pytest.mark.django_db

ASK = reverse("tracking:claim-ask")
PAGE = reverse("tracking:own-orders")


@pytest.fixture
def anna():
    return make_enrollment(make_program(), user=make_user(name="Anna"))


@pytest.fixture
def ben(anna):
    return make_enrollment(anna.program, user=make_user(name="Ben"))


@pytest.fixture
def shop(anna):
    return Shop(make_connection(anna.brand))


def by_owner(place, shop):
    return {"actor_id": get_owner(place.brand).pk, "now": shop.now}


def today(shop):
    return local_day(shop.now - timedelta(minutes=2), zone=BERLIN)


def look_up(client, place, number, **details):
    client.force_login(get_creator(place))
    form = {"program": place.public_id, "number": number, **details}
    return client.post(PAGE, form)


def said(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", "", plain(response.content.decode()))).split())


def mails(kind):
    return sorted(Mail.objects.filter(kind=kind).values_list("user__name", flat=True))


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 11, 23), 5, date(2026, 11, 30)),  # Monday
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # Friday
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # Saturday
        (date(2026, 11, 29), 5, date(2026, 12, 4)),  # Sunday
    ],
)
def test_the_deadline_leaves_weekends_out(day, count, due):
    assert add_working_days(day, count) == due


def test_an_order_number_is_the_same_however_it_is_written():
    assert {make_number_key(one) for one in ("#a1042", " A1042 ", "# A1042")} == {"A1042"}


@pytest.mark.parametrize("total", ["100.00", "100,00", "EUR 100", "۱۰۰٫۰۰"])
def test_his_own_order_leads_to_its_story_by_its_total(client, anna, shop, total):
    shop.pay("1", discounts=code(make_code(anna).text))

    response = look_up(client, anna, "#1", total=total)

    assert "Order #1 is yours" in said(response)
    story = reverse("portal:commission-story", args=[shop.commission("1").public_id])
    assert story in response.content.decode()


def test_an_order_he_stood_for_and_lost_says_why_in_his_language(client, anna, ben, shop):
    mine, theirs = make_code(anna).text, make_code(ben).text
    shop.pay("1", discounts=[*code(theirs, "5.00"), *code(mine)])

    response = look_up(client, anna, "1", placed_on=today(shop))

    assert "Not credited: the shopper used another creator's code" in said(response)
    assert "Ben" not in said(response)
    assert "100.00" not in said(response)


def test_an_order_that_nobody_stood_for_says_so_and_no_more(client, anna, ben, shop):
    shop.pay("1", discounts=code(make_code(ben).text))

    page = said(look_up(client, anna, "1", total="100"))

    assert "no code of yours came with it" in page
    assert "Ben" not in page
    assert "100.00" not in page


def test_a_test_order_is_called_one(client, anna, shop):
    order = shop.pay("1", discounts=code(make_code(anna).text))
    mark_test(order_id=order.pk, reason="Ours", **by_owner(anna, shop))

    assert "This is a test order" in said(look_up(client, anna, "1", total="100"))


def strip(response, *values):
    """Return a page without what is the form's: its values and its token."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    text = re.sub(r"hx-headers='[^']*'|hx-headers=\"[^\"]*\"", "", text)
    for value in values:
        text = text.replace(value, "")
    return text


def test_details_that_do_not_all_fit_answer_byte_for_byte_as_no_order_does(client, anna, ben, shop):
    """No wrong day, no wrong total and no order of another program shows that it is there."""
    shop.pay("known-1", discounts=code(make_code(anna).text))
    other = make_enrollment(make_program(anna.brand), user=make_user(name="Cleo"))
    shop.pay("known-2", discounts=code(make_code(other).text))
    yesterday = today(shop) - timedelta(days=1)
    asked = [
        ("absent-1", {"total": "100.00"}),
        ("known-1", {"total": "100.01"}),
        ("known-2", {"total": "100.00"}),
    ]
    dated = [
        ("absent-1", {"placed_on": yesterday, "total": "100.00"}),
        ("known-1", {"placed_on": yesterday, "total": "100.00"}),
        ("known-1", {"placed_on": today(shop), "total": "99.00"}),
    ]

    for group in (asked, dated):
        answers = {
            strip(look_up(client, anna, number, **more), number, *map(str, more.values()))
            for number, more in group
        }
        assert len(answers) == 1
        (answer,) = answers
        assert "We found no order with these details" in plain(answer)


def test_orders_of_other_brands_are_not_there(client, anna, shop):
    elsewhere = make_enrollment(make_program(), user=make_user(name="Dora"))
    Shop(make_connection(elsewhere.brand)).pay("1", discounts=code(make_code(elsewhere).text))

    assert "We found no order" in said(look_up(client, anna, "1", total="100"))


def test_ten_look_ups_a_day_and_then_none_though_an_order_fits(client, anna, shop, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    shop.pay("1", discounts=code(make_code(anna).text))
    for guess in range(10):
        assert look_up(client, anna, f"{guess}9", total="1").status_code == 200

    response = look_up(client, anna, "1", total="100")

    assert response.status_code == 422
    assert "You looked up 10 orders within a day" in said(response)
    assert "is yours" not in said(response)


def test_a_form_without_day_and_total_is_refused_and_counts_as_no_guess(client, anna, shop):
    refused = [look_up(client, anna, "1") for _ in range(11)]

    assert {one.status_code for one in refused} == {422}
    assert "Enter the day of the order, or its total." in said(refused[-1])
    assert look_up(client, anna, "1", total="1.0.0").status_code == 422
    assert look_up(client, anna, "1", total="5").status_code == 200


def test_a_claim_tells_the_team_with_its_deadline_and_is_asked_once(client, anna, shop):
    Brand.objects.filter(pk=anna.brand.pk).update(claim_days=2)
    client.force_login(get_creator(anna))
    form = {
        "program": anna.public_id,
        "number": "#77",
        "total": "20.00",
        "text": "A reader told me",
        "picture": SimpleUploadedFile("receipt.png", encode("PNG"), "image/png"),
    }

    response = client.post(ASK, form)

    claim = Claim.objects.get()
    assert response["Location"] == reverse("tracking:own-claim", args=[claim.public_id])
    opened_on = local_day(claim.opened_at, zone=BERLIN)
    assert claim.due_on == add_working_days(opened_on, 2)
    assert mails("team_claim_opened") == [get_owner(anna.brand).name]
    assert OutboxEvent.objects.filter(topic="claim.opened").count() == 1
    form.pop("picture")
    assert client.post(ASK, form)["Location"] == response["Location"]
    assert Claim.objects.count() == 1
    with pytest.raises(AlreadyAsked):
        make_claim(anna, "77", total="20.00", now=shop.now)


def test_a_screenshot_is_drawn_anew_and_is_for_both_sides_alone(client, anna, ben, shop):
    claim = make_claim(anna, picture=make_screenshot(), now=shop.now)
    own = reverse("tracking:own-claim-picture", args=[claim.public_id])
    brands = reverse("tracking:claim-picture", args=[anna.brand.slug, claim.public_id])

    for user, url, status in (
        (get_creator(anna), own, 200),
        (get_owner(anna.brand), brands, 200),
        (get_creator(ben), own, 404),
        (get_owner(make_brand()), brands, 404),
    ):
        client.force_login(user)
        response = client.get(url)
        assert response.status_code == status
        assert "no-store" in response["Cache-Control"]
    client.force_login(get_creator(anna))
    bad = {"program": anna.public_id, "number": "5", "total": "1", "text": "See"}
    file = SimpleUploadedFile("receipt.png", b"<svg onload=alert(1)>", "image/png")
    assert client.post(ASK, bad | {"picture": file}).status_code == 422
    assert Claim.objects.count() == 1


def test_an_order_that_comes_later_and_is_his_accepts_the_claim(anna, shop):
    claim = make_claim(anna, "9", total="100.00", now=shop.now)

    shop.pay("9", discounts=code(make_code(anna).text))

    claim.refresh_from_db()
    assert (claim.status, claim.resolved_by_id) == (ClaimStatus.ACCEPTED, None)
    assert claim.order == shop.get("9")
    assert OutboxEvent.objects.filter(topic="claim.resolved").count() == 1
    letter = Mail.objects.get(kind="claim_accepted")
    assert letter.user == get_creator(anna)
    assert "10.00" in plain(letter.text)


def test_an_order_that_comes_later_for_nobody_is_noted_for_the_brand_alone(client, anna, shop):
    claim = make_claim(anna, "9", total="100.00", now=shop.now)
    wrong = make_claim(anna, "8", total="50.00", now=shop.now)

    shop.pay("9")
    shop.pay("8", discounts=code(make_code(anna).text))

    claim.refresh_from_db()
    wrong.refresh_from_db()
    assert (claim.status, claim.order) == (ClaimStatus.OPEN, shop.get("9"))
    assert (wrong.status, wrong.order) == (ClaimStatus.OPEN, None)
    client.force_login(get_creator(anna))
    page = client.get(reverse("tracking:own-claim", args=[claim.public_id]))
    assert "answers by" in said(page)


def test_a_claim_about_an_order_that_is_his_by_now_is_accepted_at_once(anna, shop):
    shop.pay("9", discounts=code(make_code(anna).text))

    claim = make_claim(anna, "9", total="100.00", now=shop.now)

    assert claim.status == ClaimStatus.ACCEPTED
    assert mails("team_claim_opened") == []


def test_a_question_about_a_commission_waits_for_the_brand_whatever_comes(client, anna, shop):
    shop.pay("9", discounts=code(make_code(anna).text))
    client.force_login(get_creator(anna))
    url = f"{ASK}?commission={shop.commission('9').public_id}"
    assert "pays you 10.00 EUR" in said(client.get(url))

    client.post(url, {"text": "It should be 15 %"})
    shop.refund("9", "r1", "10.00")

    claim = Claim.objects.get()
    assert (claim.status, claim.is_about_credited) == (ClaimStatus.OPEN, True)
    make_stranger = make_enrollment(anna.program, user=make_user(name="Eve"))
    client.force_login(get_creator(make_stranger))
    assert client.get(url).status_code == 404


def test_accepting_credits_the_order_by_the_rules_and_shows_the_amount_first(
    client, anna, ben, shop
):
    order = shop.pay("9", discounts=code(make_code(ben).text))
    claim = make_claim(anna, "9", total="100.00", now=shop.now)
    client.force_login(get_owner(anna.brand))
    url = reverse("tracking:claim-accept", args=[anna.brand.slug, claim.public_id, order.public_id])

    before = said(client.get(url))
    assert "+10.00" in before
    assert "−10.00" in before
    assert Claim.objects.get().status == ClaimStatus.OPEN
    client.post(url, {"reason": "Her newsletter named it"})

    claim.refresh_from_db()
    assert (claim.status, claim.order) == (ClaimStatus.ACCEPTED, order)
    assert Commission.objects.get(order=order, enrollment=anna).amount_minor == 1000
    assert Commission.objects.get(order=order, enrollment=ben).amount_minor == 0
    assert "10.00" in plain(Mail.objects.get(kind="claim_accepted").text)
    assert prove_books(brand_id=anna.brand.pk).is_balanced
    with pytest.raises(AlreadyResolved):
        decline_claim(claim_id=claim.pk, reason="Late", **by_owner(anna, shop))


def test_an_order_of_another_number_or_a_test_is_not_credited_by_a_claim(anna, shop):
    other, test = shop.pay("8"), shop.pay("9")
    claim = make_claim(anna, "9", total="100.00", now=shop.now)
    mark_test(order_id=test.pk, reason="Ours", **by_owner(anna, shop))

    for order, error in ((other, OtherNumber), (test, NothingToCredit)):
        with pytest.raises(error):
            accept_claim(claim_id=claim.pk, order_id=order.pk, reason="x", **by_owner(anna, shop))
    assert Claim.objects.get().status == ClaimStatus.OPEN


def test_both_sides_write_in_turns_and_a_reply_opens_it_with_a_new_deadline(anna, shop):
    claim, me = make_claim(anna, now=shop.now), {"actor_id": get_creator(anna).pk}
    answer_claim(claim_id=claim.pk, text="We look", **by_owner(anna, shop))
    assert mails("claim_answered") == ["Anna"]
    Claim.objects.update(due_on=date(2026, 1, 1))

    written = write_to_brand(claim_id=claim.pk, text="Thanks", now=shop.now, **me)

    assert written.status == ClaimStatus.OPEN
    assert written.due_on > local_day(shop.now, zone=BERLIN)
    for text in ("More", "And more"):
        write_to_brand(claim_id=claim.pk, text=text, now=shop.now, **me)
    with pytest.raises(TooManyMessages):
        write_to_brand(claim_id=claim.pk, text="Too much", now=shop.now, **me)


def test_declining_needs_a_reason_which_the_creator_reads(client, anna, shop):
    claim = make_claim(anna, now=shop.now)
    client.force_login(get_owner(anna.brand))
    url = reverse("tracking:claim-decline", args=[anna.brand.slug, claim.public_id])

    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "The shop cancelled it"})

    assert "The shop cancelled it" in plain(Mail.objects.get(kind="claim_declined").text)
    client.force_login(get_creator(anna))
    page = client.get(reverse("tracking:own-claim", args=[claim.public_id]))
    assert "The shop cancelled it" in said(page)
    assert make_claim(anna, now=shop.now).status == ClaimStatus.OPEN  # he may ask anew


def test_the_queue_shows_deadlines_evidence_and_what_a_role_may(client, anna, ben, shop):
    shop.pay("9", discounts=code(make_code(ben).text))
    claim = make_claim(anna, "9", total="99.00", now=shop.now)
    make_claim(anna, "404", total="99.00", now=shop.now)
    here = local_day(shop.now, zone=BERLIN)
    Claim.objects.filter(pk=claim.pk).update(due_on=here - timedelta(days=2))
    Claim.objects.exclude(pk=claim.pk).update(due_on=here + timedelta(days=1))
    client.force_login(make_member(anna.brand, Role.ANALYST).user)

    queue = said(client.get(reverse("tracking:claim-list", args=[anna.brand.slug])))
    assert "Overdue 2 days" in queue
    assert "Due tomorrow" in queue
    url = reverse("tracking:claim-detail", args=[anna.brand.slug, claim.public_id])
    page = said(client.get(url))
    assert "another total than was asked for" in page
    assert "Ben" in page
    assert "Needs the manager role" in page
    assert client.post(url, {"text": "Hello"}).status_code == 403
    unknown = Claim.objects.exclude(pk=claim.pk).get()
    url = reverse("tracking:claim-detail", args=[anna.brand.slug, unknown.public_id])
    assert "No store has reported an order #404" in said(client.get(url))
    (task,) = (
        one
        for one in list_tasks(brand=anna.brand, owed=list_owed(anna.brand), now=shop.now)
        if one.code == "claims"
    )
    assert (task.count, task.days) == (2, 2)


def test_a_sandbox_has_its_own_claims(client, anna, shop):
    twin = make_sandbox(anna.brand)
    me = get_owner(anna.brand)
    make_enrollment(anna.program, user=me)
    place = make_enrollment(make_program(twin), user=me)
    make_claim(place, "5", total="1.00", now=shop.now)
    client.force_login(me)

    assert "#5" not in said(client.get(PAGE))
    assert "#5" in said(client.get(f"{PAGE}?brand={twin.slug}"))


def test_a_suspended_creator_may_ask_and_is_told_why_nothing_was_credited(client, anna, shop):
    text = make_code(anna).text
    suspend_affiliation(
        affiliation_id=anna.affiliation_id,
        reason="Terms",
        **(by_owner(anna, shop) | {"now": shop.now - timedelta(days=1)}),
    )
    shop.pay("9", discounts=code(text))

    page = said(look_up(client, anna, "9", total="100"))

    assert "your membership was suspended" in page


def test_an_erased_creator_leaves_no_words_no_picture_and_no_open_claim(anna, shop):
    user, now = get_creator(anna), utc_now()
    claim = make_claim(anna, picture=make_screenshot(), now=now)
    copied = copy_data(user_id=user.pk, actor_id=user.pk, now=now)
    assert b"claims.csv" in copied.getvalue()

    delete_account(user_id=user.pk, actor_id=None, now=now)

    claim.refresh_from_db()
    assert claim.status == ClaimStatus.DECLINED
    assert [one.text for one in claim.messages.all()] == [""]
    assert not ClaimPicture.objects.exists()
    assert not AuditEvent.objects.filter(reason__icontains="reader").exists()
