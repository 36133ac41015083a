"""What the program itself writes to a person."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.mail import send_notice
from core.models import Mail, User
from core.notices import ACCOUNT, Kind, register
from core.refusals import confirm_url

PAUSE = timedelta(minutes=10)

CHECK_ADDRESS = register(
    Kind(
        name="check_address",
        group=ACCOUNT,
        label=_("Does your address work?"),
        subject=_("Confirm that mail reaches you"),
        text=_(
            "A mail server refused letters to this address. If you read this, they arrive "
            "again.\n\nConfirm: {url}\n\nThe link is good for three days.\n"
        ),
        samples={"url": f"{settings.SITE_URL}/mail/confirm/…/"},
    )
)


def mail_check(*, user: User, now: datetime) -> bool:
    """Send a letter that proves an address; False where one left minutes ago."""
    recent = Mail.objects.filter(user=user, kind=CHECK_ADDRESS.name, created_at__gt=now - PAUSE)
    if recent.exists():
        return False
    send_notice(kind=CHECK_ADDRESS, to=user, brand=None, params={"url": confirm_url(user)}, now=now)
    return True
