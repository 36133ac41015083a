"""How log-in behaves: e-mail only, no user names."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Log in and sign up by e-mail; addresses are kept in lower case."""

    def populate_username(self, request: Any, user: Any) -> None:
        """Do nothing: there are no user names."""

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).lower()
