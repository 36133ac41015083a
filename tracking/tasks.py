"""Work of tracking that a worker does; each is safe to run twice."""

import logging

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings

from brands.models import Program, ProgramStatus, StoreConnection
from brands.services.whatifs import WORK as WORK_ON_WHAT_IF
from core import jobs
from core.clock import brand_now, database_now
from core.models import Brand
from tracking.integrations import (
    csvfile,
    get_adapter,
    get_adapter_of,
    list_catalogues,
    list_fetched,
    list_polled,
    list_reporting,
    open_catalogue,
    open_poller,
    open_source,
)
from tracking.models import OrderUpload, StoreCheck
from tracking.services import (
    alarms,
    bonusplans,
    budgets,
    catalogues,
    checknews,
    checkwork,
    counting,
    deliverables,
    fetching,
    filechecks,
    hours,
    partitions,
    processing,
    pulling,
    reingesting,
    release,
    storechecks,
    tiers,
    uploads,
    uploadwork,
    whatifs,
)
from tracking.services.awards import resettle_award
from tracking.services.orders import resettle
from tracking.services.posting import Cause
from tracking.services.shopside import Shop
from tracking.services.sources import PullFailed

logger = logging.getLogger(__name__)

SWEEP_LIMIT = 200
FINDINGS_A_RUN = 50


@shared_task(name="tracking.sweep_store_events", acks_late=True, ignore_result=True)
def sweep_store_events() -> None:
    """Process deliveries that wait, and orders whose change waited for a suspended creator."""
    for event in processing.list_due(now=database_now(), limit=SWEEP_LIMIT):
        processing.process_store_event(
            event_id=event.pk,
            adapter=get_adapter_of(event),
            now=brand_now(event.brand),
        )
    for order_id, brand in release.list_unposted(limit=SWEEP_LIMIT):
        resettle(order_id=order_id, cause=Cause(), now=brand_now(brand))
    for award_id, brand in release.list_unposted_awards(limit=SWEEP_LIMIT):
        resettle_award(award_id=award_id, cause=Cause(), now=brand_now(brand))


@shared_task(name="tracking.pull_orders", acks_late=True, ignore_result=True)
def pull_orders() -> None:
    """Begin to fetch from each shop whose turn it is."""
    for pull in pulling.list_due(platforms=list_polled(), real_now=database_now()):
        jobs.enqueue("tracking.pull_store", pull_id=pull.pk)


@shared_task(name="tracking.pull_store", acks_late=True, ignore_result=True)
def pull_store(*, pull_id: int) -> None:
    """Fetch the orders that one shop failed to post, and work on them."""
    real_now = database_now()
    pull = pulling.claim(pull_id=pull_id, real_now=real_now)
    if pull is None:
        return
    adapter = get_adapter(pull.connection.platform)
    stored = pulling.pull_orders(
        pull=pull,
        source=open_poller(pull.connection, allows_loopback=settings.LOCAL),
        adapter=adapter,
        now=brand_now(pull.brand),
        real_now=real_now,
    )
    for event_id in stored:
        now = brand_now(pull.brand)
        processing.process_store_event(event_id=event_id, adapter=adapter, now=now)


@shared_task(name="tracking.sweep_told", acks_late=True, ignore_result=True)
def sweep_told() -> None:
    """Go on with what shops told of and what was not fetched yet."""
    for connection_id in fetching.list_due(platforms=list_fetched(), real_now=database_now()):
        jobs.enqueue(fetching.WORK, connection_id=connection_id)


@shared_task(name=fetching.WORK, acks_late=True, ignore_result=True)
def fetch_told(*, connection_id: int) -> None:
    """Fetch the orders that one shop told of, and work on them."""
    store = StoreConnection.objects.select_related("brand").get(pk=connection_id)
    real_now = database_now()
    if store.pk not in fetching.list_due(platforms=list_fetched(), real_now=real_now):
        return
    stored = fetching.fetch_told(
        connection=store,
        source=open_source(store, allows_loopback=settings.LOCAL),
        now=brand_now(store.brand),
        real_now=real_now,
    )
    adapter = get_adapter(store.platform)
    for event_id in stored:
        processing.process_store_event(
            event_id=event_id, adapter=adapter, now=brand_now(store.brand)
        )


@shared_task(name="tracking.read_catalogues", acks_late=True, ignore_result=True)
def read_catalogues() -> None:
    """Begin to read, or read on, the products of each shop whose turn it is."""
    for fetch in catalogues.list_due(platforms=list_catalogues(), real_now=database_now()):
        jobs.enqueue(catalogues.WORK, fetch_id=fetch.pk)


