"""The key in a join address: who holds it may join a program that is not public."""

from django.core.signing import BadSignature, Signer

from brands.models import Program

SALT = "affiliates.join"


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
