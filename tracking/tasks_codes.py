"""Work of a worker on creators' codes in shops; each task is safe to run twice."""

from celery import shared_task
from django.conf import settings

from affiliates.services.codes import CODES_CHANGED
from brands.models import StoreConnection
from core import jobs
from core.clock import database_now
from tracking.integrations import list_code_platforms, open_codes
from tracking.services import codework, storecodes


@shared_task(name=CODES_CHANGED, acks_late=True, ignore_result=True)
def follow_codes(*, brand_id: int | None = None) -> None:
    """Note which codes should be in which shop, and begin with the shops where one is due."""
    real_now, platforms = database_now(), list_code_platforms()
    storecodes.follow_codes(platforms=platforms, real_now=real_now, brand_id=brand_id)
    for connection_id in storecodes.list_due(platforms=platforms, real_now=real_now):
        jobs.enqueue(storecodes.WORK, connection_id=connection_id)


@shared_task(name=storecodes.WORK, acks_late=True, ignore_result=True)
def work_on_codes(*, connection_id: int) -> None:
    """Make, end or look at the codes of one shop whose turn it is."""
    real_now = database_now()
    due = storecodes.list_due(platforms=list_code_platforms(), real_now=real_now)
    if connection_id not in due:
        return
    store = StoreConnection.objects.get(pk=connection_id)
    book = open_codes(store, real_now=real_now, allows_loopback=settings.LOCAL)
    done = codework.work_on_codes(connection=store, book=book, real_now=real_now)
    if done == codework.TURNS:
        jobs.enqueue(storecodes.WORK, connection_id=connection_id)
