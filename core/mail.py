"""Mail: written with the fact it tells of, sent after the commit, tried again by the sweeper."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from core.clock import utc_now
from core.jobs import enqueue
from core.models import Mail, MailStatus

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
KEEP_ONLY = "core.mail.KeepOnlyBackend"


def queue_mail(*, to: str, subject: str, text: str, brand_id: int | None, now: datetime) -> Mail:
    """Store a message; it leaves after the commit."""
    mail = Mail.objects.create(
        brand_id=brand_id,
        to=to,
        subject=" ".join(subject.split())[:200],
        text=text,
        created_at=now,
        next_attempt_at=now,
    )
    enqueue("core.sweep")
    return mail


def send_waiting(*, now: datetime, limit: int) -> int:
    """Send what is due, one row a transaction, so that a crash repeats one message at most."""
    sent = 0
    for _ in range(limit):
        with transaction.atomic():
            mail = (
                Mail.objects.select_for_update(skip_locked=True)
                .filter(status=MailStatus.WAITING, next_attempt_at__lte=now)
                .order_by("next_attempt_at")
                .first()
            )
            if mail is None:
                return sent
            _send_one(mail, now)
        sent += 1
    return sent


class KeepOnlyBackend(BaseEmailBackend):
    """Keep messages in the database where no mail server is set: they are read there."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        now = utc_now()
        for message in email_messages:
            for to in message.to:
                Mail.objects.create(
                    to=to,
                    subject=str(message.subject)[:200],
                    text=str(message.body),
                    status=MailStatus.KEPT,
                    created_at=now,
                    next_attempt_at=now,
                    sent_at=now,
                )
        return len(email_messages)


def _send_one(mail: Mail, now: datetime) -> None:
    if settings.EMAIL_BACKEND == KEEP_ONLY:
        mail.status, mail.sent_at = MailStatus.KEPT, now
        mail.save(update_fields=["status", "sent_at"])
        return
    try:
        EmailMessage(mail.subject, mail.text, to=[mail.to]).send()
    except OSError as error:  # smtplib's errors are OSErrors
        _retry_later(mail, now, error)
        return
    mail.status, mail.sent_at = MailStatus.SENT, now
    mail.save(update_fields=["status", "sent_at"])


def _retry_later(mail: Mail, now: datetime, error: OSError) -> None:
    mail.attempts += 1
    mail.last_error = type(error).__name__
    mail.next_attempt_at = now + timedelta(minutes=2**mail.attempts)
    if mail.attempts >= MAX_ATTEMPTS:
        mail.status = MailStatus.FAILED
    mail.save(update_fields=["attempts", "last_error", "next_attempt_at", "status"])
