"""Work of brands that a worker does; safe to run twice."""

from celery import shared_task

from brands.services.changes import apply_due_changes
from core.clock import database_now


@shared_task(name="brands.apply_changes", acks_late=True, ignore_result=True)
def apply_changes() -> None:
    """Put announced changes in force on their day, by each brand's own clock."""
    apply_due_changes(real_now=database_now())
