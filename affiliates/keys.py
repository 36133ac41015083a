"""Keys in addresses: who holds one may join a program that is not public, or is invited."""

from django.core.signing import BadSignature, Signer

from affiliates.models import Invitation
from brands.models import Program

SALT = "affiliates.join"
INVITE_SALT = "affiliates.invitation"


def make_join_key(program: Program) -> str:
    """Return the key of a program; the same one each time, until SECRET_KEY changes."""
    return Signer(salt=SALT).signature(program.public_id)


def is_join_key(program: Program, key: str) -> bool:
    """Tell whether the key was made here for this program."""
    try:
        Signer(salt=SALT).unsign(f"{program.public_id}:{key}")
    except BadSignature:
        return False
    return True


def make_invite_token(invitation: Invitation) -> str:
    """Return what opens an invitation. Nothing that is stored opens one: a dump invites nobody."""
    return Signer(salt=INVITE_SALT).sign(invitation.public_id)


def read_invite_token(token: str) -> str | None:
    """Return the public id of the invitation a token was made for; None for any other text."""
    try:
        return Signer(salt=INVITE_SALT).unsign(token)
    except BadSignature:
        return None
