"""The demo: loaded once, through the services, with books that balance and stories that hold."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from affiliates.models import (
    Affiliation,
    AffiliationStatus,
    Announcement,
    Application,
    ApplicationStatus,
    Enrollment,
    GroupMove,
    Receipt,
)
from affiliates.selectors_goals import list_goals
from affiliates.selectors_invitations import STATES as INVITATION_STATES
from affiliates.selectors_invitations import list_invitations
from brands.domain.pricing import Pricing
from brands.models import Program, SavedReport, StoreConnection
from brands.selectors import find_latest_rules, find_latest_terms
from core.clock import database_now
from core.models import AuditEvent, InboundStatus, JobRun, Mail, MailStatus, User
from ledger.models import AccountKind, BooksCheck, Entry
from ledger.selectors import get_balance
from payouts.models import AttemptStatus, Payout, PayoutAttempt, PayoutMethod, PayoutPlan
from payouts.rails.registry import LIMITS
from payouts.services.planning import compute_plan
from portal.books import prove_books
from portal.demo.cast import PASSWORD, email_of
from portal.demo.earning import REGULAR_FROM, REGULARS
from portal.demo.load import (
    Demo,
    DemoLoaded,
    find_demo,
    load_demo,
    make_room,
    name_operator,
    put_away,
)
from portal.demo.resources import SILENT, SILENT_NEWS
from portal.demo.stories import NUMBERED
from portal.goals import read_goals
from tracking.domain.claims import add_working_days
from tracking.filters import ORDER_SIGNALS, ORDER_STATES, pick_orders
from tracking.models import (
    Attribution,
    Award,
    BonusPlan,
    Claim,
    Click,
    Commission,
    CommissionKind,
    Order,
    OrderPull,
    OrderUpload,
    StoreEvent,
    Work,
    WorkStatus,
)
from tracking.selectors_brand import TABS, count_by_tab
from tracking.selectors_budgets import read_budget

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SCALE = 0.05
EVERY_LAST_ONE = (Order, Commission, Entry, Click, User, Payout, AuditEvent)


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker) -> Iterator[Demo]:
    """Load it once, small, for all tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        now = database_now()
        make_room(now=now)
        yield load_demo(now=now, password=PASSWORD, scale=SCALE)
        transaction.set_rollback(True)


def reason_of(demo: Demo, story: str) -> str:
    return Attribution.objects.get(order=demo.saffron.get_order(story), is_current=True).code


def payable(demo: Demo, creator: str) -> int:
    return get_balance(
        brand_id=demo.saffron.brand.pk,
        kind=AccountKind.PAYABLE,
        currency="EUR",
        party_id=demo.saffron.enrollments[creator].affiliation_id,
    )


def test_the_books_of_every_brand_balance(demo):
    assert {brand.is_demo for brand in demo.brands} == {True}
    assert all(prove_books(brand_id=brand.pk).is_balanced for brand in demo.brands)


def test_a_second_load_changes_nothing(demo, settings):
    before = [model.objects.count() for model in EVERY_LAST_ONE]

    with pytest.raises(DemoLoaded), transaction.atomic():
        load_demo(now=database_now(), password=PASSWORD, scale=SCALE)
    settings.LOCAL, said = True, StringIO()
    call_command("load_demo", stdout=said)

    assert "loaded already" in said.getvalue()
    assert [model.objects.count() for model in EVERY_LAST_ONE] == before


def test_the_logins_are_shown_and_work(demo, settings):
    settings.LOCAL, said = True, StringIO()
    call_command("load_demo", "--show-logins", stdout=said)

    shown = re.findall(r"\S+@\S+", said.getvalue())
    assert email_of("anna") in shown and email_of("brand") in shown
    for email in shown:
        user = User.objects.get(email=email)
        assert user.check_password(PASSWORD)
        assert EmailAddress.objects.get(user=user).verified
    assert not User.objects.get(email=email_of("ben")).has_usable_password()


