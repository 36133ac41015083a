"""Work for a fee: taken by as many as may, handed in, decided, and paid once."""

from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse

from affiliates.services.membership import suspend_affiliation
from brands.models import Program, Role
from core.models import Mail
from portal.books import prove_books
from tests import racing
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_deliverable,
    make_enrollment,
    make_member,
    make_program,
    make_user,
)
from tests.portal import clock
from tests.portal.text import plain
from tracking.models import Commission, Work, WorkStatus
from tracking.services.deliverables import (
    NotOffered,
    OfferFull,
    OfferOver,
    Said,
    WrongStep,
    answer_offer,
    approve_work,
    expire_works,
    refuse_work,
    submit_work,
    withdraw_deliverable,
)

pytestmark = pytest.mark.django_db

SAID = Said("https://anna.example/video", "Online since today")


@pytest.fixture
def anna():
    return make_enrollment(make_program(), user=make_user(name="Anna"))


def join(place, name="Ben"):
    return make_enrollment(place.program, user=make_user(name=name))


def take(place, deliverable, currency="EUR", now=NOW):
    return answer_offer(
        deliverable_id=deliverable.pk,
        enrollment_id=place.pk,
        currency=currency,
        actor_id=get_creator(place).pk,
        now=now,
    )


def hand_in(place, deliverable, now=NOW):
    work = take(place, deliverable, now=now)
    return submit_work(work_id=work.pk, said=SAID, actor_id=get_creator(place).pk, now=now)


def by_owner(place, now=NOW):
    return {"actor_id": get_owner(place.brand).pk, "now": now}


def mails(kind):
    return sorted(Mail.objects.filter(kind=kind).values_list("user__name", flat=True))


def test_approved_work_is_a_commission_of_its_fee_and_both_sides_are_told(anna):
    work = hand_in(anna, make_deliverable(anna.program))

    commission = approve_work(work_id=work.pk, **by_owner(anna))

    assert (commission.amount_minor, commission.kind) == (15_000, "fee")
    assert commission.release_at == NOW + timedelta(days=30)
    assert mails("work_offered") == mails("work_approved") == ["Anna"]
    assert Mail.objects.filter(kind="team_work_submitted").exists()
    assert [step.status for step in work.steps.order_by("pk")] == [
        "accepted",
        "submitted",
        "approved",
    ]
    assert prove_books(brand_id=anna.brand_id).is_balanced


def test_changes_are_asked_for_with_a_reason_and_it_is_handed_in_again(anna):
    work = hand_in(anna, make_deliverable(anna.program))
    ask = {"work_id": work.pk, "status": WorkStatus.CHANGES_ASKED, "reason": "Name the shop"}

    refuse_work(**ask, **by_owner(anna))
    with pytest.raises(WrongStep):
        approve_work(work_id=work.pk, **by_owner(anna))
    submit_work(work_id=work.pk, said=SAID, actor_id=get_creator(anna).pk, now=NOW)

    assert "Name the shop" in Mail.objects.get(kind="work_changes").text
    assert approve_work(work_id=work.pk, **by_owner(anna)).amount_minor == 15_000


def test_what_is_over_cannot_go_on(anna):
    work = hand_in(anna, make_deliverable(anna.program))
    refuse_work(work_id=work.pk, status=WorkStatus.REJECTED, reason="No cups", **by_owner(anna))

    for step in (
        partial(approve_work, work_id=work.pk, **by_owner(anna)),
        partial(submit_work, work_id=work.pk, said=SAID, **by_owner(anna)),
        partial(take, anna, work.deliverable),
    ):
        with pytest.raises(WrongStep):
            step()
    assert not Commission.objects.exists()


def test_no_more_take_it_than_may_and_a_declined_place_is_free_again(anna):
    ben = join(anna)
    offer = make_deliverable(anna.program, max_takers=1)
    take(anna, offer)

    with pytest.raises(OfferFull):
        take(ben, offer)
    take(anna, offer, currency=None)
    assert take(ben, offer).status == WorkStatus.ACCEPTED


def test_an_offer_is_declined_without_taking_it_first_and_may_be_taken_after(anna):
    offer = make_deliverable(anna.program)

    declined, taken = take(anna, offer, currency=None), take(anna, offer)

    assert (declined.status, taken.status) == (WorkStatus.DECLINED, WorkStatus.ACCEPTED)
    assert (taken.currency, taken.fee_minor) == ("EUR", 15_000)


def test_an_offer_is_for_whom_it_names_and_while_it_is_open(anna):
    ben, late = join(anna), NOW + timedelta(days=11)
    mine = make_deliverable(anna.program, enrollment_id=anna.pk)
    withdrawn = make_deliverable(anna.program)
    withdraw_deliverable(deliverable_id=withdrawn.pk, **by_owner(anna))

    with pytest.raises(NotOffered):
        take(ben, mine)
    with pytest.raises(NotOffered):
        take(anna, mine, currency="USD")
    with pytest.raises(OfferOver):
        take(anna, mine, now=late)
    with pytest.raises(OfferOver):
        take(anna, withdrawn)


