"""How log-in behaves: e-mail only, no user names."""

from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.clock import utc_now
from core.mail import queue_mail
from core.models import User
from core.refusals import is_refusing


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Log in and sign up by e-mail; addresses are kept in lower case."""

    def populate_username(self, request: Any, user: Any) -> None:
        """Do nothing: there are no user names."""

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).lower()

    def post_login(self, request: Any, user: Any, **facts: Any) -> Any:
        """Tell whoever comes in that mail does not reach him."""
        if is_refusing(user.email):
            messages.warning(
                request, _("Mail to your address is refused. See “Notices” in your settings.")
            )
        return super().post_login(request, user, **facts)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leave the mail to the worker: no page waits for a mail server, or tells by waiting."""
        message = self.render_mail(template_prefix, email, {"email": email, **context})
        queue_mail(
            to=email,
            subject=str(message.subject),
            text=str(message.body),
            brand_id=None,
            now=utc_now(),
        )


@transaction.atomic
def ensure_user(email: str) -> User:
    """Return the person with the address; somebody new gets an account without a password.

    He logs in by a code mailed to the address, which proves it.
    """
    address = email.strip().lower()
    user, is_new = User.objects.get_or_create(
        email=address, defaults={"password": make_password(None)}
    )
    if is_new:
        EmailAddress.objects.create(user=user, email=address, primary=True, verified=False)
    return user


@transaction.atomic
def set_operator(*, email: str, is_operator: bool, now: datetime) -> User:
    """Let a person see the operator's pages, or no longer; somebody new gets an account."""
    user = ensure_user(email)
    if user.is_staff == is_operator:
        return user
    user.is_staff = is_operator
    user.save(update_fields=["is_staff"])
    audit.record(
        brand_id=None,
        actor_id=None,
        action="operator.named" if is_operator else "operator.removed",
        target=user,
        now=now,
    )
    return user
