"""A brand's own words for its mail, and from whom that mail comes."""

from datetime import datetime, timedelta

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction

from brands.emails import CONFIRM_REPLY_TO, mail_confirm_reply_to
from core import audit
from core.letters import list_unknown
from core.locks import lock_row
from core.mail import real_time
from core.models import Brand, Mail, MailSender, MailText
from core.notices import Kind

GOOD_FOR = timedelta(days=3)
MOST_ASKS = 5
"""Letters to addresses that nobody confirmed yet, for one brand in a day."""

_signer = TimestampSigner(salt="brands.reply_to")


class UnknownPlaceholder(ValueError):
    """The words name a placeholder that this kind does not have."""


class NotEditable(ValueError):
    """A brand may not reword what secures accounts or is for its own team."""


class TooManyAsks(ValueError):
    """The brand asked to confirm several addresses today."""


class NotGood(ValueError):
    """The address of the page is forged, too old, or no longer asked for."""


@transaction.atomic
def set_text(
    *,
    brand_id: int,
    kind: Kind,
    language: str,
    words: tuple[str, str],
    actor_id: int,
    now: datetime,
) -> MailText:
    """Write a kind of mail in the brand's own words: subject and text, for one language.

    :raises NotEditable: this kind keeps its standard words.
    :raises UnknownPlaceholder: the words name one that is not there.
    """
    if not kind.group.is_editable:
        raise NotEditable(kind.name)
    subject, text = words
    if unknown := list_unknown(f"{subject}\n{text}", kind.placeholders):
        raise UnknownPlaceholder(" ".join(unknown))
    brand = lock_row(Brand, brand_id)
    before = _words_of(brand_id, kind, language)
    row, _is_new = MailText.objects.update_or_create(
        brand=brand,
        kind=kind.name,
        language=language,
        defaults={"subject": subject, "text": text, "changed_at": now},
    )
    _record(brand, kind, language, before, {"subject": subject, "text": text}, actor_id, now)
    return row


@transaction.atomic
def drop_text(*, brand_id: int, kind: Kind, language: str, actor_id: int, now: datetime) -> None:
    """Go back to the standard words; safe to repeat."""
    brand = lock_row(Brand, brand_id)
    before = _words_of(brand_id, kind, language)
    gone, _rows = MailText.objects.filter(brand=brand, kind=kind.name, language=language).delete()
    if gone:
        _record(brand, kind, language, before, {}, actor_id, now)


@transaction.atomic
def set_sender(
    *, brand_id: int, from_name: str, reply_to: str, actor_id: int, now: datetime
) -> MailSender:
    """Say under which name the brand writes and where answers go.

    Another address for answers is used once whoever reads it has confirmed it.

    :raises TooManyAsks: several addresses were asked today.
    """
    brand = lock_row(Brand, brand_id)
    sender, _is_new = MailSender.objects.get_or_create(brand=brand)
    before = {"from_name": sender.from_name, "reply_to": sender.reply_to}
    sender.from_name, reply_to = from_name.strip(), reply_to.strip().lower()
    sender.asked_reply_to = "" if reply_to == sender.reply_to else reply_to
    if not reply_to:
        sender.reply_to = ""
    if sender.asked_reply_to:
        _ask(brand, sender.asked_reply_to, now)
    sender.save()
    audit.record(
        brand_id=brand_id,
        actor_id=actor_id,
        action="mail.sender_changed",
        target=brand,
        before=before,
        after={"from_name": sender.from_name, "asked": sender.asked_reply_to},
        now=now,
    )
    return sender


def read_reply_to_token(token: str) -> MailSender:
    """Return the sender whose asked address a token confirms.

    :raises NotGood: forged, expired, or another address is asked for now.
    """
    try:
        public_id, email = _signer.unsign_object(token, max_age=GOOD_FOR)
    except (BadSignature, ValueError):
        raise NotGood from None
    row = (
        MailSender.objects.select_related("brand")
        .filter(brand__public_id=public_id, asked_reply_to=email)
        .first()
    )
    if row is None:
        raise NotGood
    return row


@transaction.atomic
def confirm_reply_to(*, token: str, now: datetime) -> MailSender:
    """Let answers go to an address from now on.

    :raises NotGood: forged, expired, or another address is asked for now.
    """
    sender = lock_row(MailSender, read_reply_to_token(token).pk)
    before, sender.reply_to = sender.reply_to, sender.asked_reply_to
    sender.asked_reply_to = ""
    sender.save(update_fields=["reply_to", "asked_reply_to"])
    audit.record(
        brand_id=sender.brand_id,
        actor_id=None,
        action="mail.reply_to_confirmed",
        target=sender.brand,
        before={"reply_to": before},
        after={"reply_to": sender.reply_to},
        now=now,
    )
    return sender


def _ask(brand: Brand, email: str, now: datetime) -> None:
    yesterday = real_time(brand, now) - timedelta(days=1)
    asked = Mail.objects.filter(brand=brand, kind=CONFIRM_REPLY_TO.name, created_at__gt=yesterday)
    if asked.count() >= MOST_ASKS:
        raise TooManyAsks(brand.public_id)
    token = _signer.sign_object([brand.public_id, email])
    mail_confirm_reply_to(brand=brand, email=email, token=token, now=now)


def _words_of(brand_id: int, kind: Kind, language: str) -> dict[str, str]:
    row = MailText.objects.filter(brand=brand_id, kind=kind.name, language=language).first()
    return {"subject": row.subject, "text": row.text} if row else {}


def _record(  # an audit row is these facts
    brand: Brand,
    kind: Kind,
    language: str,
    before: dict[str, str],
    after: dict[str, str],
    actor_id: int,
    now: datetime,
) -> None:
    audit.record(
        brand_id=brand.pk,
        actor_id=actor_id,
        action="mail.reworded" if after else "mail.standard_again",
        target=brand,
        before={"kind": kind.name, "language": language, **before},
        after={"kind": kind.name, "language": language, **after},
        now=now,
    )
