"""How log-in behaves: e-mail only, no user names."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from core.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Log in and sign up by e-mail; addresses are kept in lower case."""

    def populate_username(self, request: Any, user: Any) -> None:
        """Do nothing: there are no user names."""

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).lower()


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
