"""Load the demo: all of it or nothing, once, and proven by the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from brands.services.brands import archive_sandbox
from brands.services.fanout import fan_out
from core import audit
from core.accounts import set_operator
from core.jobs import run_once
from core.models import Brand, InboundStatus, Mail, MailStatus, User
from core.outbox import take_waiting
from core.postman import forget_old as forget_letters
from portal.books import prove_and_keep
from portal.demo.cast import BRAND, OPERATOR, TEAM, WITH_LOGIN, email_of
from portal.demo.paper import build_paper
from portal.demo.people import ensure_user
from portal.demo.saffron import OPENED_DAY, build_saffron
from portal.demo.twin import build_twin
from portal.demo.world import World
from tracking.models import StoreEvent
from tracking.services.forgetting import forget_visits
from tracking.services.hours import count_next
from tracking.services.partitions import forget_old as forget_details
from tracking.services.partitions import prepare_partitions

LOCK = "SELECT pg_advisory_xact_lock(hashtext('load_demo'))"
BACKUP_AGE = timedelta(hours=6)
UNDONE = (InboundStatus.STORED, InboundStatus.FAILED)


class DemoLoaded(Exception):
    """The demo is there already."""


class DemoUnsound(Exception):
    """What was built does not hold together; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made: two brands with all that hangs on them, and the first one's sandbox."""

    saffron: World
    paper: World
    twin: Brand

    @property
    def brands(self) -> tuple[Brand, ...]:
        return self.saffron.brand, self.paper.brand, self.twin


def find_demo() -> Brand | None:
    """Return the demo's first brand, if it has been loaded."""
    return _current_brands().filter(name=BRAND).first()


def load_demo(*, now: datetime, password: str, scale: float = 1.0) -> Demo:
    """Build everything, prove the books and keep it.

    `scale` multiplies the ordinary orders and clicks; the planted stories are always there.

    :raises DemoLoaded: it is there.
    :raises DemoUnsound: an event was not processed, or the books do not balance.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
        if find_demo() is not None:
            raise DemoLoaded
        team = ensure_logins(password)
        paper = build_paper(team=team, now=now, scale=scale)
        saffron = build_saffron(team=team, now=now, scale=scale)  # the one to be seen first
        demo = Demo(saffron, paper, build_twin(saffron, now=now))
        _work_off(demo.brands, now)
        _keep_mail(demo.brands, now)
        _forget(now)
        _prove(demo.brands, now)
        # A thousand messages to the worker say no more than its own sweep.
        connection.run_on_commit.clear()
    return demo


def put_away(*, now: datetime) -> None:
    """Close the demo that is there, so that a fresh one can be loaded; its rows stay."""
    with transaction.atomic():
        for brand in _current_brands():
            for twin in brand.twins.filter(archived_at__isnull=True):
                archive_sandbox(brand_id=twin.pk, actor_id=get_owner_id(), now=now)
            brand.archived_at = now
            brand.save(update_fields=["archived_at"])
            audit.record(
                brand_id=brand.pk, actor_id=None, action="demo.put_away", target=brand, now=now
            )


def get_owner_id() -> int:
    """Return the user who owns the demo's brands."""
    return User.objects.values_list("pk").get(email=email_of("brand"))[0]


def ensure_logins(password: str) -> dict[str, int]:
    """Make the accounts that can log in; returns the team's users by key."""
    ensure_user(key=WITH_LOGIN, name="Anna (demo)", password=password)
    return {
        member.key: ensure_user(key=member.key, name=member.name, password=password).pk
        for member in TEAM
    }


def name_operator(*, password: str, now: datetime) -> None:
    """Let somebody see the operator's pages; for a demo that nobody else can reach.

    A backup is on record too, as an operator's would be; its age soon says that it was invented.
    """
    user = ensure_user(key=OPERATOR, name="Omar (demo)", password=password)
    set_operator(email=user.email, is_operator=True, now=now)
    made_at = now - BACKUP_AGE
    run_once(name="backup", window=made_at.isoformat(), now=made_at, work=lambda: "")


def make_room(*, now: datetime) -> None:
    """Make the clicks' partitions, ahead of the load: it takes a lock that clicks wait for."""
    for days in (OPENED_DAY, OPENED_DAY // 2, 0):
        prepare_partitions(now=now - timedelta(days=days))


def _current_brands() -> QuerySet[Brand]:
    return Brand.objects.filter(
        is_demo=True, sandbox_of__isnull=True, archived_at__isnull=True
    ).order_by("pk")


def _work_off(brands: Sequence[Brand], now: datetime) -> None:
    """Do what the worker would have done by now.

    :raises DemoUnsound: a delivery was not processed.
    """
    connection.check_constraints()
    waiting = StoreEvent.objects.filter(brand__in=brands, status__in=UNDONE)
    for event in waiting[:5]:
        raise DemoUnsound(f"{event.topic} of order {event.order_ref}: {event.detail}")
    # Months of facts, for which nobody waits.
    while take_waiting(now=now, limit=5000, hand_on=fan_out):
        pass
    for brand in brands:
        while count_next(brand_id=brand.pk, now=now):
            pass


def _prove(brands: Sequence[Brand], now: datetime) -> None:
    """Hold what was built to what a real day is held to.

    :raises DemoUnsound: it does not stand.
    """
    for brand in brands:
        for result in prove_and_keep(brand_id=brand.pk, now=now).results:
            if result.differences:
                raise DemoUnsound(f"{brand.slug}: {result.code}, {result.differences} differ")


def _forget(now: datetime) -> None:
    """Forget what the nights of these months would have forgotten."""
    forget_details(now=now)
    forget_visits(now=now)
    forget_letters(now=now)


def _keep_mail(brands: Sequence[Brand], now: datetime) -> None:
    """Keep the demo's mail here: nobody has these addresses."""
    Mail.objects.filter(brand__in=brands, status=MailStatus.WAITING).update(
        status=MailStatus.KEPT, sent_at=now
    )
    # Months of digests at once would be one letter that nobody reads; the last day's is enough.
    old = Mail.objects.filter(brand__in=brands, status=MailStatus.COLLECTED)
    old.filter(created_at__lt=now - timedelta(days=1)).delete()
