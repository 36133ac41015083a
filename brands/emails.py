"""What the people of a brand are told by mail, each in his own language."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from brands.models import Member, Role
from core.mail import queue_mail


def mail_member_added(*, member: Member, now: datetime) -> None:
    """Tell a person that he is in a team now."""
    user, brand = member.user, member.brand
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject = _("You are in the team of %(brand)s") % {"brand": brand.name}
        text = _(
            "You work for %(brand)s now, with the role %(role)s.\n\nOpen the dashboard: %(url)s\n\n"
            "Log in with this address. Without a password, ask for a code by mail: %(login)s\n"
        ) % {
            "brand": brand.name,
            "role": Role(member.role).label,
            "url": f"{settings.SITE_URL}/b/{brand.slug}/",
            "login": f"{settings.SITE_URL}{reverse('account_request_login_code')}",
        }
        queue_mail(to=user.email, subject=subject, text=text, brand_id=brand.pk, now=now)