def test_only_a_demo_on_this_machine_has_an_operator(demo, settings):
    settings.LOCAL, said = True, StringIO()
    with transaction.atomic():
        name_operator(password=PASSWORD, now=database_now())
        call_command("load_demo", "--show-logins", stdout=said)
        operator = User.objects.get(is_staff=True)
        has_backup = JobRun.objects.filter(name="backup", is_ok=True).exists()
        transaction.set_rollback(True)

    assert operator.email in said.getvalue() and has_backup
    assert BooksCheck.objects.filter(brand__in=demo.brands, differences=0).count() == 3


def test_the_password_of_this_machine_is_never_one_of_another(demo, settings):
    settings.LOCAL, said = False, StringIO()
    call_command("load_demo", "--yes-really", "--show-logins", stdout=said)

    assert PASSWORD not in said.getvalue()


def test_order_1042_went_from_12_to_9_43_and_is_annas(demo):
    commission = demo.saffron.get_commission(NUMBERED)

    assert commission.order.external_number == "1042"
    assert commission.affiliation.affiliate.display_name == "Anna (demo)"
    amounts = commission.changes.order_by("seq").values_list("before_minor", "after_minor")
    assert list(amounts) == [(0, 1200), (1200, 943)]
    lines = Pricing.from_json(commission.pricing).lines
    assert [(line.amount, line.rule_position) for line in lines] == [(257, 3), (686, 3), (0, 1)]
    assert commission.released_at is None and commission.release_at > database_now()
    assert reason_of(demo, NUMBERED) == "attr.won_code_over_click"


def test_one_claim_was_answered_by_its_order_and_one_waits_for_tomorrow(demo):
    claims = {one.order: one for one in Claim.objects.filter(brand=demo.saffron.brand)}
    early, late = (
        demo.saffron.get_order("first_rule_wins"),
        demo.saffron.get_order("outside_window"),
    )

    assert (claims[early].status, claims[early].resolved_by) == ("accepted", None)
    assert claims[late].status == "open"
    assert claims[late].due_on == add_working_days(demo.saffron.calendar.today, 1)


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ("code_beats_click", "attr.won_code_over_click"),
        ("last_click", "attr.won_last_click"),
        ("outside_window", "attr.lost_window"),
        ("code_needs_click", "attr.lost_code_needs_click"),
        ("bad_token", "attr.none_bad_token"),
        ("own_order", "attr.lost_self"),
        ("suspended", "attr.lost_suspended"),
        ("test_order", "attr.test"),
        ("credited_by_hand", "attr.won_manual"),
    ],
)
def test_an_order_is_credited_or_not_for_its_reason(demo, story, reason):
    assert reason_of(demo, story) == reason


@pytest.mark.parametrize(
    ("story", "amount", "reason"),
    [
        ("first_rule_wins", 1200, "price.rule"),  # 48.00 at 15 %, 48.00 at 10 %
        ("old_rules", 1070, "price.rule"),  # all at 10 %
        ("gift_card", 0, "price.excluded"),
        ("refund_first", 590, "price.rule"),
        ("paid_later", 756, "price.rule"),
        ("not_paid", 0, "hold.unpaid"),
        ("dispute_lost", 0, "dispute.lost"),
        ("rejected", 0, "hold.rejected"),
        ("adjusted", 1600, "price.rule"),
        ("cap_cut", 24850, "price.rule"),
        ("bonus_lost", 0, "refund.full"),
    ],
)
def test_an_order_earns_what_its_story_says(demo, story, amount, reason):
    commission = demo.saffron.get_commission(story)

    assert (commission.amount_minor, commission.reason_code) == (amount, reason)


@pytest.mark.parametrize(("story", "kind"), [("dispute_open", "dispute"), ("held", "manual")])
def test_what_is_in_review_is_not_released(demo, story, kind):
    commission = demo.saffron.get_commission(story)

    assert [hold.kind for hold in commission.holds.filter(closed_at__isnull=True)] == [kind]
    assert commission.released_at is None


