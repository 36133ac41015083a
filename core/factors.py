"""Second factors: how allauth keeps and asks for them here."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.usersessions.models import UserSession
from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import crypto
from core.attempts import account_limit, give_back, take_attempt
from core.clock import utc_now
from core.history import note, note_guessing
from core.models import User

FEW_CODES = 3
NOW_TYPES = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}
"""What a person has at hand; a recovery code may lie in a drawer."""
ADDED = {
    Authenticator.Type.TOTP: "account.app_added",
    Authenticator.Type.WEBAUTHN: "account.passkey_added",
    Authenticator.Type.RECOVERY_CODES: "account.codes_made",
}
REMOVED = {  # recovery codes go with the last factor, or for new ones
    Authenticator.Type.TOTP: "account.app_removed",
    Authenticator.Type.WEBAUTHN: "account.passkey_removed",
}
CODES_KEPT = 8  # more than are good at a time
# What allauth's and fido2's readers raise over bytes that are no passkey.
_UNREADABLE = (
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class FactorProof:
    """A person showed the second factor at that moment, for this one thing."""

    user_id: int
    about: str
    at: datetime


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets are encrypted at rest."""

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text.encode())

    def build_totp_svg(self, url: str) -> str:  # noqa: ARG002  # allauth's signature
        """Return nothing: the picture has an address of its own, as the policy of pages wants."""
        return ""


class _CountedForm(forms.Form):
    """A code that is guessed at is counted in the database; a right one works once."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        limits, now = [account_limit(f"code {self.user.pk}")], utc_now()
        adapter = FactorAdapter()
        if not take_attempt(limits, now=now):
            note_guessing(user=self.user, action="account.codes_guessed", now=now)
            raise forms.ValidationError(
                _("Too many wrong codes. Wait some minutes, then try again.")
            )
        with transaction.atomic():
            code = str(super().clean_code())  # type: ignore[misc]
            if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
                note_used_code(self.user, now=now)
        if not claim_code(authenticator_id=self.authenticator.pk, code=code):
            raise adapter.validation_error("incorrect_code")
        give_back(limits, now=now)
        return code


class _CredentialField(forms.JSONField):
    """What a browser says of a passkey; anybody may say anything."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """Read an object; JSON that runs too deep or holds endless digits is none."""
        try:
            said = super().to_python(value)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise FactorAdapter().validation_error("incorrect_code")
        return said


class _CredentialForm(forms.Form):
    """A passkey that is shown: what its readers trip over is a wrong one."""

    credential = _CredentialField()

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except _UNREADABLE:
            raise FactorAdapter().validation_error("incorrect_code") from None


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey and its name."""

    credential = _CredentialField()
    name = forms.CharField(label=_("Name"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        try:
            return dict(super().clean())
        except _UNREADABLE:
            raise FactorAdapter().validation_error("incorrect_code") from None


class PasskeyLoginForm(_CredentialForm, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of a password."""


class PasskeyAgainForm(_CredentialForm, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey when it is asked for again."""


class PasskeyFactorForm(_CredentialForm, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name"), max_length=60)


class CodeForm(_CountedForm, AuthenticateForm):  # type: ignore[misc]
    """The code at log-in."""


class CodeAgainForm(_CountedForm, ReauthenticateForm):  # type: ignore[misc]
    """The code when it is asked for again."""


def has_second_factor(user: User) -> bool:
    """Say whether logging in as this person takes more than one secret."""
    return bool(Authenticator.objects.filter(user=user, type__in=NOW_TYPES).exists())


def find_factor_page(user: User) -> str | None:
    """Return the name of the page where the person shows his factor again; None without one."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if Authenticator.Type.TOTP in kinds:
        return "mfa_reauthenticate"
    return "mfa_reauthenticate_webauthn" if Authenticator.Type.WEBAUTHN in kinds else None


def list_recovery_codes(user: User) -> list[str]:
    """Return the recovery codes that are good; none where the person never made any."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return list(row.wrap().get_unused_codes()) if row else []


def note_used_code(user: User, *, now: datetime) -> None:
    """Record that one recovery code is gone, and tell the person: his phone may be, too."""
    left = len(list_recovery_codes(user))
    note(user=user, action="account.code_used", now=now, left=left)
    get_adapter().send_notification_mail("account/email/code_used", user, {"left": left})


@contextmanager
def recording_factors(user: User, *, now: datetime) -> Iterator[None]:
    """Record which factors a person has more or fewer afterwards, in one transaction with it."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        before = _list_factors(user)
        yield
        after = _list_factors(user)
        changes = ((ADDED, after.keys() - before.keys()), (REMOVED, before.keys() - after.keys()))
        for actions, keys in changes:
            for kind, name in sorted((before | after)[key] for key in keys):
                if kind in actions:
                    note(
                        user=user, action=actions[kind], now=now, **({"name": name} if name else {})
                    )


@transaction.atomic
def claim_code(*, authenticator_id: int, code: str) -> bool:
    """Take a code of an app for used; False for one used lately, so two requests have one."""
    row = Authenticator.objects.select_for_update().get(pk=authenticator_id)
    if row.type != Authenticator.Type.TOTP:
        return True  # recovery codes are struck off one by one
    digest = crypto.keyed_hash("totp", str(row.pk), "".join(code.split()))
    used = row.data.get("used_codes", [])
    if digest in used:
        return False
    row.data["used_codes"] = [*used, digest][-CODES_KEPT:]
    row.save(update_fields=["data"])
    return True


def end_other_sessions(request: Any) -> int:
    """Log the person out everywhere but here; returns how many sessions ended."""
    others = UserSession.objects.filter(user=request.user).exclude(
        session_key=request.session.session_key
    )
    ended = 0
    for session in others:
        session.end()
        ended += 1
    return ended


def _list_factors(user: User) -> dict[int, tuple[str, str]]:
    rows = Authenticator.objects.filter(user=user)
    return {row.pk: (row.type, row.data.get("name", "")) for row in rows}
