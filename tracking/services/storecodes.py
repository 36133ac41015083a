"""Which codes should be in which shop: a row for each, and what a brand decides about them.

The rows follow from the codes and the settings, so that a sweep finds whatever was not told: a
code made, ended or renamed, a creator suspended or back, a program that went live or closed.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from affiliates.models import AffiliationStatus, Code
from affiliates.services.codes import CODES_CHANGED
from brands.models import Program, ProgramStatus, StoreConnection
from core import audit, jobs
from core.locks import lock_row
from core.money import Money
from tracking.domain.storecodes import Drift, Terms
from tracking.models import CodeDiscount, CodeSync, CodeTask, DiscountKind, StoreCode
from tracking.services.codebooks import BookFailed, CodeBook

WORK = "tracking.work_on_codes"
FIELDS = ("is_on", "kind", "rate_bps", "amounts", "coupon", "minimums", "is_once")
FOREIGN = (Drift.FOREIGN, Drift.FOREIGN_ON)


class NoDiscount(ValueError):
    """A discount gives something, and exactly one kind of it."""


class NotForeign(ValueError):
    """The code is not one that the shop had before."""


@dataclass(frozen=True, slots=True)
class Discount:
    """What the codes of a program give in a shop; amounts and minimums by currency."""

    kind: str
    rate_bps: int = 0
    amounts: Mapping[str, int] = field(default_factory=dict)
    coupon: str = ""
    minimums: Mapping[str, int] = field(default_factory=dict)
    is_once: bool = False
    is_on: bool = True


@transaction.atomic
def set_sync(*, connection_id: int, is_on: bool, actor_id: int, now: datetime) -> CodeSync:
    """Begin to keep the codes of a brand in a shop, or stop; what is there stays as it is."""
    connection = lock_row(StoreConnection, connection_id)
    sync, _ = CodeSync.objects.get_or_create(
        connection=connection, defaults={"brand_id": connection.brand_id}
    )
    before, sync.is_on = sync.is_on, is_on
    sync.failures, sync.reason, sync.rest_until = 0, "", None
    sync.save(update_fields=["is_on", "failures", "reason", "rest_until"])
    audit.record(
        brand_id=connection.brand_id,
        actor_id=actor_id,
        action="connection.codes_switched",
        target=connection,
        now=now,
        before={"is_on": before},
        after={"is_on": is_on},
    )
    jobs.enqueue(CODES_CHANGED, brand_id=connection.brand_id)
    return sync


@transaction.atomic
def set_discount(
    *,
    connection_id: int,
    program_id: int,
    discount: Discount,
    actor_id: int,
    now: datetime,
    real_now: datetime,
) -> CodeDiscount:
    """Say what the codes of a program give in a shop; those that are there are only compared.

    :raises NoDiscount: it gives nothing.
    """
    connection = lock_row(StoreConnection, connection_id)
    given = _clean(discount)
    row = CodeDiscount.objects.filter(connection=connection, program_id=program_id).first()
    before = {name: getattr(row, name) for name in FIELDS} if row else dict.fromkeys(FIELDS)
    row, _ = CodeDiscount.objects.update_or_create(
        connection=connection,
        program=Program.objects.get(pk=program_id),
        defaults={"brand_id": connection.brand_id, **given},
    )
    was, became = audit.pick_changed(before, given)
    audit.record(
        brand_id=connection.brand_id,
        actor_id=actor_id,
        action="connection.code_discount_set",
        target=connection,
        now=now,
        before=was,
        after={**became, "program": row.program.public_id},
    )
    rows = StoreCode.objects.filter(connection=connection, code__enrollment__program=row.program)
    rows.update(asked=uuid.uuid4(), next_at=real_now)
    jobs.enqueue(CODES_CHANGED, brand_id=connection.brand_id)
    return row


def follow_codes(
    *, platforms: Collection[str], real_now: datetime, brand_id: int | None = None
) -> None:
    """Bring the rows to what the codes and the settings say; what changed is due at once."""
    kept = _list_kept(platforms)
    for discount in kept if brand_id is None else kept.filter(brand_id=brand_id):
        _follow(discount, real_now)


def list_due(*, platforms: Collection[str], real_now: datetime) -> list[int]:
    """Return the shops that something is to be asked of now."""
    kept = _list_kept(platforms).filter(
        Q(connection__codesync__rest_until=None)
        | Q(connection__codesync__rest_until__lte=real_now),
    )
    due = StoreCode.objects.filter(
        connection_id=OuterRef("connection_id"),
        code__enrollment__program_id=OuterRef("program_id"),
        next_at__lte=real_now,
    )
    rows = kept.filter(Exists(due)).order_by("connection_id")
    return list(rows.values_list("connection_id", flat=True).distinct())


@transaction.atomic
def look_now(*, connection_id: int, real_now: datetime) -> int:
    """Compare every code with the shop as soon as a worker can; returns how many."""
    rows = StoreCode.objects.filter(connection_id=connection_id)
    count = rows.update(asked=uuid.uuid4(), next_at=real_now)
    CodeSync.objects.filter(connection_id=connection_id).update(rest_until=None)
    jobs.enqueue(WORK, connection_id=connection_id)
    return count


@transaction.atomic
def make_so(
    *,
    connection_id: int,
    public_ids: Collection[str],
    actor_id: int,
    now: datetime,
    real_now: datetime,
) -> int:
    """Let the shop become what is set here for these codes; returns how many.

    What the shop had before and nobody adopted is left alone.
    """
    connection = lock_row(StoreConnection, connection_id)
    rows = StoreCode.objects.filter(connection=connection, public_id__in=public_ids)
    rows = rows.exclude(drift__in=FOREIGN)
    texts = sorted(rows.values_list("code__text", flat=True))
    rows.update(task=CodeTask.WHOLE, asked=uuid.uuid4(), failures=0, next_at=real_now)
    if texts:
        audit.record(
            brand_id=connection.brand_id,
            actor_id=actor_id,
            action="connection.codes_made_so",
            target=connection,
            now=now,
            after={"codes": texts[:50], "count": len(texts)},
        )
        jobs.enqueue(WORK, connection_id=connection_id)
    return len(texts)


@transaction.atomic
def adopt(*, store_code_id: int, actor_id: int, now: datetime, real_now: datetime) -> StoreCode:
    """Take a code that the shop had before into our care; what it gives is not touched yet.

    :raises NotForeign: it is no such code.
    """
    row = lock_row(StoreCode, store_code_id)
    if row.is_adopted or row.drift not in FOREIGN:
        raise NotForeign(row.public_id)
    row.is_adopted, row.task, row.asked = True, CodeTask.SWITCH, uuid.uuid4()
    row.failures, row.next_at = 0, real_now
    row.save(update_fields=["is_adopted", "task", "asked", "failures", "next_at"])
    audit.record(
        brand_id=row.brand_id,
        actor_id=actor_id,
        action="connection.code_adopted",
        target=row.connection,
        now=now,
        after={"code": row.code.text},
    )
    jobs.enqueue(WORK, connection_id=row.connection_id)
    return row


@transaction.atomic
def note_taken(*, connection_id: int, now: datetime) -> datetime | None:
    """Keep that the file of codes is fetched now; returns when the one before was."""
    connection = lock_row(StoreConnection, connection_id)
    sync, _ = CodeSync.objects.get_or_create(
        connection=connection, defaults={"brand_id": connection.brand_id}
    )
    before, sync.taken_at = sync.taken_at, now
    sync.save(update_fields=["taken_at"])
    return before


def make_terms(discount: CodeDiscount, book: CodeBook) -> Terms:
    """Return what a discount gives in a shop, in the shop's own currency.

    :raises BookFailed: the shop reckons in a currency that the discount has no amount in.
    """
    amount = minimum = None
    if discount.amounts or discount.minimums:
        any_of = next(iter(sorted(discount.amounts or discount.minimums)))
        currency = book.get_currency(any_of)
        amount = _pick(discount.amounts, currency, "no_amount")
        minimum = _pick(discount.minimums, currency, "no_minimum")
    return Terms(
        rate_bps=discount.rate_bps,
        amount=amount,
        coupon=discount.coupon,
        minimum=minimum,
        is_once=discount.is_once,
    )


def works(prefix: str = "") -> Q:
    """Return what picks the codes that should work: of a creator and a program that may earn."""
    place = f"{prefix}enrollment__"
    return Q(
        **{
            f"{prefix}disabled_at": None,
            f"{place}affiliation__status": AffiliationStatus.ACTIVE,
            f"{place}affiliation__affiliate__erased_at": None,
            f"{place}program__status__in": (ProgramStatus.LIVE, ProgramStatus.PAUSED),
        }
    )


def _list_kept(platforms: Collection[str]) -> Any:
    return CodeDiscount.objects.filter(
        is_on=True,
        connection__codesync__is_on=True,
        connection__platform__in=platforms,
        connection__is_active=True,
        connection__api_key__isnull=False,
        brand__archived_at=None,
    ).exclude(program__status=ProgramStatus.DRAFT)


def _follow(discount: CodeDiscount, real_now: datetime) -> None:
    known = StoreCode.objects.filter(connection=discount.connection_id, code=OuterRef("pk"))
    codes = Code.objects.filter(enrollment__program=discount.program_id)
    working = set(codes.filter(works()).filter(~Exists(known)).values_list("pk", flat=True))
    StoreCode.objects.bulk_create(
        [
            StoreCode(
                brand_id=discount.brand_id,
                connection_id=discount.connection_id,
                code_id=pk,
                is_wanted=pk in working,
                task=CodeTask.SWITCH if pk in working else CodeTask.LOOK,
                next_at=real_now,
            )
            for pk in codes.filter(~Exists(known)).values_list("pk", flat=True)
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    rows = StoreCode.objects.filter(
        connection=discount.connection_id, code__enrollment__program=discount.program_id
    )
    for is_wanted, changed in ((True, works("code__")), (False, ~works("code__"))):
        rows.filter(changed, is_wanted=not is_wanted).update(
            is_wanted=is_wanted,
            task=CodeTask.SWITCH,
            asked=uuid.uuid4(),
            failures=0,
            reason="",
            next_at=real_now,
        )


def _clean(discount: Discount) -> dict[str, Any]:
    given: dict[str, Any] = {
        "is_on": discount.is_on,
        "kind": discount.kind,
        "rate_bps": discount.rate_bps if discount.kind == DiscountKind.PERCENT else 0,
        "amounts": dict(discount.amounts) if discount.kind == DiscountKind.AMOUNT else {},
        "coupon": discount.coupon if discount.kind == DiscountKind.COUPON else "",
        "minimums": dict(discount.minimums),
        "is_once": discount.is_once,
    }
    if not (given["rate_bps"] or given["amounts"] or given["coupon"]):
        raise NoDiscount(discount.kind)
    return given


def _pick(amounts: Mapping[str, int], currency: str, missing: str) -> Money | None:
    if not amounts:
        return None
    if currency not in amounts:
        raise BookFailed(missing, currency)
    return Money(amounts[currency], currency)
