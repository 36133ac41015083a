"""Checks of the database, of Redis, of the keys and of the books."""

from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from core import canary
from core.clock import database_now
from core.crypto import Undecryptable
from core.models import Brand
from ledger.models import BooksCheck
from portal.doctor.findings import Finding, act, digits, literal, look, since, well
from tracking.domain.token import parse_keys

OLDEST_POSTGRES = 15
MAX_SKEW = timedelta(seconds=2)
MAX_BOOKS_AGE = timedelta(hours=36)
REDIS_TIMEOUT_S = 2


def check_database(_now: datetime) -> Finding:
    """Find out whether it is new enough."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        major = cursor.fetchone()[0] // 10_000
    if major < OLDEST_POSTGRES:
        return act(
            _("PostgreSQL {version} is too old.").format(version=major),
            _("Move to PostgreSQL {version} or newer.").format(version=OLDEST_POSTGRES),
        )
    return well(_("PostgreSQL {version} answers.").format(version=major))


def check_migrations(_now: datetime) -> Finding:
    """Find migrations that were not applied."""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not missing:
        return well(_("The database has the form this version expects."))
    said = ngettext("{count} migration is missing.", "{count} migrations are missing.", missing)
    mend = _("Run {command}, then start web, worker and scheduler again.")
    return act(
        said.format(count=digits(missing)), mend.format(command=literal("python -m config.prepare"))
    )


def check_clock(now: datetime) -> Finding:
    """Compare the clocks of this machine and of the database."""
    skew = abs(database_now() - now)
    if skew <= MAX_SKEW:
        return well(_("This machine and the database agree on the time."))
    said = _("The clocks of this machine and of the database are {seconds} seconds apart.")
    return act(
        said.format(seconds=digits(round(skew.total_seconds()))),
        _("Let both be set by a time server."),
    )


def check_roles(_now: datetime) -> Finding:
    """Ask whether what runs every day may change the books."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('ledger_posting', 'UPDATE')")
        (may_rewrite,) = cursor.fetchone()
    if not may_rewrite:
        return well(_("The role of every day may add to the books and change nothing in them."))
    return look(
        _("One role does everything: only triggers keep the books from change."),
        _("Make a second role and set {name}.").format(name=literal("MIGRATION_DATABASE_URL")),
    )


def check_redis(_now: datetime) -> Finding:
    """Ask whether it answers, and keeps every message."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        socket_timeout=REDIS_TIMEOUT_S,
    )
    try:
        info = client.info()
    except RedisError as error:
        return act(
            _("Redis does not answer ({error}); work is done late.").format(
                error=type(error).__name__
            ),
            _("Start it, or correct {name}.").format(name=literal("REDIS_URL")),
        )
    finally:
        client.close()
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        return act(
            _("Redis may drop messages: its policy is {policy}.").format(policy=policy),
            _("Set {setting} in Redis.").format(setting=literal("maxmemory-policy noeviction")),
        )
    return well(_("Redis {version} answers.").format(version=info.get("redis_version", "")))


def check_keys(_now: datetime) -> Finding:
    """Read the known text with the keys of today."""
    mend = _("Put the keys of the first start back into {name}.").format(
        name=literal("FIELD_ENCRYPTION_KEYS")
    )
    try:
        canary.check_canary()
    except canary.NoCanary:
        return look(
            _("Nothing was encrypted yet that could show a lost key."),
            _("Run {command}.").format(command=literal("python -m config.prepare")),
        )
    except Undecryptable:
        return act(_("The keys do not open what the database holds."), mend)
    except canary.HashKeyMoved:
        return act(_("The last key is another one: customers are not recognised any more."), mend)
    return well(_("The keys open what the database holds."))


def check_click_keys(_now: datetime) -> Finding:
    """Count the keys; a wrong one has stopped the start already."""
    count = len(parse_keys(settings.CLICK_TOKEN_KEYS).by_id)
    return well(
        ngettext(
            "{count} key signs and reads clicks.", "{count} keys sign and read clicks.", count
        ).format(count=digits(count))
    )


def check_books(now: datetime) -> Finding:
    """Read what the daily proof found, and whether it was made."""
    checks = BooksCheck.objects.filter(brand__archived_at__isnull=True)
    wrong = checks.filter(differences__gt=0).count()
    if wrong:
        said = ngettext(
            "The books of {count} brand differ.", "The books of {count} brands differ.", wrong
        )
        return act(
            said.format(count=digits(wrong)),
            _("Approve no payout there until you know why: see Books."),
        )
    old = checks.filter(checked_at__lt=now - MAX_BOOKS_AGE).count()
    if old:
        said = ngettext(
            "The books of {count} brand were not proved for a day and a half.",
            "The books of {count} brands were not proved for a day and a half.",
            old,
        )
        return act(said.format(count=digits(old)), _("See whether scheduler and worker run."))
    brands = Brand.objects.filter(archived_at__isnull=True)
    if brands.exclude(pk__in=checks.values("brand_id")).exists():
        return look(
            _("The books of some brands were not proved yet."),
            _("It is done once a day; to prove them now, see Books."),
        )
    overdue = checks.filter(overdue__gt=0).count()
    if overdue:
        said = ngettext(
            "The books balance, but of {count} brand something should have been done by now.",
            "The books balance, but of {count} brands something should have been done by now.",
            overdue,
        )
        return act(said.format(count=digits(overdue)), _("See Books for what it is."))
    latest = checks.order_by("-checked_at").first()
    if latest is None:
        return well(_("There is no brand yet whose books could be proved."))
    return well(_("The books balance; proved {age} ago.").format(age=since(latest.checked_at, now)))
