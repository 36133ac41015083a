"""The same question of a key is answered once, and every repeat hears that answer."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from brands.models import ApiAnswer, ApiKey

KEPT = timedelta(days=30)


class OtherQuestion(ValueError):
    """The key of idempotency was used for another question before."""


def answer_once(
    *,
    key: ApiKey,
    idempotency_key: str,
    request_hash: str,
    now: datetime,
    work: Callable[[], tuple[int, str]],
) -> tuple[int, str, bool]:
    """Return status and text of the answer, and whether it is a repeat of an earlier one.

    What `work` does and its answer commit together: of two who ask at once the second waits for
    the first, and a crash leaves neither. `now` is real time.

    :raises OtherQuestion: `request_hash` is not that of the first question.
    """
    with transaction.atomic():
        row = _claim(key, idempotency_key, request_hash, now)
        if row.request_hash != request_hash:
            raise OtherQuestion(idempotency_key)
        if row.status is not None:
            return row.status, row.answer or "", True
        row.status, row.answer = work()
        row.save(update_fields=["status", "answer"])
        return row.status, row.answer, False


def forget_answers(*, now: datetime) -> int:
    """Delete answers older than 30 days; returns how many."""
    return ApiAnswer.objects.filter(at__lt=now - KEPT).delete()[0]


def _claim(key: ApiKey, idempotency_key: str, request_hash: str, now: datetime) -> ApiAnswer:
    """Return the locked row of a question: an open one is ours, for none is committed unanswered.

    The insert waits for whoever inserted the same and has not committed yet.
    """
    row = ApiAnswer(
        brand_id=key.brand_id,
        key=key,
        idempotency_key=idempotency_key,
        request_hash=request_hash,
        at=now,
    )
    ApiAnswer.objects.bulk_create([row], ignore_conflicts=True)
    rows = ApiAnswer.objects.select_for_update(of=("self",))
    return rows.get(key=key, idempotency_key=idempotency_key)
