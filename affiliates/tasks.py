"""Work of affiliates that a worker does; safe to run twice."""

from celery import shared_task

from affiliates.services.terms import announce_waiting_terms
from core.clock import database_now


@shared_task(name="affiliates.announce_terms", acks_late=True, ignore_result=True)
def announce_terms() -> None:
    """Mail members the versions of terms of which they were not told yet."""
    announce_waiting_terms(real_now=database_now())