def test_a_suspended_creator_takes_and_hands_in_nothing(anna):
    offer = make_deliverable(anna.program)
    work = take(anna, offer)
    suspend_affiliation(affiliation_id=anna.affiliation_id, reason="Spam", **by_owner(anna))

    with pytest.raises(NotOffered):
        submit_work(work_id=work.pk, said=SAID, actor_id=get_creator(anna).pk, now=NOW)
    with pytest.raises(NotOffered):
        take(anna, make_deliverable(anna.program))


def test_what_is_not_handed_in_by_its_day_expires_after_that_day_where_the_brand_is(anna):
    offer = make_deliverable(anna.program)
    work = take(anna, offer)
    handed = hand_in(join(anna), offer)
    last = NOW.replace(hour=21, minute=59) + timedelta(days=10)

    assert expire_works(real_now=last) == 0
    assert [expire_works(real_now=last + timedelta(minutes=1)) for _time in range(2)] == [1, 0]
    work.refresh_from_db()
    handed.refresh_from_db()
    assert (work.status, handed.status) == ("expired", "submitted")


@pytest.mark.django_db(transaction=True)
def test_a_raced_approval_pays_once_and_a_raced_offer_has_one_taker(anna):
    ben = join(anna)
    offer = make_deliverable(anna.program, max_takers=1)
    outcome = racing.race(
        partial(take, anna, offer), partial(take, ben, offer), refusals=(OfferFull,)
    )
    work = Work.objects.get(status="accepted")
    submit_work(work_id=work.pk, said=SAID, actor_id=get_creator(work.enrollment).pk, now=NOW)
    approve = partial(approve_work, work_id=work.pk, **by_owner(anna))
    racing.race(approve, approve, approve, refusals=(WrongStep,))

    assert sorted(map(str, outcome)) == sorted(map(str, [None, OfferFull]))
    assert [one.amount_minor for one in Commission.objects.all()] == [15_000]
    assert prove_books(brand_id=anna.brand_id).is_balanced


# Pages


def test_the_way_from_the_offer_to_the_fee_over_the_pages(client, anna):
    owner, creator = get_owner(anna.brand), get_creator(anna)
    slug = anna.brand.slug
    client.force_login(owner)
    client.post(
        reverse("tracking:work-offer", args=[slug]),
        {
            "title": "One video",
            "kind": "video",
            "brief": "Show the cups",
            "whom": anna.public_id,
            "fees": "150",
            "due_on": (clock.NOW + timedelta(days=9)).date().isoformat(),
        },
    )
    client.force_login(creator)
    assert "One video" in plain(client.get(reverse("portal:creator-home")))
    work_list = plain(client.get(reverse("tracking:own-work-list")))
    assert "150.00 EUR" in work_list
    url = reverse("tracking:own-work", args=[anna.program.deliverables.get().public_id])
    client.post(url, {"what": "take", "currency": "EUR"})
    assert client.post(url, {"what": "submit", "url": "no"}).status_code == 422
    client.post(url, {"what": "submit", "url": "https://anna.example/v", "note": "There"})
    client.force_login(owner)
    assert "work handed in waits" in plain(client.get(reverse("portal:brand-home", args=[slug])))
    work = Work.objects.get()
    decide = partial(reverse, "tracking:work-decide")
    assert client.post(decide(args=[slug, work.public_id, "reject"]), {}).status_code == 422
    client.post(decide(args=[slug, work.public_id, "approve"]))
    client.force_login(creator)

    commission = Commission.objects.get()
    story = plain(client.get(reverse("portal:commission-story", args=[commission.public_id])))

    assert "150.00 EUR" in story
    assert "approved “One video”" in story


def test_an_approval_says_first_what_a_budget_leaves_and_both_sides_open_what_it_became(
    client, anna
):
    work = hand_in(anna, make_deliverable(anna.program))
    Program.objects.filter(pk=anna.program_id).update(budget_minor=9_000)
    slug = anna.brand.slug
    decide = reverse("tracking:work-decide", args=[slug, work.public_id, "approve"])
    client.force_login(get_owner(anna.brand))

    asked = plain(client.get(decide))
    client.post(decide)
    detail = client.get(reverse("tracking:work-detail", args=[slug, work.deliverable.public_id]))
    client.force_login(get_creator(anna))
    own = client.get(reverse("tracking:own-work", args=[work.deliverable.public_id]))

    assert "Of 150.00 EUR only 90.00 EUR becomes" in asked and "Approve 90.00 EUR" in asked
    commission = Commission.objects.get()
    assert commission.amount_minor == 9_000
    for page in (detail, own):
        assert commission.public_id in page.content.decode() and "90.00 EUR" in plain(page)


def test_roles_offer_and_decide(client, anna):
    work = hand_in(anna, make_deliverable(anna.program))
    slug = anna.brand.slug
    decide = reverse("tracking:work-decide", args=[slug, work.public_id, "approve"])
    for role, can_offer, can_decide in (
        (Role.ANALYST, 403, 403),
        (Role.FINANCE, 403, 200),
        (Role.MANAGER, 200, 200),
    ):
        client.force_login(make_member(anna.brand, role).user)
        assert client.get(reverse("tracking:work-offer", args=[slug])).status_code == can_offer
        assert client.get(decide).status_code == can_decide
