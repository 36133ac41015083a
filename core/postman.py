"""Send mail that waits, one row a transaction, over one connection; forget it when it is old."""

import logging
import re
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q, QuerySet

from core.models import Mail, MailAddress, MailStatus
from core.notices import ACCOUNT, find_kind, list_kinds
from core.refusals import is_refusing, note_refusal
from core.stopping import DIGEST, stop_url

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 11
KEEP_ONLY = "django.core.mail.backends.dummy.EmailBackend"
LEFT = (MailStatus.SENT, MailStatus.KEPT)
CAP_PAUSE = timedelta(hours=1)

_POLICY = re.compile(r"\s*5\.7\.")  # RFC 3463: the server's policy, not the mailbox


def is_kept() -> bool:
    """Say whether mail stays here, because no mail server is set."""
    return settings.EMAIL_BACKEND == KEEP_ONLY


def send_waiting(*, now: datetime, limit: int) -> int:
    """Send what is due, so that a crash repeats one message at most; returns how many."""
    connection: BaseEmailBackend = get_connection()
    try:
        for sent in range(limit):
            with transaction.atomic():
                mail = _take_next(now)
                if mail is None:
                    return sent
                _handle(mail, connection, now)
    finally:
        connection.close()
    return limit


def count_left(*, brand_id: int, now: datetime) -> int:
    """Return how many more mails a brand may send within these 24 hours."""
    return max(0, settings.MAIL_DAILY_CAP - _capped(brand_id, now).count())


def forget_old(*, now: datetime) -> int:
    """Empty what left long ago; that it was sent, to whom and when, stays.

    What a digest told is deleted: the digest stands for it.
    """
    old = now - timedelta(days=settings.MAIL_BODY_DAYS)
    Mail.objects.filter(status=MailStatus.DIGESTED, sent_at__lt=old).delete()
    rows = Mail.objects.filter(status__in=[*LEFT, MailStatus.FAILED], created_at__lt=old)
    return rows.filter(Q(text__gt="") | Q(html__gt="")).update(text="", html="")


def build_message(mail: Mail, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """Return the message with all its headers; the same for every try."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {
        "Message-ID": f"<{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}@{settings.SITE_HOST}>",
        "Auto-Submitted": "auto-generated",
        **_stop_headers(mail),
    }
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=formataddr((mail.from_name, sender)) if mail.from_name else None,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
        connection=connection,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _take_next(now: datetime) -> Mail | None:
    return (
        Mail.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(status=MailStatus.WAITING, next_attempt_at__lte=now)
        .order_by("next_attempt_at", "pk")
        .first()
    )


def _handle(mail: Mail, connection: BaseEmailBackend, now: datetime) -> None:
    if _may_be_stopped(mail) and is_refusing(mail.to):
        _set_status(mail, MailStatus.HELD)
    elif _is_over_cap(mail, now):
        # All of the brand's at once: its backlog must not stand before the mail of others.
        _due(mail, now).update(next_attempt_at=now + CAP_PAUSE)
        logger.warning("brand %s sent its mails of a day; the rest waits", mail.brand_id)
    elif is_kept():
        _set_status(mail, MailStatus.KEPT, now)
    else:
        _send(mail, connection, now)


def _send(mail: Mail, connection: BaseEmailBackend, now: datetime) -> None:
    try:
        connection.open()
        build_message(mail, connection).send()
    except SMTPRecipientsRefused as error:
        _refuse_or_retry(mail, error, now)
    except ValueError as error:  # an address or a header that no mail can have
        mail.last_error = type(error).__name__
        _set_status(mail, MailStatus.FAILED)
    except OSError as error:  # smtplib's errors are OSErrors
        connection.close()
        _retry_later(mail, error, now)
    else:
        if not mail.kind:  # codes and links that open an account
            mail.text = mail.html = ""
        _set_status(mail, MailStatus.SENT, now)


def _refuse_or_retry(mail: Mail, error: SMTPRecipientsRefused, now: datetime) -> None:
    code, answer = next(iter(error.recipients.values()))
    said = answer.decode(errors="replace")
    if code < 500:
        _retry_later(mail, error, now)
        return
    mail.last_error = f"{code} {said}"[:200]
    _set_status(mail, MailStatus.FAILED)
    if not _POLICY.match(said):
        note_refusal(mail.to, answer=mail.last_error, now=now)


def _retry_later(mail: Mail, error: OSError, now: datetime) -> None:
    mail.attempts += 1
    mail.last_error = type(error).__name__
    mail.next_attempt_at = now + timedelta(minutes=2**mail.attempts)
    if mail.attempts >= MAX_ATTEMPTS:
        mail.status = MailStatus.FAILED
    mail.save(update_fields=["attempts", "last_error", "next_attempt_at", "status"])


def _set_status(mail: Mail, status: MailStatus, sent_at: datetime | None = None) -> None:
    mail.status, mail.sent_at = status, sent_at
    mail.save(update_fields=["status", "sent_at", "text", "html", "last_error"])


def _may_be_stopped(mail: Mail) -> bool:
    return bool(_stopped_group(mail))


def _stopped_group(mail: Mail) -> str:
    """Return the group that is stopped from this mail; none where it must be read."""
    if mail.kind == DIGEST:
        return DIGEST
    kind = find_kind(mail.kind)
    return kind.group.name if kind and kind.group.can_be_off else ""


def _stop_headers(mail: Mail) -> dict[str, str]:
    group = _stopped_group(mail)
    if not group:
        return {}
    if mail.user_id is not None:
        url = stop_url(user_id=mail.user_id, group=group)
    else:
        address = MailAddress.objects.get(email=mail.to.lower())
        url = stop_url(address_id=address.pk, group=group)
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _is_over_cap(mail: Mail, now: datetime) -> bool:
    """Say whether a brand sent its mails of a day; what secures an account always leaves."""
    kind = find_kind(mail.kind)
    if mail.brand_id is None or kind is None or kind.group == ACCOUNT:
        return False
    return count_left(brand_id=mail.brand_id, now=now) == 0


def _capped_kinds() -> list[str]:
    return [kind.name for kind in list_kinds() if kind.group != ACCOUNT]


def _capped(brand_id: int, now: datetime) -> QuerySet[Mail]:
    return Mail.objects.filter(
        brand=brand_id,
        kind__in=_capped_kinds(),
        status__in=LEFT,
        sent_at__gt=now - timedelta(days=1),
    )


def _due(mail: Mail, now: datetime) -> QuerySet[Mail]:
    return Mail.objects.filter(
        brand=mail.brand_id,
        kind__in=_capped_kinds(),
        status=MailStatus.WAITING,
        next_attempt_at__lte=now,
    )
