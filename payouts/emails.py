"""What creators are told by mail of their payouts, and of how they are paid."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from affiliates.models import Affiliation
from core.forgetting import FORMER_ADDRESS
from core.mail import Address, send_notice
from core.models import User
from core.money import Money
from core.notices import ACCOUNT, PAYOUTS, Group, Kind, Value, register
from payouts.models import Payout, PayoutMethod
from payouts.own_wording import say_own_payout

STATED = _("{story}\n\nAmount: {amount}\n\nThe payout: {url}\n\nIts statement: {statement}\n")


def _make_kind(
    name: str, group: Group, label: Promise, subject: Promise, story: Promise, **more: str
) -> Kind:
    samples: dict[str, Value] = {
        "amount": Money(12_500, "EUR"),
        "story": story,
        "url": f"{settings.SITE_URL}/me/payouts/…/",
        **more,
    }
    if more:
        return register(Kind(name, group, label, subject, STATED, samples))
    text = _("{story}\n\nAmount: {amount}\n\nThe payout: {url}\n")
    return register(Kind(name, group, label, subject, text, samples))


SENT = _make_kind(
    "payout_sent",
    PAYOUTS,
    _("Payout sent"),
    _("{brand} sent you {amount}"),
    _("The payout is on its way."),
)
PAID = _make_kind(
    "payout_paid",
    PAYOUTS,
    _("Payout paid"),
    _("{amount} of {brand} were paid"),
    _("The payout was paid."),
    statement=f"{settings.SITE_URL}/me/payouts/statements/…/",
)
FAILED = _make_kind(
    "payout_failed",
    ACCOUNT,
    _("Payout failed"),
    _("The payout of {amount} by {brand} did not arrive"),
    _("The bank refused it. The money is yours still."),
)
BY_TOPIC = {
    "payout.submitted": SENT,
    "payout.paid": PAID,
    "payout.failed": FAILED,
    "payout.returned": FAILED,
}


METHOD_CHANGED = register(
    Kind(
        name="payout_method_changed",
        group=ACCOUNT,
        label=_("Payout method changed"),
        subject=_("How {brand} pays you has changed"),
        text=_(
            "Your payout method at {brand} is now {method}.\n\n"
            "To keep you safe, payouts wait until {until}.\n\n"
            "Was it not you? Set a new password now, then your payout method: {url}\n"
        ),
        samples={
            "method": "…3000",
            "until": "",
            "url": f"{settings.SITE_URL}/accounts/password/reset/",
        },
    )
)


def mail_payout(*, payout: Payout, topic: str, now: datetime) -> None:
    """Tell the creator what became of a payout, with its reason."""
    rows = Affiliation.objects.select_related("affiliate__user", "brand")
    affiliation = rows.get(pk=payout.affiliation_id)
    page = reverse("payouts:creator-payout", args=[payout.public_id])
    more = {"statement": _find_statement(payout)} if topic == "payout.paid" else {}
    send_notice(
        kind=BY_TOPIC[topic],
        to=affiliation.affiliate.user,
        brand=affiliation.brand,
        params={
            "amount": Money(payout.sent_minor, payout.currency),
            "story": lazy(say_own_payout, str)(payout),  # in the language it is read in
            "url": f"{settings.SITE_URL}{page}",
            **more,
        },
        now=now,
    )


def _find_statement(payout: Payout) -> str:
    """Return the address of the statement that was issued when it was paid."""
    page = reverse("payouts:issued", args=[payout.statement.public_id])
    return f"{settings.SITE_URL}{page}"


def mail_method_changed(*, method: PayoutMethod, now: datetime) -> None:
    """Tell the creator, also at the address his account had within the last 30 days."""
    affiliation = method.affiliation
    user = affiliation.affiliate.user
    params = {
        "method": f"{method.get_rail_display()} {method.hint}",
        "until": method.frozen_until if method.frozen_until and method.frozen_until > now else "",
        "url": f"{settings.SITE_URL}{reverse('account_reset_password')}",
    }
    readers: list[User | Address] = [user]
    if user.former_email and user.email_changed_at and now - user.email_changed_at < FORMER_ADDRESS:
        readers.append(Address(user.former_email, user.name, user.language))
    for reader in readers:
        send_notice(kind=METHOD_CHANGED, to=reader, brand=affiliation.brand, params=params, now=now)
