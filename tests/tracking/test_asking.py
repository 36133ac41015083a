"""A review asks and answers: mailed, kept, bounded, seen by both sides and by nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from brands.models import Role
from core.models import AuditEvent, Mail
from tests.makers import NOW, get_creator, get_owner, make_enrollment, make_link, make_member
from tests.orders import get_commission, place_order
from tests.portal.text import plain
from tests.tracking.events import make_line
from tracking.models import ReviewHold, ReviewMessage
from tracking.services.asking import IN_A_ROW, TooManyMessages, answer_brand, ask_creator
from tracking.services.holds import NotHeld, clear_commission, hold_commission

pytestmark = pytest.mark.django_db

QUESTION, ANSWER = "Where did you post it?", "In a <b>newsletter</b>."


@pytest.fixture
def commission():
    lines = (make_line("l1", net=10_000),)
    order = place_order(make_link(make_enrollment()), lines=lines, total=10_000)
    return get_commission(order)


@pytest.fixture
def held(commission):
    owner = get_owner(commission.brand)
    hold_commission(commission_id=commission.pk, reason="Odd", actor_id=owner.pk, now=NOW)
    return commission


def ask_url(commission) -> str:
    return reverse("tracking:commission-ask", args=[commission.brand.slug, commission.public_id])


def answer_url(commission) -> str:
    return reverse("portal:commission-answer", args=[commission.public_id])


def story_url(commission) -> str:
    return reverse("portal:commission-story", args=[commission.public_id])


def queue_of(commission) -> str:
    return reverse("tracking:commission-list", args=[commission.brand.slug]) + "?tab=review"


def test_a_question_is_mailed_answered_on_the_story_and_read_in_the_queue(client: Client, held):
    owner, creator = get_owner(held.brand), get_creator(held.enrollment)
    client.force_login(owner)
    assert "Ask creator" in plain(client.get(queue_of(held)))
    assert client.post(ask_url(held), {"reason": QUESTION}).status_code == 303
    assert QUESTION in Mail.objects.get(user=creator, kind="commission_asked").text

    client.force_login(creator)
    assert QUESTION in plain(client.get(story_url(held)))
    assert client.post(answer_url(held), {"text": ANSWER}).status_code == 303

    client.force_login(owner)
    page = client.get(queue_of(held)).content.decode()
    assert QUESTION in page and "In a &lt;b&gt;newsletter&lt;/b&gt;." in page
    assert ANSWER in Mail.objects.get(user=owner, kind="commission_answered").text
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "commission.asked",
        "commission.answered",
    ]
    held.refresh_from_db()
    assert held.release_at is not None and ReviewHold.objects.get().closed_at is None


def test_a_creator_answers_a_review_without_being_asked(client: Client, held):
    client.force_login(get_creator(held.enrollment))
    assert "Your answer" in plain(client.get(story_url(held)))

    client.post(answer_url(held), {"text": ANSWER})

    assert ReviewMessage.objects.get().side == "creator"
    assert Mail.objects.filter(user=get_owner(held.brand), kind="commission_answered").exists()


def test_each_side_writes_three_times_and_then_waits_for_the_other(held):
    creator, owner = get_creator(held.enrollment), get_owner(held.brand)
    mine = {"commission_id": held.pk, "actor_id": creator.pk, "now": NOW}
    theirs = mine | {"actor_id": owner.pk}
    for number in range(IN_A_ROW):
        answer_brand(text=str(number), **mine)
    with pytest.raises(TooManyMessages):
        answer_brand(text="again", **mine)

    ask_creator(text=QUESTION, **theirs)
    answer_brand(text=ANSWER, **mine)

    assert ReviewMessage.objects.count() == IN_A_ROW + 2


def test_without_a_review_that_a_person_decides_nobody_asks_or_answers(client: Client, held):
    owner = get_owner(held.brand)
    clear_commission(commission_id=held.pk, reason="Fine", actor_id=owner.pk, now=NOW)
    with pytest.raises(NotHeld):
        ask_creator(commission_id=held.pk, text=QUESTION, actor_id=owner.pk, now=NOW)

    client.force_login(get_creator(held.enrollment))
    assert "Your answer" not in plain(client.get(story_url(held)))
    response = client.post(answer_url(held), {"text": ANSWER})

    assert response.status_code == 422
    assert "The review has ended meanwhile" in plain(response) and "newsletter" in plain(response)
    assert not ReviewMessage.objects.exists()


@pytest.mark.parametrize("text", ["", " ", "x" * 1001, "a\0b"])
def test_what_is_no_answer_is_refused_and_kept(client: Client, held, text):
    client.force_login(get_creator(held.enrollment))

    assert client.post(answer_url(held), {"text": text}).status_code == 422
    assert not ReviewMessage.objects.exists()


def test_only_the_creator_answers_and_only_who_may_clear_asks(client: Client, held):
    other = get_creator(make_enrollment())
    client.force_login(other)
    assert client.post(answer_url(held), {"text": ANSWER}).status_code == 404
    assert client.post(ask_url(held), {"reason": QUESTION}).status_code == 404

    client.force_login(make_member(held.brand, Role.ANALYST).user)
    assert client.post(ask_url(held), {"reason": QUESTION}).status_code == 403
    assert not ReviewMessage.objects.exists()


def test_an_empty_queue_says_what_is_released_next(client: Client, commission):
    client.force_login(get_owner(commission.brand))

    page = client.get(queue_of(commission))

    assert "Nothing to review" in plain(page)
    assert "1 commission waits for its date" in plain(page)
