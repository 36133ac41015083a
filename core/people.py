"""What a person decides about his own account."""

from typing import TypedDict, Unpack

from core.models import User


class AccountChoices(TypedDict, total=False):
    name: str
    language: str
    time_zone: str
    theme: str


def update_account(*, user_id: int, **choices: Unpack[AccountChoices]) -> User:
    """Change how a person is called and in which language, zone and theme he reads."""
    user = User.objects.get(pk=user_id)
    for name, value in choices.items():
        setattr(user, name, value)
    user.save(update_fields=list(choices))
    return user
