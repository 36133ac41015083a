"""What the people who approve payouts are told by mail of their runs."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.mail import send_notice
from core.money import Money
from core.notices import ACCOUNT, TEAM_WORK, Kind, Value, register
from payouts.access import list_approvers
from payouts.models import Payout, PayoutPlan, RunApproval

_RUN = f"{settings.SITE_URL}/b/…/payouts/runs/…/"

SECOND_APPROVAL = register(
    Kind(
        name="payout_run_second",
        group=ACCOUNT,
        label=_("A payout run waits for a second person"),
        subject=_("{brand}: a payout run of {amount} waits for your approval"),
        text=_(
            "{who} approved a payout run of {amount}. From this total on it takes two people.\n\n"
            "Look at it and approve it, or leave it: nothing is paid until then.\n\n"
            "The run: {url}\n"
        ),
        samples={"who": "Anna Beck", "amount": Money(1_250_000, "EUR"), "url": _RUN},
    )
)
RUN_DRAFTED = register(
    Kind(
        name="payout_run_drafted",
        group=TEAM_WORK,
        label=_("Payout day: a run waits for approval"),
        subject=_("{brand}: the payout run of {amount} waits for approval"),
        text=_(
            "Today is payout day. The list is made: {creators} creators, {amount}.\n\n"
            "Nothing is paid until somebody approves it.\n\nThe run: {url}\n"
        ),
        samples={"creators": 12, "amount": Money(1_250_000, "EUR"), "url": _RUN},
    )
)
APPROVAL_FELL = register(
    Kind(
        name="payout_run_approval_fell",
        group=ACCOUNT,
        label=_("An approval of a payout run counts no more"),
        subject=_("{brand}: the payout run you approved has changed"),
        text=_(
            "You approved a payout run of {amount}. Before a second person did, the list changed, "
            "so your approval counts no more. Nothing was paid.\n\nThe runs: {url}\n"
        ),
        samples={"amount": Money(1_250_000, "EUR"), "url": f"{settings.SITE_URL}/b/…/payouts/"},
    )
)
PAYOUT_FOUND = register(
    Kind(
        name="payout_found",
        group=ACCOUNT,
        label=_("A payout that was given back left after all"),
        subject=_("{brand}: the payout of {amount} to {creator} left after all"),
        text=_(
            "The payout of {amount} to {creator} had been given back, and then it was found to "
            "have left after all. It is booked. If it was paid a second time meanwhile, {creator} "
            "is below zero now, and later commissions make up for it.\n\n"
            "Look at it and tell {creator}: {url}\n"
        ),
        samples={
            "amount": Money(12_500, "EUR"),
            "creator": "Nora Lind",
            "url": f"{settings.SITE_URL}/b/…/payouts/…/",
        },
    )
)


def mail_payout_found(*, payout: Payout, now: datetime) -> None:
    """Tell everybody who may approve that money left which the books had given back."""
    page = reverse("payouts:payout-detail", args=[payout.brand.slug, payout.public_id])
    params: dict[str, Value] = {
        "amount": Money(payout.sent_minor, payout.currency),
        "creator": payout.affiliation.affiliate.display_name,
        "url": f"{settings.SITE_URL}{page}",
    }
    for member in list_approvers(payout.brand):
        send_notice(kind=PAYOUT_FOUND, to=member.user, brand=payout.brand, params=params, now=now)


def mail_run_drafted(*, plan: PayoutPlan, now: datetime) -> None:
    """Tell everybody who may approve that the run of the month is ready to be looked at."""
    page = reverse("payouts:run-detail", args=[plan.brand.slug, plan.public_id])
    params: dict[str, Value] = {
        "creators": len(plan.content["lines"]),
        "amount": Money(plan.total_minor, plan.currency),
        "url": f"{settings.SITE_URL}{page}",
    }
    for member in list_approvers(plan.brand):
        send_notice(kind=RUN_DRAFTED, to=member.user, brand=plan.brand, params=params, now=now)


def mail_second_approval(*, plan: PayoutPlan, first: RunApproval, now: datetime) -> None:
    """Tell everybody else who may approve that one more yes is needed."""
    page = reverse("payouts:run-detail", args=[plan.brand.slug, plan.public_id])
    params: dict[str, Value] = {
        "who": str(first.person),
        "amount": Money(plan.total_minor, plan.currency),
        "url": f"{settings.SITE_URL}{page}",
    }
    for member in list_approvers(plan.brand):
        if member.user_id != first.person_id:
            send_notice(
                kind=SECOND_APPROVAL, to=member.user, brand=plan.brand, params=params, now=now
            )


def mail_approval_fell(*, approval: RunApproval, now: datetime) -> None:
    """Tell whoever approved first that the list he saw is another one now."""
    plan = approval.plan
    page = reverse("payouts:run-list", args=[plan.brand.slug])
    params: dict[str, Value] = {
        "amount": Money(plan.total_minor, plan.currency),
        "url": f"{settings.SITE_URL}{page}",
    }
    send_notice(kind=APPROVAL_FELL, to=approval.person, brand=plan.brand, params=params, now=now)
