"""Batches of codes that are good for one order each, made for one creator."""

from datetime import datetime

from django.db import IntegrityError, transaction

from affiliates.domain.codes import is_prefix, normalise_code
from affiliates.models import Code, CodeBatch, Enrollment
from affiliates.services.codes import CODES_CHANGED, CodeInvalid, CodeTaken
from affiliates.services.links import lock_enrollment
from core import audit, jobs
from core.ids import random_text
from core.locks import lock_row

MAX_CODES = 5_000
RANDOM_LENGTH = 8  # 31 to the 8th: nobody guesses one of 5,000 in a store's lifetime
TRIES = 8


class SizeInvalid(ValueError):
    """A batch has 1 to 5,000 codes."""


@transaction.atomic
def create_batch(
    *,
    enrollment_id: int,
    prefix: str,
    count: int,
    actor_id: int,
    now: datetime,
    discount_note: str = "",
) -> CodeBatch:
    """Bind so many new codes to a creator, each good for one order: a prefix and random characters.

    :raises CodeInvalid: the prefix is not up to 20 of `A-Z a-z 0-9 _ -`, led by a letter or digit.
    :raises SizeInvalid: not 1 to 5,000.
    :raises CodeTaken: the brand has too many codes like these.
    :raises affiliates.services.errors.AffiliationSuspended: the creator is suspended.
    :raises affiliates.services.errors.ProgramClosed: the program is closed.
    """
    if not is_prefix(prefix):
        raise CodeInvalid(prefix[:60])
    if not 1 <= count <= MAX_CODES:
        raise SizeInvalid(str(count))
    enrollment = lock_enrollment(enrollment_id)
    batch = CodeBatch.objects.create(
        brand_id=enrollment.brand_id,
        enrollment=enrollment,
        prefix=prefix,
        discount_note=discount_note.strip()[:60],
        created_at=now,
    )
    for _ in range(TRIES):
        if _fill(batch, enrollment, count, now):
            facts = {"prefix": prefix, "count": count, "enrollment": enrollment.public_id}
            _record(batch, "code_batch.created", actor_id, now, facts)
            return batch
    raise CodeTaken(prefix)


@transaction.atomic
def end_batch(*, batch_id: int, actor_id: int, now: datetime) -> int:
    """End the codes of a batch for orders placed from now on; returns how many went on until now.

    Orders that used one before keep what they earned.
    """
    batch = lock_row(CodeBatch, batch_id)
    ended = batch.codes.filter(disabled_at=None).update(disabled_at=now)
    if batch.ended_at is None:
        batch.ended_at = now
        batch.save(update_fields=["ended_at"])
        _record(batch, "code_batch.ended", actor_id, now, {"count": ended})
    return ended


def _fill(batch: CodeBatch, enrollment: Enrollment, count: int, now: datetime) -> bool:
    """Store the codes of a batch; False where the brand has one of them already."""
    texts: set[str] = set()
    while len(texts) < count:
        texts.add(f"{batch.prefix}{random_text(RANDOM_LENGTH).upper()}")
    codes = [
        Code(
            brand_id=batch.brand_id,
            enrollment=enrollment,
            batch=batch,
            text=text,
            normalised=normalise_code(text),
            discount_note=batch.discount_note,
            active_from=now,
        )
        for text in sorted(texts)
    ]
    try:
        with transaction.atomic():
            Code.objects.bulk_create(codes, batch_size=1_000)
    except IntegrityError as error:
        if "affiliates_code_unique_in_brand" not in str(error):
            raise
        return False
    return True


def _record(
    batch: CodeBatch, action: str, actor_id: int, now: datetime, after: dict[str, object]
) -> None:
    audit.record(
        brand_id=batch.brand_id,
        actor_id=actor_id,
        action=action,
        target=batch,
        now=now,
        after=after,
    )
    jobs.enqueue(CODES_CHANGED, brand_id=batch.brand_id)