def test_a_refund_after_the_first_payout_was_netted_in_the_second(demo):
    first, second = Payout.objects.filter(
        brand=demo.saffron.brand, affiliation__affiliate__display_name="Emi (demo)"
    ).order_by("pk")

    assert (first.amount_minor, second.amount_minor) == (2970, 1480 + 1980 - 840)
    assert -840 in second.items.values_list("amount_minor", flat=True)
    assert re.fullmatch(r"Statement \d{4}-\d\d-\d\d, line \d+", second.reference)


def test_a_refund_after_the_second_payout_is_still_to_recover(demo):
    assert payable(demo, "dario") == -1280


def test_the_next_run_has_payees_and_names_what_the_others_lack(demo):
    plan = compute_plan(brand=demo.saffron.brand, currency="EUR", limits=LIMITS, now=database_now())
    gates = {one.name: {gate.code for gate in one.gates} for one in plan.left_out}

    assert gates["Farid (demo)"] == {"gate.cooling"}
    assert gates["Dario (demo)"] == {"gate.negative"}
    failed = Payout.objects.get(brand=demo.saffron.brand, status="failed")
    assert failed.code == "bank_refused" and payable(demo, "farid") == failed.amount_minor
    assert PayoutMethod.objects.get(affiliation=failed.affiliation).frozen_until > database_now()


def test_a_payout_without_an_answer_turned_out_paid(demo):
    attempt = PayoutAttempt.objects.get(brand=demo.twin)

    assert attempt.status == AttemptStatus.ACCEPTED
    assert attempt.code == "connection"
    assert attempt.payout.status == "paid" and attempt.payout.reference == attempt.external_id


def test_creators_wait_were_rejected_and_one_is_suspended(demo):
    waiting = Application.objects.filter(brand=demo.saffron.brand, status="submitted")
    rejected = Application.objects.filter(brand=demo.saffron.brand, status="rejected")
    suspended = Affiliation.objects.get(brand=demo.saffron.brand, status="suspended")

    assert (waiting.count(), rejected.count()) == (3, 2)
    assert all(one.reject_reason and one.reject_note for one in rejected)
    assert suspended.affiliate.display_name == "Vera (demo)" and suspended.suspended_reason
    careful = Enrollment.objects.get(
        program__brand=demo.saffron.brand, affiliation__affiliate__display_name="Hugo (demo)"
    )
    assert careful.terms.version < careful.program.terms.latest("version").version


def test_three_runs_are_done_and_a_fourth_waits_for_its_approval(demo):
    runs = PayoutPlan.objects.filter(brand=demo.saffron.brand).order_by("pk")

    assert [run.status for run in runs] == ["approved", "approved", "approved", "draft"]
    assert all(Payout.objects.filter(plan=run, status="paid").exists() for run in runs[:3])


def test_terms_that_pay_less_wait_for_their_day_and_some_have_agreed(demo):
    coming, now = find_latest_rules(demo.saffron.program), database_now()
    agreed = Enrollment.objects.filter(
        program=demo.saffron.program, terms=find_latest_terms(demo.saffron.program)
    )

    assert coming.effective_from > now + timedelta(days=settings.TERMS_NOTICE_DAYS - 5)
    assert {one.affiliation.affiliate.display_name for one in agreed} == {
        f"{name} (demo)" for name in ("Ben", "Clara", "Sami")
    }


def test_news_is_read_unread_planned_and_a_draft(demo):
    news = Announcement.objects.filter(brand=demo.saffron.brand)
    anna = Receipt.objects.filter(
        affiliation=demo.saffron.enrollments["anna"].affiliation, announcement__in=news
    )

    assert (news.filter(sent_at=None).count(), news.filter(send_at=None).count()) == (2, 1)
    assert {receipt.read_at is None for receipt in anna} == {True, False}


