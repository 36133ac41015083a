"""How log-in behaves: e-mail only, no user names, and guesses are counted."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import audit, formats
from core.attempts import Limit, account_limit, give_back, network_limit, take_attempt
from core.clock import utc_now
from core.devices import known_device, network_of
from core.edges import is_own_page, with_link
from core.factors import FEW_CODES, end_other_sessions, list_recovery_codes
from core.history import note, note_guessing
from core.mail import queue_mail
from core.models import User
from core.refusals import is_refusing
from core.wording import current_language


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Log in and sign up by e-mail; addresses are kept in lower case."""

    def populate_username(self, request: Any, user: Any) -> None:
        """Do nothing: there are no user names."""

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).lower()

    def post_login(self, request: Any, user: Any, **facts: Any) -> Any:
        """Tell whoever comes in that mail does not reach him, or that few codes are left."""
        if is_refusing(user.email):
            text = _("Mail to your address is refused. See “Notices” in your settings.")
            messages.warning(request, with_link(text, _("Notices by mail"), "portal:notices"))
        left = len(list_recovery_codes(user))
        if 0 < left <= FEW_CODES:
            text = ngettext(
                "%(count)s recovery code is left.", "%(count)s recovery codes are left.", left
            )
            count = formats.number_text(left, language=current_language())
            link = _("Make new codes")
            messages.warning(
                request, with_link(text % {"count": count}, link, "mfa_generate_recovery_codes")
            )
        return super().post_login(request, user, **facts)

    def is_safe_url(self, url: str) -> bool:
        """Go on to pages of ours only: allauth takes any allowed host, and trips over others."""
        return is_own_page(url)

    def get_client_ip(self, request: Any) -> str:
        """Return the network an address is in: whole addresses are neither kept nor counted."""
        return network_of(str(super().get_client_ip(request)))

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        """Take an attempt before the password is looked at."""
        limits, now = self._limits(request, credentials), utc_now()
        if not take_attempt(limits, now=now):
            for user in User.objects.filter(email=_name_of(credentials)):
                note_guessing(user=user, action="account.passwords_guessed", now=now)
            raise self.validation_error("too_many_login_attempts")
        self._taken = limits

    def authenticate(self, request: Any, **credentials: Any) -> Any:
        """Check a password; a right one gives its attempt back.

        While the address is not confirmed it stays taken: each log-in then mails a code to it.
        """
        self._login_failed_rl_usage = None
        user = super().authenticate(request, **credentials)
        if user is not None and EmailAddress.objects.filter(user=user, verified=True).exists():
            give_back(self._taken, now=utc_now())
        return user

    def _rollback_login_failed_rl_usage(self) -> None:
        """Do nothing: attempts are given back by authenticate."""

    def is_reauthentication_required(self, *, app: str, **facts: Any) -> bool:  # noqa: ARG002
        """Ask nobody again: the pages that ask are the setting STEP_UP_PAGES."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leave the mail to the worker: no page waits for a mail server, or tells by waiting.

        What it links to is at home, whatever name of this machine was asked.
        """
        told = {
            name: at_home(fact) if name.endswith("_url") else fact for name, fact in context.items()
        }
        message = self.render_mail(template_prefix, email, {"email": email, **told})
        queue_mail(
            to=email,
            subject=str(message.subject),
            text=str(message.body),
            brand_id=None,
            now=utc_now(),
        )

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the person, after the work that a new account takes."""
        make_password(email)
        super().send_account_already_exists_mail(email)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the person; of a changed address, the old one and the new one.

        Here allauth says that an address has changed or gone, and that a factor has: whoever
        changed it stays logged in, alone.
        """
        super().send_notification_mail(template_prefix, user, context=context, email=email)
        given = context or {}
        if template_prefix.startswith("mfa/"):
            end_other_sessions(self.request)
        if template_prefix == "account/email/email_deleted":
            note(user=user, action="account.address_removed", now=utc_now())
        if template_prefix == "account/email/email_changed":
            keep_former_address(user_id=user.pk, email=given["from_email"])
            super().send_notification_mail(
                template_prefix, user, context=context, email=given["to_email"]
            )

    def set_password(self, user: Any, password: str) -> None:
        """Store a new password and the row of the history that says so, together."""
        by_link = self.request.user.pk != user.pk
        kept = "account.password_changed" if user.has_usable_password() else "account.password_set"
        with transaction.atomic():
            super().set_password(user, password)
            note(user=user, action="account.password_reset" if by_link else kept, now=utc_now())

    def confirm_email(self, request: Any, email_address: Any) -> bool:
        """Confirm an address; a further one is a way in, so the main address hears of it."""
        user = email_address.user
        is_further = EmailAddress.objects.filter(user=user, verified=True).exists()
        with transaction.atomic():
            is_done = bool(super().confirm_email(request, email_address))
            if is_done and is_further:
                note(user=user, action="account.address_added", now=utc_now())
        if is_done and is_further:
            self.send_notification_mail("account/email/email_confirm", user)
        return is_done

    def _limits(self, request: Any, credentials: dict[str, Any]) -> list[Limit]:
        name = _name_of(credentials)
        device = known_device(request, name)
        return [
            account_limit(f"login {name} {device}"),
            network_limit(self.get_client_ip(request)),
        ]


def at_home(url: str) -> str:
    """Return an address of this installation under the name its settings give it."""
    parts = urlsplit(url)
    return settings.SITE_URL + parts._replace(scheme="", netloc="").geturl()


def _name_of(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "").strip().lower()


def keep_former_address(*, user_id: int, email: str) -> None:
    """Keep the address a person had until now: it is told of what touches his money."""
    user = User.objects.get(pk=user_id)
    user.former_email, user.email_changed_at = email, utc_now()
    user.save(update_fields=["former_email", "email_changed_at"])
    note(user=user, action="account.address_changed", now=user.email_changed_at)


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
