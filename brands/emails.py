"""What the people of a brand are told by mail, each in his own language."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from brands.models import Member, Role
from core.mail import Address, send_notice
from core.models import Brand
from core.notices import ACCOUNT, Kind, register

MEMBER_ADDED = register(
    Kind(
        name="member_added",
        group=ACCOUNT,
        label=_("Taken into the team"),
        subject=_("You are in the team of {brand}"),
        text=_(
            "You work for {brand} now, with the role {role}.\n\nOpen the dashboard: {url}\n\n"
            "Log in with this address. Without a password, ask for a code by mail: {login}\n"
        ),
        samples={
            "role": Role.MANAGER.label,
            "url": f"{settings.SITE_URL}/b/…/",
            "login": f"{settings.SITE_URL}/accounts/login/code/",
        },
    )
)
CONFIRM_REPLY_TO = register(
    Kind(
        name="confirm_reply_to",
        group=ACCOUNT,
        label=_("Address for answers"),
        subject=_("May answers to {brand} come to you?"),
        text=_(
            "{brand} wants creators to answer to this address when they get e-mails.\n\n"
            "Confirm: {url}\n\n"
            "The link is good for three days. If you know nothing of it, do nothing.\n"
        ),
        samples={"url": f"{settings.SITE_URL}/mail/reply-to/…/"},
    )
)


def mail_confirm_reply_to(*, brand: Brand, email: str, token: str, now: datetime) -> None:
    """Ask whoever reads an address whether answers to a brand may go there."""
    url = f"{settings.SITE_URL}{reverse('brands:reply-to', args=[token])}"
    to = Address(email, language=translation.get_language() or "")
    send_notice(kind=CONFIRM_REPLY_TO, to=to, brand=brand, params={"url": url}, now=now)


def mail_member_added(*, member: Member, now: datetime) -> None:
    """Tell a person that he is in a team now."""
    brand = member.brand
    send_notice(
        kind=MEMBER_ADDED,
        to=member.user,
        brand=brand,
        params={
            "role": Role(member.role).label,
            "url": f"{settings.SITE_URL}/b/{brand.slug}/",
            "login": f"{settings.SITE_URL}{reverse('account_request_login_code')}",
        },
        now=now,
    )
