"""Addresses that a mail server refused, until whoever reads them proves that they work.

What may be switched off is held back meanwhile and comes in one digest afterwards.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.urls import reverse

from core import audit
from core.jobs import enqueue
from core.models import Mail, MailAddress, MailStatus, User

GOOD_FOR = timedelta(days=3)

_signer = TimestampSigner(salt="core.refusals")


class NotGood(ValueError):
    """The address of the page is forged, too old, or of nobody."""


def find_refusal(email: str) -> MailAddress | None:
    """Return what is known of an address that refuses mail."""
    return MailAddress.objects.filter(email=email.lower(), refused_at__isnull=False).first()


def is_refusing(email: str) -> bool:
    """Say whether an address refuses mail."""
    return find_refusal(email) is not None


def note_refusal(email: str, *, answer: str, now: datetime) -> None:
    """Keep that an address was refused, with the server's answer."""
    MailAddress.objects.update_or_create(
        email=email.lower(), defaults={"refused_at": now, "refusal": answer[:200]}
    )


def confirm_url(user: User) -> str:
    """Return the address of the page that only a reader of his mail can know."""
    token = _signer.sign_object([user.public_id, user.email.lower()])
    return f"{settings.SITE_URL}{reverse('core:mail-confirm', args=[token])}"


def read_token(token: str) -> User:
    """Return whose address a token confirms.

    :raises NotGood: forged, expired, or his address is another one now.
    """
    try:
        public_id, email = _signer.unsign_object(token, max_age=GOOD_FOR)
    except (BadSignature, ValueError):
        raise NotGood from None
    user = User.objects.filter(public_id=public_id, email=email, is_active=True).first()
    if user is None:
        raise NotGood
    return user


@transaction.atomic
def confirm_address(*, user: User, now: datetime) -> None:
    """Believe in an address again; what was held back comes in one digest. Safe to repeat."""
    address = find_refusal(user.email)
    if address is None:
        return
    answer, address.refused_at, address.refusal = address.refusal, None, ""
    address.save(update_fields=["refused_at", "refusal"])
    held = Mail.objects.filter(user=user, to__iexact=user.email, status=MailStatus.HELD)
    held.update(status=MailStatus.COLLECTED, next_attempt_at=now)
    audit.record(
        brand_id=None,
        actor_id=user.pk,
        action="mail.address_confirmed",
        target=user,
        before={"refusal": answer},
        now=now,
    )
    enqueue("core.send_digests")