@shared_task(
    name=catalogues.WORK,
    acks_late=True,
    ignore_result=True,
    time_limit=280,  # under the broker's visibility_timeout
    soft_time_limit=260,
)
def read_catalogue(*, fetch_id: int) -> None:
    """Read some pages of the products of one shop."""
    real_now = database_now()
    due = catalogues.list_due(platforms=list_catalogues(), real_now=real_now)
    if fetch_id not in {one.pk for one in due}:
        return
    fetch = catalogues.claim(fetch_id=fetch_id, real_now=real_now)
    if fetch is None:
        return
    catalogues.read_catalogue(
        fetch=fetch,
        source=open_catalogue(fetch.connection, allows_loopback=settings.LOCAL),
        now=brand_now(fetch.brand),
        real_now=real_now,
    )


@shared_task(name="tracking.sweep_uploads", acks_late=True, ignore_result=True)
def sweep_uploads() -> None:
    """Go on with the files whose message was lost or whose worker died."""
    for upload_id in uploadwork.list_due(real_now=database_now()):
        jobs.enqueue(uploads.WORK, upload_id=upload_id)


@shared_task(
    name="tracking.work_on_upload",
    acks_late=True,
    ignore_result=True,
    time_limit=280,  # under the broker's visibility_timeout
    soft_time_limit=260,
)
def work_on_upload(*, upload_id: int) -> None:
    """Do what is next with a file: read it, take it, or work on some of its orders."""
    upload = uploadwork.claim(upload_id=upload_id, real_now=database_now())
    if upload is None:
        return

    def progress(done: int, total: int) -> None:
        uploadwork.note_progress(upload=upload, done=done, total=total, real_now=database_now())

    now = brand_now(upload.brand)
    try:
        if upload.confirmed_at is None:
            uploadwork.read(upload=upload, adapter=csvfile, now=now, progress=progress)
        elif upload.taken_at is None:
            uploadwork.take(
                upload=upload,
                adapter=csvfile,
                now=now,
                real_now=database_now(),
                progress=progress,
            )
        else:
            _work_on_orders(upload)
    except uploadwork.TurnLost:
        logger.info("upload %s went to another worker", upload_id)


def _work_on_orders(upload: OrderUpload) -> None:
    for event_id in uploads.list_waiting(upload, limit=SWEEP_LIMIT):
        now = brand_now(upload.brand)
        processing.process_store_event(event_id=event_id, adapter=csvfile, now=now)
    uploadwork.put_down(upload=upload, now=brand_now(upload.brand), real_now=database_now())


@shared_task(name="tracking.begin_checks", acks_late=True, ignore_result=True)
def begin_checks() -> None:
    """Have each store that can be asked compared once a day, and mail what is new."""
    real_now = database_now()
    storechecks.begin_daily(platforms=list_polled(), real_now=real_now)
    for brand in checknews.list_brands_with_news():
        checknews.tell_team(brand_id=brand.pk, now=brand_now(brand, real_now))


@shared_task(name="tracking.sweep_checks", acks_late=True, ignore_result=True)
def sweep_checks() -> None:
    """Go on with checks and findings whose message was lost or whose worker died."""
    real_now = database_now()
    for check_id in storechecks.list_due(real_now=real_now):
        jobs.enqueue(storechecks.WORK, check_id=check_id)
    for connection_id in reingesting.list_due(real_now=real_now):
        jobs.enqueue(reingesting.WORK, connection_id=connection_id)
    reingesting.follow_uploads(real_now=real_now)


@shared_task(
    name=storechecks.WORK,
    acks_late=True,
    ignore_result=True,
    time_limit=280,  # under the broker's visibility_timeout
    soft_time_limit=260,
)
def work_on_check(*, check_id: int) -> None:
    """Compare some more orders of a store."""
    real_now = database_now()
    row = StoreCheck.objects.select_related("brand").get(pk=check_id)
    now = brand_now(row.brand, real_now)
    check = storechecks.claim(check_id=check_id, now=now, real_now=real_now)
    if check is None:
        return
    try:
        if check.upload_id is not None:
            filechecks.work_on_file(check=check, adapter=csvfile, now=now, real_now=real_now)
        else:
            _ask_page(checkwork.Turn(check, _open_shop(check.connection), real_now))
    except storechecks.TurnLost:
        logger.info("check %s went to another worker", check_id)


def _ask_page(turn: checkwork.Turn) -> None:
    """Compare a page of orders; a shop that takes longer than a task may is one that failed."""
    try:
        checkwork.work_on(turn)
    except SoftTimeLimitExceeded:
        checkwork.put_off(turn, PullFailed("timeout"))


@shared_task(
    name=reingesting.WORK,
    acks_late=True,
    ignore_result=True,
    time_limit=280,  # under the broker's visibility_timeout
    soft_time_limit=260,
)
def work_on_findings(*, connection_id: int) -> None:
    """Bring in orders of one shop that were found missing or different."""
    store = StoreConnection.objects.select_related("brand").get(pk=connection_id)
    for _ in range(FINDINGS_A_RUN):
        real_now = database_now()
        finding = reingesting.claim_next(connection_id=connection_id, real_now=real_now)
        if finding is None:
            return
        reingesting.bring_in(finding=finding, shop=_open_shop(store), real_now=real_now)
    jobs.enqueue(reingesting.WORK, connection_id=connection_id)


