"""What is stored of people, why and how long: the job that forgets it, and the public statement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from affiliates.models import Affiliate
from affiliates.services.forgetting import forget_images, forget_invitations
from brands.models import Member
from brands.services.forgetting import forget_delivered
from brands.services.team import LastOwner, remove_member
from core import formats
from core.forgetting import FORMER_ADDRESS, KEPT, forget_former_addresses, forget_sessions
from core.wording import current_language
from payouts.services.forgetting import forget_bodies
from portal.privacy.deleting import delete_account
from tracking.services.forgetting import COUNTED_AFTER, forget_views, forget_visits


def forget_invited(*, now: datetime) -> int:
    """End invitations to teams that nobody followed; an account made for one goes with it."""
    old = now - timedelta(days=settings.INVITATION_DAYS)
    rows = Member.objects.filter(joined_at=None, created_at__lt=old).select_related("user")
    gone = 0
    for member in rows.filter(brand__sandbox_of=None).order_by("pk"):
        try:
            remove_member(member_id=member.pk, actor_id=None, now=now)
        except LastOwner:
            continue
        gone += 1
        user = member.user
        is_used = user.last_login is not None or Affiliate.objects.filter(user=user).exists()
        if not is_used and not Member.objects.filter(user=user).exists():
            delete_account(user_id=user.pk, actor_id=None, now=now)
    return gone


JOBS: Mapping[str, Callable[..., int]] = {
    "clicks": forget_visits,
    "views": forget_views,
    "sessions": forget_sessions,
    "rail messages": forget_bodies,
    "webhooks": forget_delivered,
    "images": forget_images,
    "former addresses": forget_former_addresses,
    "invitations": forget_invitations,
    "invited members": forget_invited,
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing: what it is, what it is for, and how long it stays."""

    what: str
    why: str
    how_long: str


def forget_old(*, now: datetime) -> str:
    """Forget what is over; returns in words how much. A second run finds nothing."""
    return ", ".join(f"{name}: {forget(now=now)}" for name, forget in JOBS.items())


def list_kept() -> list[Kept]:
    """Return the public statement, with this installation's settings, in the reader's language."""
    return [
        Kept(
            _("Click on a link: time, link, browser family, site it came from, country, day key"),
            _("To credit an order to whoever brought it, and to see floods"),
            _("{details}; then time and link alone").format(
                details=_days(settings.CLICK_DETAIL_DAYS)
            ),
        ),
        Kept(
            _("View of a picture on a creator's page: time, link, picture, day key"),
            _("To count it once a visitor and day, and to pay for views"),
            _("{details}; then a count of each day, link and picture").format(
                details=_days(max(settings.CLICK_DETAIL_DAYS, COUNTED_AFTER.days))
            ),
        ),
        Kept(
            _("Random salt behind the keys of a day"),
            _("To count a visitor once a day; without it nobody can tell who it was"),
            _hours(48),
        ),
        Kept(
            _("Message of a store about an order, encrypted"),
            _("To find out why an order was not understood"),
            _days(settings.RAW_BODY_DAYS),
        ),
        Kept(
            _("Order: number, amounts, items, times, a keyed hash of the shopper's address"),
            _("To compute commissions, refunds and whether a customer is new"),
            _("As long as the books"),
        ),
        Kept(
            _("Account of a creator or team member: name, address, language, what was applied for"),
            _("To log in, to be known to brands, to be written to"),
            _("Until the account is deleted"),
        ),
        Kept(
            _("The address somebody had before"),
            _("To tell it too of what touches the person's money"),
            _days(FORMER_ADDRESS.days),
        ),
        Kept(
            _("Invitation that nobody answered: address, name, message"),
            _("To invite, and to ask nobody twice"),
            _("{days} after it ended").format(days=_days(settings.INVITATION_DAYS)),
        ),
        Kept(
            _("Payout method, encrypted"),
            _("To pay"),
            _("Until it is changed or the account deleted"),
        ),
        Kept(
            _("Text of a letter"),
            _("To send it, and to see what was sent"),
            _days(settings.MAIL_BODY_DAYS),
        ),
        Kept(
            _("Session: network, browser, last use"),
            _("To stay logged in, and to see who else is"),
            _days(KEPT.days),
        ),
        Kept(
            _("Archived image of a brand"),
            _("To bring it back"),
            _days(settings.ARCHIVED_IMAGE_DAYS),
        ),
        Kept(
            _("Commissions, payouts, ledger, audit log"),
            _("Accounting law, and to prove what happened"),
            _("For good, without name once the account is deleted"),
        ),
    ]


def _days(count: int) -> str:
    return ngettext("{count} day", "{count} days", count).format(
        count=formats.number_text(count, language=current_language())
    )


def _hours(count: int) -> str:
    return ngettext("{count} hour", "{count} hours", count).format(
        count=formats.number_text(count, language=current_language())
    )
