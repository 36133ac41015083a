"""What a person decides about his own account."""

from datetime import datetime
from typing import TypedDict, Unpack

from django.db import transaction

from core import audit
from core.locks import lock_row
from core.models import User


class AccountChoices(TypedDict, total=False):
    name: str
    language: str
    time_zone: str
    theme: str


@transaction.atomic
def update_account(*, user_id: int, now: datetime, **choices: Unpack[AccountChoices]) -> User:
    """Change how a person is called and in which language, zone and theme he reads."""
    user = lock_row(User, user_id)
    before = {name: getattr(user, name) for name in choices}
    for name, value in choices.items():
        setattr(user, name, value)
    user.save(update_fields=list(choices))
    record_profile(user, before, dict(choices), now)
    return user


def record_profile(
    user: User, before: dict[str, object], after: dict[str, object], now: datetime
) -> None:
    """Record what a person changed of how he is called and reads; nothing where nothing did."""
    old, new = audit.pick_changed(before, after)
    if new:
        audit.record(
            brand_id=None,
            actor_id=user.pk,
            action="account.profile_changed",
            target=user,
            before=old,
            after=new,
            now=now,
        )
