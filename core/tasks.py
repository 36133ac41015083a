"""Sweepers of core: what a lost message left behind is found here."""

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from core import attempts, digests, outbox, postman
from core.clock import utc_now
from core.jobs import run_once


@shared_task(name="core.sweep", acks_late=True, ignore_result=True)
def sweep() -> None:
    """Hand on outbox events and send mail that waits."""
    outbox.take_waiting(now=utc_now(), limit=500, hand_on=import_string(settings.HAND_ON))
    postman.send_waiting(now=utc_now(), limit=100)


@shared_task(name="core.send_digests", acks_late=True, ignore_result=True)
def send_digests() -> None:
    """Write the digests that are due; a second run finds none."""
    digests.send_digests(now=utc_now())


@shared_task(name="core.forget_mail", acks_late=True, ignore_result=True)
def forget_mail() -> None:
    """Empty what left long ago, once a day."""
    now = utc_now()
    run_once(
        name="forget_mail",
        window=now.strftime("%Y-%m-%d"),
        now=now,
        work=lambda: f"{postman.forget_old(now=now)} emptied",
    )


@shared_task(name="core.forget_guesses", acks_late=True, ignore_result=True)
def forget_guesses() -> None:
    """Forget who guessed at passwords, once no limit looks at it any more."""
    attempts.forget_guesses(now=utc_now())
