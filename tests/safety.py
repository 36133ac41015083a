"""Second factors and sessions, as a person has them."""

import hashlib
import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from core.models import User


def make_factors(user: User) -> Authenticator:
    """Give a person every kind of factor; returns his passkey."""
    make_app(user)
    RecoveryCodes.activate(user)
    return make_passkey(user)


def make_app(user: User) -> str:
    """Give a person an authenticator app; returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def make_passkey(user: User) -> Authenticator:
    """Give a person a passkey that no device holds: it is listed, renamed and removed."""
    return Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Old phone", "credential": register_passkey()},
    )


def register_passkey() -> dict[str, Any]:
    """Return what a browser answers when it has made a passkey, without an attestation."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    name = secrets.token_bytes(16)
    kept = AttestedCredentialData.create(bytes(16), name, ES256.from_cryptography_key(point))
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(hashlib.sha256(b"localhost").digest(), flags, 1, bytes(kept))
    client = CollectedClientData.create("webauthn.create", bytes(16), "http://localhost")
    response = {
        "clientDataJSON": websafe_encode(client),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    plain = websafe_encode(name)
    return {
        "id": plain,
        "rawId": plain,
        "type": "public-key",
        "response": response,
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


def make_session(user: User) -> UserSession:
    """Note a log-in elsewhere; its session itself is over."""
    return UserSession.objects.create(
        user=user, ip="203.0.113.0", session_key=f"gone-{user.pk}", user_agent="Mozilla/5.0"
    )
