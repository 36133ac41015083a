"""Checks of what runs by itself: scheduler, worker, what waits, mail, payouts."""

from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brands.models import RailKind, RailSettings
from brands.services.delivering import list_due
from core import fence
from core.models import InboundStatus, JobRun, Mail, MailStatus, OutboxEvent, TaskRun
from core.postman import is_kept
from payouts.domain.kinds import CALLED_RAILS
from payouts.models import Payout, PayoutStatus, RailEvent
from portal.doctor.findings import Finding, act, digits, literal, look, since, well
from portal.jobs import list_jobs
from tracking.models import StoreEvent

MAX_SILENCE = timedelta(minutes=3)
MAX_WAIT = timedelta(minutes=5)
MAX_PAYOUT_WAIT = timedelta(hours=1)
MAX_BACKUP_AGE = timedelta(hours=36)
MAX_VERIFIED_AGE = timedelta(days=9)
RECENT = timedelta(days=7)
MAIL_TIMEOUT_S = 3
OPEN = (InboundStatus.STORED, InboundStatus.FAILED)


def check_scheduler(now: datetime) -> Finding:
    """Find out when it last handed something on."""
    last = TaskRun.objects.aggregate(at=Max("handed_on_at"))["at"]
    start = _("Start the scheduler: {command}").format(
        command=literal("celery --app=config.worker:app beat")
    )
    if last is None:
        return act(_("The scheduler has never handed anything on."), start)
    if now - last > MAX_SILENCE:
        said = _("The scheduler last handed something on {age} ago.")
        return act(said.format(age=since(last, now)), start)
    return well(_("The scheduler hands work on."))


def check_worker(now: datetime) -> Finding:
    """Find out when one last finished something."""
    last = TaskRun.objects.aggregate(at=Max("finished_at"))["at"]
    start = _("Start a worker: {command}").format(
        command=literal("celery --app=config.worker:app worker")
    )
    if last is None:
        return act(_("No worker has ever done anything."), start)
    if now - last > MAX_SILENCE:
        said = _("A worker last finished something {age} ago.")
        return act(said.format(age=since(last, now)), start)
    return well(_("A worker takes work up."))


def check_jobs(now: datetime) -> Finding:
    """Name the scheduled tasks that failed or are late."""
    wrong = [job.name for job in list_jobs(now=now) if job.state in {"late", "failed"}]
    if wrong:
        return act(
            _("Late or failed: {names}.").format(names=", ".join(wrong)),
            _("Read the worker's log at the time of the run: see Jobs."),
        )
    return well(_("Every scheduled task ran in time."))


def check_outbox(now: datetime) -> Finding:
    """Find facts that were not handed on."""
    return _waiting(OutboxEvent.objects.filter(processed_at__isnull=True), "at", now)


def check_webhooks(now: datetime) -> Finding:
    """Find events that were not brought to endpoints which answer; those that fail wait rightly."""
    return _waiting(list_due(now).filter(endpoint__failures=0), "next_at", now)


def check_store_events(now: datetime) -> Finding:
    """Find deliveries that should have been worked on."""
    due = StoreEvent.objects.filter(status__in=OPEN, next_attempt_at__lte=now)
    return _waiting(due, "next_attempt_at", now)


def check_rail_events(now: datetime) -> Finding:
    """Find messages that should have been worked on."""
    due = RailEvent.objects.filter(status__in=OPEN, next_attempt_at__lte=now)
    return _waiting(due, "next_attempt_at", now)


def check_mail_queue(now: datetime) -> Finding:
    """Find mail that should have left, or could not."""
    due = Mail.objects.filter(status=MailStatus.WAITING, next_attempt_at__lte=now)
    found = _waiting(due, "next_attempt_at", now)
    failed = Mail.objects.filter(status=MailStatus.FAILED, created_at__gte=now - RECENT).count()
    if found.mend or not failed:
        return found
    said = ngettext(
        "{count} mail of the last 7 days could not be sent.",
        "{count} mails of the last 7 days could not be sent.",
        failed,
    )
    return look(said.format(count=digits(failed)), _("Look at the mail server's log."))


def check_payouts(now: datetime) -> Finding:
    """Find approved payouts that do not leave; those of a file wait for a person."""
    rows = Payout.objects.filter(
        rail__in=CALLED_RAILS,
        status__in=[PayoutStatus.APPROVED, PayoutStatus.SUBMITTING, PayoutStatus.UNKNOWN],
        brand__sandbox_of__isnull=True,
    )
    oldest = rows.aggregate(at=Min("approved_at"))["at"]
    if oldest is None or now - oldest <= MAX_PAYOUT_WAIT:
        return well(_("No payout waits to be sent."))
    count = rows.count()
    said = ngettext(
        "{count} payout is not sent or has no answer, for {age}.",
        "{count} payouts are not sent or have no answer, the oldest for {age}.",
        count,
    )
    return act(
        said.format(count=digits(count), age=since(oldest, now)),
        _("See the brand's payouts page for the reason; nothing is sent twice."),
    )


