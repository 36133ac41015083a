"""Work of brands that a worker does; safe to run twice."""

import time

from celery import shared_task
from django.conf import settings

from brands.services.apianswers import forget_answers
from brands.services.changes import apply_due_changes
from brands.services.courier import deliver_due
from brands.services.delivering import list_due
from brands.services.fanout import DELIVER
from brands.services.linkhosts import CHECK, Reach, check_link_host, list_due_hosts
from brands.services.posting import make_post
from core.clock import database_now
from core.egress import EgressFailed, Limits, fetch, resolve
from core.jobs import enqueue
from core.locks import try_alone

DELIVERY_S = 45.0
HTTPS = 443
ANSWER = Limits(size_bytes=1_000, total_s=15.0)


@shared_task(name="brands.forget_api_answers", acks_late=True, ignore_result=True)
def forget_api_answers() -> None:
    """Delete what was answered to keys of the API more than 30 days ago."""
    forget_answers(now=database_now())


@shared_task(name="brands.apply_changes", acks_late=True, ignore_result=True)
def apply_changes() -> None:
    """Put announced changes in force on their day, by each brand's own clock."""
    apply_due_changes(real_now=database_now())


@shared_task(name="brands.deliver_events", acks_late=True, ignore_result=True)
def deliver_events() -> None:
    """Bring events to endpoints, one process for all; what comes meanwhile is brought by it.

    One that finds another at work leaves it to that. What began between the last look of the other
    and its end is looked for once it has ended, and by the sweep.
    """
    post = make_post(allows_loopback=settings.LOCAL, networks=settings.WEBHOOK_NETWORKS)
    ends_at = time.monotonic() + DELIVERY_S
    while list_due(database_now()).exists():
        left = ends_at - time.monotonic()
        if left <= 0:
            enqueue(DELIVER)
            return
        with try_alone(DELIVER) as is_alone:
            if not (is_alone and deliver_due(post=post, clock=database_now, budget_s=left)):
                return


@shared_task(name=CHECK, acks_late=True, ignore_result=True)
def check_link_hosts() -> None:
    """Look whether the link domains that wait lead here by now."""
    now = database_now()
    for row in list_due_hosts(now=now):
        check_link_host(row=row, reach=REACH, now=now)


def _read(url: str) -> str:
    try:
        answer = fetch(
            method="GET", url=url, headers={}, limits=ANSWER, allows_loopback=settings.LOCAL
        )
    except EgressFailed as failed:
        raise OSError(failed.code) from failed
    if answer.status != 200:
        raise OSError(str(answer.status))
    return answer.body.decode("latin-1")


REACH = Reach(resolve=lambda host: set(resolve(host, HTTPS)), read=_read)
