"""Where the money goes changes under guard: a pause, notices, and a proof of who asks (I-34)."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from core.clock import brand_now
from core.models import AuditEvent, Mail
from core.sessions import BEGAN
from payouts.models import PayoutMethod, PayoutPlan
from payouts.rails.registry import LIMITS
from payouts.services.approval import NothingToPay, PlanChanged, SecondFactorMissing, approve_plan
from payouts.services.methods import record_account_state, set_rail_account
from payouts.services.planning import make_plan
from payouts.services.railevents import refresh_account
from payouts.services.rails import AccountState
from payouts.tasks import check_destinations
from tests.core.test_factors import log_in, make_person
from tests.everything import make_everything
from tests.makers import get_creator, make_enrollment, make_program
from tests.payouts.ledger_world import Books, add_bank, make_books
from tests.payouts.stripe_world import open_world
from tests.safety import make_app

pytestmark = pytest.mark.django_db

NEW = {"account_name": "Test creator", "iban": "DE02120300000000202051"}


@pytest.fixture
def books() -> Books:
    made = make_books()
    add_bank(made)
    made.release("100.00")
    return made


def letters() -> set[str]:
    return set(Mail.objects.filter(kind="payout_method_changed").values_list("to", flat=True))


def gates(books: Books) -> list[str]:
    plan = make_plan(
        brand_id=books.brand.pk,
        currency="EUR",
        limits=LIMITS,
        actor_id=books.owner_id,
        now=books.now,
    )
    return [gate["code"] for one in plan.content["left_out"] for gate in one["gates"]]


def ready_at(account: str) -> AccountState:
    return AccountState(True, True, (), False, account)


def test_a_change_is_told_to_the_address_and_to_the_one_of_last_month(books):
    user = get_creator(books.enrollment)
    user.former_email = "before@mail.example"
    user.email_changed_at = books.now - timedelta(days=29)
    user.save()
    Mail.objects.all().delete()

    add_bank(books, NEW)

    assert letters() == {user.email, "before@mail.example"}
    assert gates(books) == ["gate.cooling"]


def test_a_changed_address_pauses_payouts_too(books):
    user = get_creator(books.enrollment)
    user.email_changed_at = books.now - timedelta(hours=71)
    user.save()
    assert gates(books) == ["gate.address"]

    user.email_changed_at = books.now - timedelta(hours=73)
    user.save()

    assert gates(books) == []


def test_another_account_behind_the_same_stripe_account_pauses_payouts(books):
    method = set_rail_account(
        affiliation_id=books.affiliation.pk,
        external_account="acct_1",
        actor_id=books.owner_id,
        now=books.now - timedelta(days=4),
    )
    for account in ("fp_1", "fp_1", ""):
        record_account_state(
            method_id=method.pk, state=ready_at(account), expects_live=False, now=books.now
        )
    assert gates(books) == []
    Mail.objects.all().delete()

    record_account_state(
        method_id=method.pk, state=ready_at("fp_2"), expects_live=False, now=books.now
    )

    assert gates(books) == ["gate.cooling"]
    assert letters() == {get_creator(books.enrollment).email}
    assert AuditEvent.objects.filter(action="payout_method.destination_changed").count() == 1


def test_a_bank_account_beyond_the_ten_that_stripe_shows_pauses_payouts_too(books):
    """An account tells ten of its bank accounts; the others stand on pages of their own."""
    now = books.now
    with open_world() as world:
        method = set_rail_account(
            affiliation_id=books.affiliation.pk,
            external_account=world.account,
            actor_id=books.owner_id,
            now=now - timedelta(days=4),
        )

        def look() -> PayoutMethod:
            return refresh_account(
                method=method, onboarding=world.onboarding, expects_live=False, now=now
            )

        def add(number: int) -> None:
            world.standin.add_bank_account(
                namespace=world.namespace, account=world.account, name=f"{number:03}"
            )

        for number in range(120):
            add(number)
        first, same = look(), look()
        add(120)
        Mail.objects.all().delete()

        changed = look()

        assert first.destination == same.destination != changed.destination
        assert same.frozen_until < now
        assert changed.frozen_until == now + timedelta(hours=72)
        assert letters() == {get_creator(books.enrollment).email}
        assert gates(books) == ["gate.cooling"]


@pytest.mark.parametrize(
    ("checked", "is_due"), [(None, True), (21, True), (1, False)], ids=["never", "21 h", "1 h"]
)
def test_each_account_at_stripe_is_looked_at_every_day(
    checked, is_due, books, django_capture_on_commit_callbacks
):
    method = set_rail_account(
        affiliation_id=books.affiliation.pk,
        external_account="acct_1",
        actor_id=books.owner_id,
        now=books.now,
    )
    if checked is not None:
        method.checked_at = brand_now(books.brand) - timedelta(hours=checked)
        method.save()

    with django_capture_on_commit_callbacks() as sent:
        check_destinations()

    asked = [one.kwargs for one in sent if getattr(one, "name", "") == "payouts.refresh_method"]
    assert asked == [{"method_id": method.pk}] * is_due


def test_whoever_plans_a_run_has_the_accounts_in_it_looked_at_anew(
    books, django_capture_on_commit_callbacks
):
    method = set_rail_account(
        affiliation_id=books.affiliation.pk,
        external_account="acct_1",
        actor_id=books.owner_id,
        now=books.now - timedelta(days=4),
    )
    record_account_state(
        method_id=method.pk, state=ready_at("fp_1"), expects_live=False, now=books.now
    )

    with django_capture_on_commit_callbacks() as sent:
        plan = books.plan()
    record_account_state(
        method_id=method.pk, state=ready_at("fp_2"), expects_live=False, now=books.now
    )

    asked = [one for one in sent if getattr(one, "name", "") == "payouts.refresh_method"]
    assert [one.kwargs for one in asked] == [{"method_id": method.pk}]
    with pytest.raises(PlanChanged):
        books.approve(plan)


def test_the_method_is_changed_only_after_a_proof_of_who_asks():
    anna = make_person("anna@mail.example")
    place = make_enrollment(make_program(), user=anna)
    page = reverse("payouts:method-edit", args=[place.affiliation.public_id])
    client = Client()
    log_in(client)
    session = client.session
    session[BEGAN] = (datetime.now(UTC) - timedelta(minutes=11)).isoformat()
    session["account_authentication_methods"] = []
    session.save()

    answer = client.post(page, NEW)

    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not PayoutMethod.objects.exists()


def test_a_run_of_real_money_is_approved_with_a_second_factor_only(client):
    real = make_everything()
    plan = PayoutPlan.objects.get(public_id=real.ids["draft_id"])
    Authenticator.objects.filter(user=real.owner).delete()
    client.force_login(real.owner)
    page = reverse("payouts:run-detail", args=[real.brand.slug, plan.public_id])
    approve = reverse("payouts:run-approve", args=[real.brand.slug, plan.public_id])

    shown = client.get(page).content.decode()
    refused = client.post(approve, {"hash": plan.content_hash}, follow=True).content.decode()
    make_app(real.owner)
    looked_at = client.post(approve, {"hash": plan.content_hash}, follow=True).content.decode()

    assert reverse("mfa_index") in shown
    assert "approving takes a second factor" in refused
    assert "approving takes a second factor" not in looked_at


def test_no_caller_approves_real_money_for_somebody_without_a_second_factor():
    real = make_everything()
    plan = PayoutPlan.objects.get(public_id=real.ids["draft_id"])
    Authenticator.objects.filter(user=real.owner).delete()
    asked = {
        "plan_id": plan.pk,
        "seen_hash": plan.content_hash,
        "limits": LIMITS,
        "actor_id": real.owner.pk,
        "now": real.shop.now,
    }

    with pytest.raises(SecondFactorMissing):
        approve_plan(**asked)
    make_app(real.owner)

    with pytest.raises(NothingToPay):  # he is let in: the plan itself is looked at
        approve_plan(**asked)
