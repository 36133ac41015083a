"""What both sides are told of an order that a creator asks for."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brands.models import Member, Role
from core.mail import send_notice
from core.money import Money
from core.notices import COMMISSIONS, TEAM_WORK, Kind, register
from tracking.models import Claim, ClaimMessage, ClaimStatus, Side
from tracking.selectors_claims import list_paid_by

_MINE: dict[str, Any] = {"number": "#1042", "url": f"{settings.SITE_URL}/me/orders/…/"}
_TEAM: dict[str, Any] = {
    "number": "#1042",
    "creator": "Anna Beck",
    "url": f"{settings.SITE_URL}/b/…/orders/claims/…/",
}

ANSWERED = register(
    Kind(
        name="claim_answered",
        group=COMMISSIONS,
        label=_("Answer about an order you asked for"),
        subject=_("{brand} answered about order {number}"),
        text=_("{brand} writes about order {number}:\n\n{text}\n\nRead and answer: {url}\n"),
        samples={**_MINE, "text": _("The shop is looking for it. Please give us two days.")},
    )
)
ACCEPTED = register(
    Kind(
        name="claim_accepted",
        group=COMMISSIONS,
        label=_("An order you asked for is yours"),
        subject=_("Order {number} at {brand} is yours"),
        text=_(
            "You asked for order {number} at {brand}. It is yours now and pays {amount}.\n\n"
            "{reason}\n\nSee it: {url}\n"
        ),
        samples={
            **_MINE,
            "amount": Money(1250, "EUR"),
            "reason": _("Your code was typed wrongly at the checkout."),
        },
    )
)
DECLINED = register(
    Kind(
        name="claim_declined",
        group=COMMISSIONS,
        label=_("An order you asked for was declined"),
        subject=_("{brand} declined your question about order {number}"),
        text=_(
            "You asked {brand} for order {number}. It was declined.\n\nReason: {reason}\n\n"
            "See it: {url}\n"
        ),
        samples={**_MINE, "reason": _("The shop has no order with this number.")},
    )
)
OPENED = register(
    Kind(
        name="team_claim_opened",
        group=TEAM_WORK,
        label=_("A creator asks for an order"),
        subject=_("{creator} asks for order {number}"),
        text=_("{creator} asks for order {number}:\n\n{text}\n\nPlease answer by {day}: {url}\n"),
        samples={**_TEAM, "text": _("A reader told me of it."), "day": date(2026, 12, 4)},
    )
)
WRITTEN = register(
    Kind(
        name="team_claim_written",
        group=TEAM_WORK,
        label=_("A creator wrote about an order"),
        subject=_("{creator} wrote about order {number}"),
        text=_("{creator} writes about order {number}:\n\n{text}\n\nAnswer here: {url}\n"),
        samples={**_TEAM, "text": _("The receipt is attached to my question.")},
    )
)


def mail_opened(*, claim: Claim, text: str, now: datetime) -> None:
    """Tell the team that a creator asks for an order, and by when he is answered."""
    _tell_team(OPENED, claim, {"text": text, "day": claim.due_on}, now)


def mail_written(*, message: ClaimMessage, now: datetime) -> None:
    """Tell the other side what one wrote."""
    if message.side == Side.BRAND:
        _tell_creator(ANSWERED, message.claim, {"text": message.text}, now)
    else:
        _tell_team(WRITTEN, message.claim, {"text": message.text}, now)


def mail_resolved(*, claim: Claim, now: datetime) -> None:
    """Tell the creator what came of it; of an order that is his also what it pays."""
    if claim.status == ClaimStatus.DECLINED:
        _tell_creator(DECLINED, claim, {"reason": claim.reason}, now)
        return
    paid = list_paid_by([claim]).get(claim.pk)
    amount = Money(paid.amount_minor, paid.currency) if paid else ""
    _tell_creator(ACCEPTED, claim, {"amount": amount, "reason": claim.reason}, now)


def _tell_creator(kind: Kind, claim: Claim, params: dict[str, Any], now: datetime) -> None:
    page = reverse("tracking:own-claim", args=[claim.public_id])
    said = {**params, "number": claim.shown_number, "url": f"{settings.SITE_URL}{page}"}
    user = claim.affiliation.affiliate.user
    send_notice(kind=kind, to=user, brand=claim.brand, params=said, now=now)


def _tell_team(kind: Kind, claim: Claim, params: dict[str, Any], now: datetime) -> None:
    page = reverse("tracking:claim-detail", args=[claim.brand.slug, claim.public_id])
    said = {
        **params,
        "number": claim.shown_number,
        "creator": str(claim.affiliation),
        "url": f"{settings.SITE_URL}{page}",
    }
    team = Member.objects.filter(brand_id=claim.brand_id, role__in=[Role.OWNER, Role.MANAGER])
    for member in team.select_related("user").order_by("pk"):
        send_notice(kind=kind, to=member.user, brand=claim.brand, params=said, now=now)
