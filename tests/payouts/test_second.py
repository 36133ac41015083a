"""From the brand's limit on, two people say yes to the same list, or nothing is paid."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from brands.models import PayoutPolicy
from brands.services.payouts import change_payout_policy, lock_policy
from brands.services.team import change_role
from core.models import AuditEvent, Mail
from ledger.models import AccountKind
from ledger.selectors import get_balance
from payouts.models import Payout, PlanStatus, RunApproval
from payouts.rails.registry import LIMITS
from payouts.services import second
from payouts.services.approval import PlanChanged, SecondFactorMissing, approve_plan
from portal.todo import list_tasks
from tests.core.test_factors import code_of
from tests.makers import make_member
from tests.payouts.ledger_world import add_bank, make_books
from tests.payouts.second_world import Team, make_team
from tests.portal.text import plain
from tests.racing import race
from tests.safety import make_app

pytestmark = pytest.mark.django_db

JUST = timedelta(seconds=1)


@pytest.fixture
def team() -> Team:
    return make_team()


def moved(team: Team) -> int:
    return get_balance(
        brand_id=team.brand.pk,
        kind=AccountKind.IN_PAYOUT,
        currency="EUR",
        party_id=team.place.pk,
    )


@pytest.mark.parametrize(("limit", "payouts"), [(9_999, 0), (10_000, 0), (10_001, 1)])
def test_the_limit_itself_takes_two_and_a_cent_less_takes_one(team, limit, payouts):
    team.limit(EUR=limit)

    assert len(team.approve(team.plan(), team.owner)) == payouts
    assert moved(team) == 10_000 * payouts


def test_the_limit_of_another_currency_does_not_count(team):
    team.limit(USD=1)

    assert len(team.approve(team.plan(), team.owner)) == 1


def test_the_first_yes_is_kept_and_the_second_pays(team):
    plan = team.plan()

    assert team.approve(plan, team.owner) == []
    first = RunApproval.objects.get()
    assert (first.person, first.content_hash) == (team.owner, plan.content_hash)
    assert (Payout.objects.count(), moved(team)) == (0, 0)
    assert [task.code for task in list_tasks(brand=team.brand, owed=[], now=team.now)] == [
        "run_second"
    ]
    (letter,) = Mail.objects.filter(subject__contains="waits for your approval")
    assert letter.to == team.finance.email

    (payout,) = team.approve(plan, team.finance)
    assert (payout.amount_minor, moved(team)) == (10_000, 10_000)
    actions = AuditEvent.objects.filter(action__startswith="payout_plan.approved")
    assert list(actions.values_list("action", "actor_id").order_by("pk")) == [
        ("payout_plan.approved_first", team.owner.pk),
        ("payout_plan.approved", team.finance.pk),
    ]


def test_nobody_is_both(team):
    plan = team.plan()
    team.approve(plan, team.owner)

    with pytest.raises(second.NeedsAnother):
        team.approve(plan, team.owner)
    with pytest.raises(IntegrityError, match="once_a_person"), transaction.atomic():
        RunApproval.objects.create(
            brand=team.brand, plan=plan, person=team.owner, content_hash="x", at=team.now
        )
    assert moved(team) == 0


@pytest.mark.parametrize("role", ["manager", "analyst"])
def test_who_may_not_pay_is_no_second_person(team, role):
    plan, other = team.plan(), make_member(team.brand, role).user
    make_app(other)
    team.approve(plan, team.owner)

    with pytest.raises(second.MayNotApprove):
        team.approve(plan, other)


def test_a_second_person_without_a_factor_is_none(team):
    plan, other = team.plan(), make_member(team.brand, "finance").user
    team.approve(plan, team.owner)

    with pytest.raises(SecondFactorMissing):
        team.approve(plan, other)


def test_the_factor_is_shown_by_him_for_this_run_and_just_now(team):
    plan, lasts = team.plan(), second.PROOF_LASTS
    mine = team.prove(plan, team.owner)
    refused = [
        None,
        team.prove(plan, team.finance),
        team.prove(team.plan(), team.owner),
        mine,
    ]
    plan = team.plan()
    for proof in refused:
        with pytest.raises(second.FactorNotShown):
            team.approve(plan, team.owner, proof=proof)
    mine = team.prove(plan, team.owner)
    for early_or_late in (-JUST, lasts, lasts + JUST):
        with pytest.raises(second.FactorNotShown):
            team.approve(plan, team.owner, proof=mine, now=team.now + early_or_late)

    assert team.approve(plan, team.owner, proof=mine, now=team.now + lasts - JUST) == []


def test_a_changed_list_lets_the_first_yes_fall_and_says_so(team, client):
    plan = team.plan()
    team.approve(plan, team.owner)
    team.earn(500)

    with pytest.raises(PlanChanged):
        team.approve(plan, team.finance)
    fresh = team.plan()

    assert RunApproval.objects.get().fell_code == "changed"
    assert Mail.objects.get(subject__contains="you approved has changed").to == team.owner.email
    client.force_login(team.finance)
    page = plain(client.get(reverse("payouts:run-detail", args=[team.brand.slug, fresh.public_id])))
    assert "It changed, so that approval counts no more." in page
    assert team.approve(fresh, team.finance) == []
    assert len(team.approve(fresh, team.owner)) == 1


def test_the_same_list_looked_at_again_keeps_the_first_yes(team):
    plan = team.plan()
    team.approve(plan, team.owner)

    assert team.plan() == plan
    assert len(team.approve(plan, team.finance)) == 1


def test_the_first_withdraws_and_may_begin_anew(team):
    plan = team.plan()
    team.approve(plan, team.owner)
    asked = {"plan_id": plan.pk, "actor_id": team.finance.pk, "now": team.now}
    with pytest.raises(second.NothingToWithdraw):
        second.withdraw_approval(**asked)

    second.withdraw_approval(**{**asked, "actor_id": team.owner.pk})
    assert team.approve(plan, team.finance) == []
    assert len(team.approve(plan, team.owner)) == 1

    with pytest.raises(second.NothingToWithdraw):
        second.withdraw_approval(**asked)


def test_the_yes_of_somebody_who_may_no_longer_approve_falls(team):
    plan = team.plan()
    team.approve(plan, team.finance)
    member = team.brand.members.get(user=team.finance)
    change_role(member_id=member.pk, role="analyst", actor_id=team.owner.pk, now=team.now)

    assert team.approve(plan, team.owner) == []
    assert RunApproval.objects.get(person=team.finance).fell_code == "left"


def test_a_higher_limit_or_none_counts_after_a_day_and_owners_are_told(team, client):
    set_limits(team, {"EUR": 20_000})
    set_limits(team, {})
    day = timedelta(hours=24)
    letters = Mail.objects.filter(subject__contains="fewer payout runs")
    assert {letter.to for letter in letters} == {team.owner.email}
    assert "100.00" in letters.first().text

    takes = [
        second.takes_two(brand=team.brand, currency="EUR", total_minor=10_000, now=team.now + wait)
        for wait in (day - JUST, day, day + JUST)
    ]

    assert takes == [True, False, False]


def test_a_lower_limit_counts_at_once(team):
    team.limit(EUR=20_000)
    set_limits(team, {"EUR": 10_000})

    assert not PayoutPolicy.objects.get(brand=team.brand).past_limits
    assert team.approve(team.plan(), team.owner) == []


def set_limits(team: Team, limits: dict[str, int]) -> None:
    with transaction.atomic():
        policy = lock_policy(team.brand.pk)
        change_payout_policy(
            policy, {"approval_limits": limits}, actor_id=team.finance.pk, now=team.now
        )


def test_a_sandbox_takes_two_people_and_no_factor():
    books = make_books()
    add_bank(books)
    books.release("100.00")
    PayoutPolicy.objects.filter(brand=books.brand).update(approval_limits={"EUR": 10_000})
    plan = books.plan()

    assert books.approve(plan) == []
    (payout,) = approve_plan(
        plan_id=plan.pk,
        seen_hash=plan.content_hash,
        limits=LIMITS,
        actor_id=make_member(books.brand, "finance").user_id,
        now=books.now,
    )
    assert payout.amount_minor == 10_000


def test_the_pages_ask_for_the_factor_of_this_moment_and_go_on(team):
    """Each in a browser of his own: a code shown before does not do, and works once."""
    plan = team.plan()
    page = reverse("payouts:run-detail", args=[team.brand.slug, plan.public_id])
    approve = reverse("payouts:run-approve", args=[team.brand.slug, plan.public_id])
    secrets = {person: make_new_app(person) for person in (team.owner, team.finance)}
    mine, again, hers = Client(), Client(), Client()
    for browser, person in ((mine, team.owner), (again, team.owner), (hers, team.finance)):
        browser.force_login(person)
    assert "Approve 100.00 EUR as the first of two" in plain(mine.get(page))

    code = code_of(secrets[team.owner])
    done = [show(browser, approve, plan, code) for browser in (mine, again)]

    assert done == [True, False]  # the second browser had the same code
    assert "Withdraw my approval" in mine.get(page).content.decode()
    assert mine.get(approve)["Location"] == page  # a look alone approves nothing
    assert mine.post(approve, {"hash": plan.content_hash})["Location"].startswith(
        reverse("mfa_reauthenticate")
    )  # asked again, although it was shown a moment ago
    assert show(hers, approve, plan, code_of(secrets[team.finance]))
    plan.refresh_from_db()
    assert (plan.status, moved(team)) == (PlanStatus.APPROVED, 10_000)
    assert "and by" in plain(hers.get(page))


def make_new_app(person) -> str:
    person.authenticator_set.all().delete()
    return make_app(person)


def show(browser: Client, approve: str, plan, code: str) -> bool:
    """Press the button, show a code, and say whether it went on."""
    asked = browser.post(approve, {"hash": plan.content_hash})
    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    shown = browser.post(asked["Location"], {"code": code, "next": approve})
    if shown.status_code != 302:
        return False
    return browser.get(shown["Location"]).status_code == 303


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_pay_once():
    team = make_team()
    plan = team.plan()

    results = race(
        *(lambda who=who: team.approve(plan, who) for who in (team.owner, team.finance) * 2),
        refusals=(second.NeedsAnother, Exception),
    )

    assert results.count(None) == 2
    assert Payout.objects.count() == 1
    assert moved(team) == 10_000


@pytest.mark.django_db(transaction=True)
def test_one_person_in_two_browsers_at_once_is_one():
    team = make_team()
    plan = team.plan()

    results = race(*(lambda: team.approve(plan, team.owner),) * 4, refusals=(second.NeedsAnother,))

    assert results.count(None) == 1
    assert (RunApproval.objects.count(), Payout.objects.count()) == (1, 0)
