"""Stop mails by a signed address, logged out: RFC 8058, and the link below a letter.

The signature is all the authority there is; forged, expired and unknown answer the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from core.choices import choose
from core.models import Delivery, MailAddress, User
from core.notices import GROUPS, Group

GOOD_FOR = timedelta(days=400)
DIGEST = "digest"
"""In place of a group: everything that a person gets in a digest."""

_signer = TimestampSigner(salt="core.stopping")


class NotGood(ValueError):
    """The address is forged, too old, or of nobody."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Who wants no more of what; `group` None stands for the digest."""

    reader: User | MailAddress
    group: Group | None


def stop_url(*, group: str, user_id: int | None = None, address_id: int | None = None) -> str:
    """Return the address that stops a group of mails for a person, or for a bare address."""
    who = f"u{user_id}" if user_id is not None else f"a{address_id}"
    token = _signer.sign(f"{who}.{group}")
    return f"{settings.SITE_URL}{reverse('core:mail-stop', args=[token])}"


def read_token(token: str) -> Stop:
    """Return what a token stops.

    :raises NotGood: it is forged, expired, or names nobody.
    """
    try:
        who, _, name = _signer.unsign(token, max_age=GOOD_FOR).partition(".")
    except BadSignature:
        raise NotGood from None
    group = next((one for one in GROUPS if one.name == name and one.can_be_off), None)
    reader = _find_reader(who)
    if reader is None or (group is None and name != DIGEST):
        raise NotGood
    return Stop(reader, group)


def stop_mails(stop: Stop, *, now: datetime) -> None:
    """Send no more of these; safe to repeat."""
    if isinstance(stop.reader, MailAddress):
        MailAddress.objects.filter(pk=stop.reader.pk, stopped_at=None).update(stopped_at=now)
        return
    groups = [stop.group] if stop.group else _list_digested(stop.reader)
    for group in groups:
        choose(user_id=stop.reader.pk, group=group, delivery=Delivery.OFF, now=now)


def _find_reader(who: str) -> User | MailAddress | None:
    pk = int(who[1:])  # signed by us
    if who.startswith("u"):
        return User.objects.filter(pk=pk, is_active=True).first()
    return MailAddress.objects.filter(pk=pk).first()


def _list_digested(user: User) -> list[Group]:
    chosen = dict(user.notice_choices.values_list("group", "delivery"))
    return [
        group
        for group in GROUPS
        if chosen.get(group.name, group.default) in {Delivery.DAILY, Delivery.WEEKLY}
    ]