def test_every_state_the_lists_can_show_is_there(demo, client):
    brand, now = demo.saffron.brand, database_now()
    goals = read_goals(list(list_goals(brand)), today=demo.saffron.calendar.today)
    counts = count_by_tab(brand)
    news = Announcement.objects.filter(brand=brand)
    found = {
        "orders": {one for one in ORDER_STATES if pick_orders(brand, {"state": one}).exists()},
        "signals": {one for one in ORDER_SIGNALS if pick_orders(brand, {"signal": one}).exists()},
        "commissions": {tab for tab in TABS if counts[tab]},
        "goals": {row.state for row in goals},
        "creators": set(Affiliation.objects.filter(brand=brand).values_list("status", flat=True)),
        "applications": set(
            Application.objects.filter(brand=brand).values_list("status", flat=True)
        ),
        "invitations": {one.state for one in list_invitations(brand, now=now)},
        "news": {(one.send_at is not None, one.sent_at is not None) for one in news},
        "payouts": set(Payout.objects.filter(brand=brand).values_list("status", flat=True)),
        "work": set(Work.objects.filter(brand=brand).values_list("status", flat=True)),
        "kinds": set(Commission.objects.filter(brand=brand).values_list("kind", flat=True)),
    }

    assert found == {
        "orders": set(ORDER_STATES),
        "signals": set(ORDER_SIGNALS),
        "commissions": set(TABS),
        "goals": {"upcoming", "on_course", "behind", "reached", "missed", "ended"},
        "creators": set(AffiliationStatus.values),
        "applications": set(ApplicationStatus.values),
        "invitations": set(INVITATION_STATES),
        "news": {(False, False), (True, False), (True, True)},
        "payouts": {"paid", "failed"},
        "work": set(WorkStatus.values),
        "kinds": set(CommissionKind.values),
    }


def test_tiers_moved_whoever_brought_orders_and_nobody_else(demo):
    moves = GroupMove.objects.filter(brand=demo.saffron.brand)

    assert {move.to_group.name for move in moves.select_related("to_group")} == {REGULARS}
    for move in moves:
        assert move.reread_at is not None
        orders = Attribution.objects.filter(enrollment=move.enrollment_id, is_current=True)
        assert orders.filter(order__placed_at__lt=move.at).count() >= REGULAR_FROM


def test_a_weeks_cap_cut_an_order_that_was_changed_later(demo):
    commission = demo.saffron.get_commission("cap_cut")
    changes = [
        (one.after_minor, [step.params["by"] for step in Pricing.from_json(one.pricing).steps])
        for one in commission.changes.order_by("seq")
    ]

    assert changes == [(25000, ["creator_week"]), (24850, [])]


def test_bonuses_are_earned_by_rule_and_one_is_taken_back(demo):
    plans = BonusPlan.objects.filter(brand=demo.saffron.brand)
    earned = Commission.objects.filter(award__bonus_plan__in=plans)
    pia = earned.get(affiliation=demo.saffron.enrollments["pia"].affiliation)

    assert earned.filter(amount_minor__gt=0).exists()
    assert (pia.amount_minor, pia.reason_code) == (0, "award.plan_lost")
    today = demo.saffron.calendar.today
    assert {plan.since > today for plan in plans} == {True, False}


def test_visits_and_views_of_whole_days_are_paid_and_a_budget_is_watched(demo):
    days = Award.objects.filter(brand=demo.saffron.brand, kind__in=["click", "impression"])
    program = Program.objects.get(pk=demo.saffron.program.pk)

    assert {award.kind for award in days} == {"click", "impression"}
    assert all(award.facts["count"] > 0 for award in days)
    assert 0 < read_budget(program).used_bps < 10_000


def test_a_version_of_the_rules_was_withdrawn_before_it_began(demo):
    versions = demo.saffron.program.rule_sets.order_by("version")

    withdrawn = [one for one in versions if one.withdrawn_at is not None]
    assert len(withdrawn) == 1 and withdrawn[0].withdrawn_at < withdrawn[0].effective_from
    assert versions.last().version == withdrawn[0].version + 1