def check_mail_server(now: datetime) -> Finding:
    """Call the mail server and send nothing."""
    if is_kept():
        said = _("No mail server is set: mail is kept here, and nobody new can log in by mail.")
        mend = _("Set {name}.").format(name=literal("EMAIL_URL"))
        return look(said, mend) if settings.LOCAL else act(said, mend)
    server = get_connection(timeout=MAIL_TIMEOUT_S)
    try:
        server.open()
    except (OSError, SMTPException) as error:
        said = _("The mail server does not answer or refuses us ({error}).")
        return act(
            said.format(error=type(error).__name__),
            _("Start it, or correct {name}.").format(name=literal("EMAIL_URL")),
        )
    finally:
        server.close()
    last = Mail.objects.filter(status=MailStatus.SENT).aggregate(at=Max("sent_at"))["at"]
    if last is None:
        return well(_("The mail server takes us; nothing was sent yet."))
    return well(_("The mail server takes us; last sent {age} ago.").format(age=since(last, now)))


def check_stripe(now: datetime) -> Finding:
    """Find brands that paid live and never heard from Stripe."""
    rows = RailSettings.objects.filter(
        rail=RailKind.STRIPE, is_enabled=True, brand__sandbox_of__isnull=True
    )
    live = rows.filter(is_live=True).values_list("brand_id", flat=True)
    if not live:
        return well(_("No brand pays live by Stripe."))
    heard = RailEvent.objects.filter(rail=RailKind.STRIPE, brand_id__in=live)
    silent = set(
        Payout.objects.filter(
            rail=RailKind.STRIPE, brand_id__in=live, status=PayoutStatus.PAID
        ).values_list("brand_id", flat=True)
    ) - set(heard.values_list("brand_id", flat=True))
    if silent:
        said = ngettext(
            "{count} brand paid by Stripe and never got a message from it.",
            "{count} brands paid by Stripe and never got a message from it.",
            len(silent),
        )
        return look(
            said.format(count=digits(len(silent))),
            _("Enter the brand's webhook address at Stripe."),
        )
    last = heard.aggregate(at=Max("received_at"))["at"]
    if last is None:
        return well(_("Stripe is set up to pay live; nothing was paid yet."))
    return well(_("Stripe pays live; last heard from {age} ago.").format(age=since(last, now)))


def check_backup(now: datetime) -> Finding:
    """Read when a backup was last made, or recorded by whoever makes it otherwise."""
    last = JobRun.objects.filter(name="backup", is_ok=True).order_by("-started_at").first()
    mend = _("Set {name}, or after a backup of your own run {command}.").format(
        name=literal("BACKUP_DIR"), command=literal("manage.py doctor --backup-made")
    )
    if last is None:
        return look(_("No backup is recorded."), mend)
    said = _("The last recorded backup was made {age} ago.").format(age=since(last.started_at, now))
    return well(said) if now - last.started_at <= MAX_BACKUP_AGE else act(said, mend)


def check_backup_verified(now: datetime) -> Finding:
    """Read whether the last backup that was restored apart was good."""
    last = (
        JobRun.objects.filter(name="backup_verify", is_ok__isnull=False)
        .order_by("-started_at")
        .first()
    )
    mend = _("Run {command}.").format(command=literal("manage.py backup_verify"))
    if last is None:
        return look(_("No backup was restored apart yet, to see that it can be done."), mend)
    if not last.is_ok:
        said = _("The last backup that was restored apart is no good ({error}).")
        return act(said.format(error=last.detail), mend)
    said = _("A backup was restored apart and its books balanced, {age} ago.")
    told = said.format(age=since(last.started_at, now))
    return well(told) if now - last.started_at <= MAX_VERIFIED_AGE else look(told, mend)


def check_fence(_now: datetime) -> Finding:
    """Find out whether this database is a restored copy that must not pay."""
    standing = fence.find_standing()
    if standing is fence.Standing.OPEN:
        return well(_("Money may leave: this is no restored copy."))
    said = (
        _("This database was restored: nothing is paid until what was paid since is taken in.")
        if standing is fence.Standing.BEHIND
        else _("The file of this installation is not here: nothing is paid, as from a copy.")
    )
    mend = _("Run {command}; where only the file is missing, see that {name} is the right folder.")
    return act(
        said,
        mend.format(command=literal("manage.py payouts_import_since"), name=literal("STATE_DIR")),
    )


def _waiting(rows: QuerySet[Any], field: str, now: datetime) -> Finding:
    oldest = rows.aggregate(at=Min(field))["at"]
    if oldest is None:
        return well(_("Nothing waits."))
    count = rows.count()
    said = ngettext(
        "{count} waits, for {age}.", "{count} wait, the oldest for {age}.", count
    ).format(count=digits(count), age=since(oldest, now))
    if now - oldest <= MAX_WAIT:
        return well(said)
    return act(said, _("See whether scheduler and worker run."))
