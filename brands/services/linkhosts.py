"""A brand's own link domain: set, proven to lead here, taken away."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction

from brands.domain.linkhosts import CHALLENGE_PATH
from brands.models import LinkHost
from core import audit, jobs
from core.ids import random_text
from core.locks import lock_row
from core.models import Brand

CHECK = "brands.check_link_hosts"
AGAIN = timedelta(minutes=5)
GIVES_UP = timedelta(days=7)


class HostIsOurs(ValueError):
    """The host is the installation's own name."""


class HostTaken(ValueError):
    """The host carries the links of another brand."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How the outside is asked: addresses of a name, and the body of an https address.

    Each raises OSError where there is none; `read` for whatever is no answer of 200.
    """

    resolve: Callable[[str], set[str]]
    read: Callable[[str], str]


@transaction.atomic
def set_link_host(
    *, brand_id: int, host: str, cookie_domain: str, actor_id: int, now: datetime
) -> LinkHost:
    """Give a brand its link domain; another host than before has to be proven anew.

    :raises HostIsOurs: it is this installation's own name.
    :raises HostTaken: another brand has proven it.
    """
    brand = lock_row(Brand, brand_id)
    if host in {*settings.ALLOWED_HOSTS, urlsplit(settings.SITE_URL).hostname}:
        raise HostIsOurs(host)
    if LinkHost.objects.filter(host=host, verified_at__isnull=False).exclude(brand=brand).exists():
        raise HostTaken(host)
    known = LinkHost.objects.filter(brand=brand, host=host)
    if not known.update(cookie_domain=cookie_domain):
        LinkHost.objects.filter(brand=brand).delete()
        LinkHost.objects.create(
            brand=brand,
            host=host,
            cookie_domain=cookie_domain,
            challenge=random_text(32),
            next_check_at=now,
            created_at=now,
        )
    audit.record(
        brand_id=brand_id,
        actor_id=actor_id,
        action="link_host.set",
        target=brand,
        now=now,
        after={"host": host, "cookie_domain": cookie_domain},
    )
    jobs.enqueue(CHECK)
    return known.get()


@transaction.atomic
def remove_link_host(*, brand_id: int, actor_id: int, now: datetime) -> None:
    """Take the link domain away: links shared under it lead nowhere from now on."""
    brand = lock_row(Brand, brand_id)
    row = LinkHost.objects.get(brand=brand)
    row.delete()
    audit.record(
        brand_id=brand_id,
        actor_id=actor_id,
        action="link_host.removed",
        target=brand,
        now=now,
        before={"host": row.host},
    )


@transaction.atomic
def ask_again(*, brand_id: int, now: datetime) -> None:
    """Have the host checked at once."""
    LinkHost.objects.filter(brand_id=brand_id, verified_at__isnull=True).update(next_check_at=now)
    jobs.enqueue(CHECK)


def list_due_hosts(*, now: datetime) -> list[LinkHost]:
    """Return the hosts to be checked now."""
    return list(LinkHost.objects.filter(verified_at__isnull=True, next_check_at__lte=now))


def check_link_host(*, row: LinkHost, reach: Reach, now: datetime) -> str:
    """Look whether a host leads here and answers for its brand; returns a failure, "" for none.

    Its name first: only a host that leads here may be given a certificate.
    """
    failure = _find_elsewhere(row.host, reach)
    if not failure:
        _keep(row, {"pointed_at": row.pointed_at or now})
        failure = _find_silent(row, reach)
    _note(row, failure, now)
    return failure


def _find_elsewhere(host: str, reach: Reach) -> str:
    try:
        found = reach.resolve(host)
    except OSError:
        return "unknown"
    try:
        own = reach.resolve(urlsplit(settings.SITE_URL).hostname or "")
    except OSError:
        own = set()
    return "" if found & own else "elsewhere"


def _find_silent(row: LinkHost, reach: Reach) -> str:
    try:
        said = reach.read(f"https://{row.host}{CHALLENGE_PATH}{row.challenge}")
    except OSError:
        return "silent"
    return "" if said.strip() == row.challenge else "other"


def _note(row: LinkHost, failure: str, now: datetime) -> None:
    """Keep the outcome; a host that another brand proved first fails."""
    again = now + AGAIN if now - row.created_at < GIVES_UP else None
    facts = {"checked_at": now, "failure": failure, "next_check_at": again}
    if not failure:
        facts |= {"verified_at": now, "next_check_at": None}
    try:
        with transaction.atomic():
            _keep(row, facts)
    except IntegrityError:
        _keep(row, {"checked_at": now, "failure": "taken", "next_check_at": None})


def _keep(row: LinkHost, facts: dict[str, object]) -> None:
    """Write to the row that was read: one that was set anew meanwhile has another challenge."""
    LinkHost.objects.filter(pk=row.pk, challenge=row.challenge).update(**facts)