def test_a_lead_earns_another_came_to_nothing_and_one_waits(demo):
    leads = Commission.objects.filter(brand=demo.saffron.brand, kind="lead").order_by("order_id")

    assert list(leads.values_list("amount_minor", "reason_code")) == [
        (500, "price.rule"),
        (0, "lead.rejected"),
        (0, "lead.pending"),
        (500, "price.rule"),
    ]


def test_a_week_without_the_snippet_is_seen_and_told(demo):
    told = Announcement.objects.get(brand=demo.saffron.brand, title=SILENT_NEWS.title)
    silent = [
        Order.objects.get(brand=demo.saffron.brand, external_order_id=number)
        for sale, number in demo.saffron.numbers.items()
        if not sale.story
        and sale.touches
        and not sale.code
        and (demo.saffron.calendar.today - sale.placed_at.date()).days in SILENT[1:-1]
    ]
    credited = Attribution.objects.filter(
        order__in=silent, is_current=True, enrollment__isnull=False
    )

    assert all(one.placed_at and one.placed_at < told.sent_at for one in silent)
    assert not credited.exists()


def test_a_report_is_mailed_each_week_and_another_is_kept(demo):
    kept = SavedReport.objects.filter(brand=demo.saffron.brand)

    assert sorted(one.every for one in kept) == ["", "", "week"]
    assert {one.is_shared for one in kept} == {True, False}


def test_the_home_marks_the_launch_in_its_chart(demo, client):
    client.force_login(User.objects.get(email=email_of("brand")))

    page = client.get(f"/b/{demo.saffron.brand.slug}/").content.decode()

    assert page.count("The new grinder is here") == 2  # the mark's own words, and the list of them
    assert "15 % on coffee beans" not in page  # of two months ago


def test_orders_came_by_webhook_file_and_fetch(demo):
    stores = StoreConnection.objects.filter(brand=demo.saffron.brand, orders__isnull=False)
    uploads = OrderUpload.objects.filter(brand=demo.saffron.brand)

    assert set(stores.values_list("platform", flat=True)) == {"generic", "csv", "woocommerce"}
    assert sorted(one.confirmed_at is None for one in uploads) == [False, True]
    assert OrderPull.objects.get(brand=demo.saffron.brand).brought == 1
    assert not OrderPull.objects.filter(next_at__lt=database_now() + timedelta(days=300)).exists()


def test_every_event_is_dealt_with_and_no_mail_leaves(demo):
    odd = StoreEvent.objects.exclude(status=InboundStatus.PROCESSED)

    assert sorted(odd.values_list("status", flat=True)) == ["ignored", "refused"]
    assert not Mail.objects.filter(status__in=[MailStatus.WAITING, MailStatus.SENT]).exists()
    assert Mail.objects.filter(status=MailStatus.COLLECTED).count() < 100


def test_the_second_brand_stands_apart(demo):
    orders = Order.objects.filter(brand=demo.paper.brand)

    assert set(orders.values_list("currency", flat=True)) == {"JPY"}
    assert not Commission.objects.filter(brand=demo.saffron.brand, currency="JPY").exists()
    assert Affiliation.objects.filter(affiliate__display_name="Anna (demo)").count() == 2


def test_a_demo_that_was_put_away_is_out_of_sight_and_keeps_its_rows(demo):
    with transaction.atomic():
        put_away(now=database_now())
        found, places = find_demo(), Affiliation.objects.filter(brand__archived_at=None)
        left, rows = places.count(), Entry.objects.filter(brand=demo.saffron.brand).count()
        transaction.set_rollback(True)

    assert (found, left) == (None, 0)
    assert rows > 0
    assert find_demo() == demo.saffron.brand


@pytest.mark.nightly
def test_a_fresh_demo_stands_beside_the_one_that_was_put_away(demo):
    with transaction.atomic():
        put_away(now=database_now())
        fresh = load_demo(now=database_now(), password=PASSWORD, scale=1)
        orders = {number: sale.story for sale, number in fresh.saffron.numbers.items()}
        transaction.set_rollback(True)

    assert fresh.saffron.brand.slug.startswith(f"{demo.saffron.brand.slug}-")
    assert orders["1042"] == NUMBERED
