"""A check made from the shop's export: the file is read and compared, and nothing of it is taken.

Its rows are taken by an upload of their own, which somebody looks at before, like any other.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from brands.models import StoreConnection
from core.crypto import customer_hash
from tracking.domain import storecheck
from tracking.domain.ordersheet import read_orders
from tracking.domain.sheetcells import Draft, Options, RowError, SheetRefused, cut_rows
from tracking.models import (
    CheckStage,
    FindingKind,
    FindingState,
    OrderUpload,
    StoreCheck,
    StoreFinding,
)
from tracking.services import uploads
from tracking.services.adapters import Adapter, PayloadRefused
from tracking.services.checkwork import fail, judge_only_here, keep, list_only_here
from tracking.services.shopside import Compared, compare_states, read_state
from tracking.services.sources import Place
from tracking.services.storechecks import span_of
from tracking.services.storefindings import sum_commissions
from tracking.services.uploadplans import (
    batches,
    draft_body,
    find_by_id,
    find_by_number,
    get_options,
    raw_body,
)

HERE_A_STEP = 500
FORGOTTEN = "compare.forgotten"
NOT_ORDERS = "compare.not_orders"
# Figures a file tells only where it has a column of them; the others it must have.
OPTIONAL = {
    "status": "status",
    "discount": "discount",
    "tax": "tax",
    "shipping": "shipping",
    "refunded": "refunded",
    "lines": "line_total",
}


class NothingToTake(Exception):
    """None of the findings is about a row of a file that is still kept."""


def work_on_file(*, check: StoreCheck, adapter: Adapter, now: datetime, real_now: datetime) -> None:
    """Compare every order of a check's file, then look for what is only here.

    :raises TurnLost: another worker has it.
    """
    upload = check.upload
    assert upload is not None and check.started_at is not None  # noqa: S101
    options, zone = get_options(upload), ZoneInfo(check.brand.time_zone)
    if upload.body is None or options.kind != "orders":
        fail(check=check, code=NOT_ORDERS if upload.body else FORGOTTEN, now=now)
        return
    try:
        sheet = read_orders(raw_body(upload), options, zone, paid_at=check.started_at)
    except SheetRefused as refused:
        fail(check=check, code=f"upload.{refused.code}", now=now)
        return
    last = CheckStage.HERE if check.is_whole else CheckStage.DONE
    place = Place(check.cursor_at, check.cursor_page)
    unread = [_unread(error) for error in sheet.errors]
    for drafts in batches(sheet.drafts):
        compared = _compare(check, adapter, options, drafts, now)
        keep(check, compared, stage=CheckStage.LIST, place=place, now=now, real_now=real_now)
    keep(check, unread, stage=last, place=place, now=now, real_now=real_now)
    while check.stage == CheckStage.HERE:
        orders = list_only_here(check, limit=HERE_A_STEP)
        stage = CheckStage.HERE if len(orders) == HERE_A_STEP else CheckStage.DONE
        compared = [judge_only_here(order) for order in orders]
        keep(check, compared, stage=stage, place=place, now=now, real_now=real_now)


def take_rows(
    *,
    connection: StoreConnection,
    findings: Sequence[StoreFinding],
    actor_id: int,
    now: datetime,
    real_now: datetime,
) -> OrderUpload:
    """Make an upload of the rows that findings are about, to be looked at and taken.

    They are all of the newest file among them.

    :raises NothingToTake: see there.
    """
    wanted = [
        one
        for one in findings
        if one.state == FindingState.OPEN
        and one.kind != FindingKind.ABSENT
        and one.seen_in.upload_id is not None
    ]
    checks = StoreCheck.objects.filter(
        pk__in={one.seen_in_id for one in wanted}, upload__body__isnull=False
    )
    check = checks.select_related("upload").order_by("-pk").first()
    if check is None:
        raise NothingToTake(connection.public_id)
    mine = [one for one in wanted if one.seen_in_id == check.pk]
    source = check.upload
    assert source is not None  # noqa: S101
    ids = {text for one in mine for text in (one.external_order_id, one.number, f"#{one.number}")}
    options = get_options(source)
    with transaction.atomic():
        upload = uploads.keep_upload(
            connection=connection,
            file_name=f"{check.public_id}-{source.file_name}",
            body=cut_rows(raw_body(source), options, "order_id", ids - {"", "#"}),
            options=options,
            actor_id=actor_id,
            now=now,
            real_now=real_now,
        )
        for one in mine:
            before = sum_commissions(connection.pk, one.external_order_id)
            rows = StoreFinding.objects.filter(pk=one.pk, state=FindingState.OPEN)
            rows.update(upload=upload, effect={"before": before})
    return upload


def _compare(
    check: StoreCheck,
    adapter: Adapter,
    options: Options,
    drafts: Sequence[Draft],
    now: datetime,
) -> list[Compared]:
    ids = [draft.order_id for draft in drafts]
    known = find_by_id(check.connection, ids)
    numbers = {one: one.removeprefix("#") for one in ids if one not in known}
    by_number = find_by_number(check.connection, [*numbers, *numbers.values()])
    names = list_told(options)
    compared = []
    for draft in drafts:
        order = known.get(draft.order_id) or by_number.get(draft.order_id)
        order = order or by_number.get(numbers.get(draft.order_id, ""))
        try:
            parsed = adapter.parse(
                topic="order.updated",
                headers={},
                body=draft_body(draft, now),
                hash_email=lambda email: customer_hash(check.brand.public_id, email),
            )
        except PayloadRefused:
            compared.append(Compared(draft.order_id, storecheck.Verdict(storecheck.UNREAD)))
            continue
        _, state = read_state(parsed, now)
        compared.append(
            compare_states(
                order_id=draft.order_id,
                state=state,
                changed_at=None,
                order=order,
                span=span_of(check),
                names=names,
            )
        )
    return compared


def list_told(options: Options) -> tuple[str, ...]:
    """Return which figures a file tells, by its columns."""
    told = [name for name, column in OPTIONAL.items() if column in options.columns]
    return ("currency", "total", *told)


def _unread(error: RowError) -> Compared:
    return Compared(f"row {error.row}", storecheck.Verdict(storecheck.UNREAD))
