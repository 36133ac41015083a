"""Sweepers of core: what a lost message left behind is found here."""

from celery import shared_task

from core import mail, outbox
from core.clock import utc_now


@shared_task(name="core.sweep", acks_late=True, ignore_result=True)
def sweep() -> None:
    """Hand on outbox events and send mail that waits."""
    outbox.take_waiting(now=utc_now(), limit=500)
    mail.send_waiting(now=utc_now(), limit=50)
