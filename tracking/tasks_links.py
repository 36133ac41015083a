"""Work of a worker on the pages that links lead to; each task is safe to run twice."""

from urllib.parse import urlsplit

from celery import shared_task
from django.conf import settings

from core import jobs
from core.clock import database_now
from core.egress import Answer, EgressFailed, Limits, fetch
from core.locks import try_alone
from tracking.services import linkchecks

PAGE = Limits(size_bytes=50_000, total_s=10.0, is_cut=True)
RESERVED = (".example", ".invalid", ".test")  # RFC 6761
HEADERS = {"accept": "text/html,*/*;q=0.5", "user-agent": "Fairshare-Link-Check/1"}


@shared_task(name=linkchecks.FOLLOW, acks_late=True, ignore_result=True)
def follow_links() -> None:
    """Note which pages live links lead to, and begin with those that were never looked at."""
    linkchecks.follow_links(real_now=database_now())
    jobs.enqueue(linkchecks.WORK)


@shared_task(name=linkchecks.WORK, acks_late=True, ignore_result=True)
def check_links() -> None:
    """Look at the pages whose turn it is; one process for all, so that no host is asked by two."""
    with try_alone(linkchecks.WORK) as is_alone:
        if is_alone:
            linkchecks.check_due(ask=_ask, real_now=database_now())


def _ask(url: str) -> Answer:
    """Ask for an address; names that are kept for examples lead nowhere, and nobody is asked."""
    if (urlsplit(url).hostname or "").endswith(RESERVED):
        raise EgressFailed("not_allowed")
    return fetch(
        method="GET", url=url, headers=HEADERS, limits=PAGE, allows_loopback=settings.LOCAL
    )