def _open_shop(store: StoreConnection) -> Shop:
    source = open_poller(store, allows_loopback=settings.LOCAL)
    return Shop(store, source, get_adapter(store.platform), brand_now(store.brand))


@shared_task(name="tracking.sweep_what_ifs", acks_late=True, ignore_result=True)
def sweep_what_ifs() -> None:
    """Go on with the drafts to be tried whose message was lost or whose worker died."""
    for what_if_id in whatifs.list_due(real_now=database_now()):
        jobs.enqueue(WORK_ON_WHAT_IF, what_if_id=what_if_id)


@shared_task(
    name="tracking.work_on_what_if",
    acks_late=True,
    ignore_result=True,
    time_limit=280,  # under the broker's visibility_timeout
    soft_time_limit=260,
)
def work_on_what_if(*, what_if_id: int) -> None:
    """Replay past orders under a draft of rules."""
    what_if = whatifs.claim(what_if_id=what_if_id, real_now=database_now())
    if what_if is not None:
        whatifs.work_out(what_if=what_if, now=brand_now(what_if.brand))


@shared_task(name="tracking.release_due", acks_late=True, ignore_result=True)
def release_due() -> None:
    """Release what is due in every brand, by each brand's own clock."""
    for brand in release.list_brands_with_due(real_now=database_now()):
        release_brand(brand)


def release_brand(brand: Brand) -> int:
    """Release everything due in one brand, batch by batch; returns how many."""
    total = 0
    while released := release.release_commissions(brand_id=brand.pk, now=brand_now(brand)):
        total += released
    return total


@shared_task(name="tracking.move_tiers", acks_late=True, ignore_result=True)
def move_tiers() -> None:
    """Move creators between tiers by each brand's day, then price what their moves reach."""
    real_now = database_now()
    programs = Program.objects.filter(ladders__isnull=False, brand__archived_at__isnull=True)
    for program in programs.exclude(status=ProgramStatus.CLOSED).select_related("brand").distinct():
        tiers.move_creators(program_id=program.pk, now=brand_now(program.brand, real_now))
    for move in tiers.list_unread(limit=SWEEP_LIMIT):
        tiers.reread_orders(move_id=move.pk, now=brand_now(move.brand, real_now))


@shared_task(name="tracking.expire_works", acks_late=True, ignore_result=True)
def expire_works() -> None:
    """End work for a fee that was not handed in by its day."""
    deliverables.expire_works(real_now=database_now())


@shared_task(name="tracking.follow_bonuses", acks_late=True, ignore_result=True)
def follow_bonuses() -> None:
    """Award the bonuses that are reached, and bring those not released to their figure."""
    real_now = database_now()
    for plan in bonusplans.list_followed(now=real_now):
        bonusplans.follow_plan(plan_id=plan.pk, now=brand_now(plan.brand, real_now))


@shared_task(name="tracking.watch_budgets", acks_late=True, ignore_result=True)
def watch_budgets() -> None:
    """Say which budgets are nearly or wholly used, each once."""
    real_now = database_now()
    for program in budgets.list_watched():
        budgets.watch_budget(program_id=program.pk, now=brand_now(program.brand, real_now))


@shared_task(name="tracking.watch_tracking", acks_late=True, ignore_result=True)
def watch_tracking() -> None:
    """Begin to count the hours of each brand, and to look whether something stopped."""
    for brand in alarms.list_watched():
        jobs.enqueue("tracking.watch_brand", brand_id=brand.pk)


@shared_task(name="tracking.watch_brand", acks_late=True, ignore_result=True)
def watch_brand(*, brand_id: int) -> None:
    """Count the hours of one brand that are over, then open and close its alarms."""
    now = brand_now(Brand.objects.get(pk=brand_id))
    while hours.count_next(brand_id=brand_id, now=now):
        continue
    alarms.watch_brand(brand_id=brand_id, platforms=list_reporting(), now=now)


@shared_task(name="tracking.count_days", acks_late=True, ignore_result=True)
def count_days() -> None:
    """Pay for the visits and views of days that are over, by each brand's own clock."""
    for brand in counting.list_brands_that_count():
        counting.count_days(brand=brand, now=brand_now(brand))


@shared_task(name="tracking.prepare_partitions", acks_late=True, ignore_result=True)
def prepare_partitions() -> None:
    """Make the click table's partitions of the months to come."""
    partitions.prepare_partitions(now=database_now())


@shared_task(name="tracking.forget_old", acks_late=True, ignore_result=True)
def forget_old() -> None:
    """Forget salts, raw bodies and refusals whose time is over."""
    partitions.forget_old(now=database_now())
