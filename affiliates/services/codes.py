"""Discount codes bound to creators; one creator a code and brand, whatever its case."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from affiliates.domain.codes import code_stem, is_code, normalise_code
from affiliates.models import Code, Enrollment, Link
from affiliates.services.links import lock_enrollment
from core import audit, jobs
from core.ids import random_text
from core.locks import lock_row

CODES_CHANGED = "tracking.follow_codes"  # the task that brings them into the shops
FALLBACK_STEM = "HELLO"
TRIES = 8


class CodeInvalid(ValueError):
    """A code is one word of 3 to 40 characters."""


class CodeTaken(ValueError):
    """The brand has the code already, perhaps disabled or in other letters."""


class CodeDisabled(ValueError):
    """The code ended: it is not given a new text."""


@transaction.atomic
def create_code(
    *,
    enrollment_id: int,
    text: str,
    actor_id: int | None,
    now: datetime,
    discount_note: str = "",
) -> Code:
    """Bind a code to a creator; it earns from now on.

    :raises CodeInvalid: not one word of 3 to 40 characters.
    :raises CodeTaken: the brand has it already.
    :raises affiliates.services.errors.AffiliationSuspended: the creator is suspended.
    :raises affiliates.services.errors.ProgramClosed: the program is closed.
    """
    enrollment = lock_enrollment(enrollment_id)
    code = _insert(enrollment, text.strip(), discount_note.strip(), now)
    if code is None:
        raise CodeTaken(text.strip())
    _record(code, "code.created", actor_id, now)
    return code


def create_first_code(*, enrollment: Enrollment, actor_id: int | None, now: datetime) -> Code:
    """Bind a code made of the creator's name and two digits; random when all of those are taken.

    :raises CodeTaken: not even a random one was free.
    """
    stem = code_stem(enrollment.affiliation.affiliate.display_name) or FALLBACK_STEM
    wishes = [f"{stem}{secrets.randbelow(90) + 10}" for _ in range(TRIES)]
    for text in [*wishes, f"{stem}{random_text(8).upper()}"]:
        code = _insert(enrollment, text, "", now)
        if code is not None:
            _record(code, "code.created", actor_id, now)
            return code
    raise CodeTaken(stem)


@transaction.atomic
def rename_code(*, code_id: int, text: str, actor_id: int, now: datetime) -> Code:
    """Give a creator another code in place of this one, which ends now.

    Orders name the code they were placed with, so a code's text never changes. Links that apply it
    apply the new one.

    :raises CodeInvalid: not one word of 3 to 40 characters.
    :raises CodeTaken: the brand has it already, this one in other letters among it.
    :raises CodeDisabled: it ended before.
    :raises affiliates.services.errors.AffiliationSuspended: the creator is suspended.
    :raises affiliates.services.errors.ProgramClosed: the program is closed.
    """
    old = lock_row(Code, code_id)
    if old.disabled_at is not None:
        raise CodeDisabled(old.text)
    code = create_code(
        enrollment_id=old.enrollment_id,
        text=text,
        discount_note=old.discount_note,
        actor_id=actor_id,
        now=now,
    )
    if old.is_single_use:
        code.batch_id = old.batch_id
        code.save(update_fields=["batch"])
    Link.objects.filter(code=old).update(code=code)
    disable_code(code_id=old.pk, actor_id=actor_id, now=now)
    return code


@transaction.atomic
def disable_code(*, code_id: int, actor_id: int, now: datetime) -> Code:
    """End a code for orders placed from now on; nobody else gets it."""
    code = lock_row(Code, code_id)
    if code.disabled_at is None:
        code.disabled_at = now
        code.save(update_fields=["disabled_at"])
        _record(code, "code.disabled", actor_id, now)
    return code


def _insert(enrollment: Enrollment, text: str, note: str, now: datetime) -> Code | None:
    if not is_code(text):
        raise CodeInvalid(text[:60])
    code = Code(
        brand_id=enrollment.brand_id,
        enrollment=enrollment,
        text=text,
        normalised=normalise_code(text),
        discount_note=note[:60],
        active_from=now,
    )
    try:
        with transaction.atomic():
            code.save(force_insert=True)
    except IntegrityError as error:
        if "affiliates_code_unique_in_brand" not in str(error):
            raise
        return None
    return code


def _record(code: Code, action: str, actor_id: int | None, now: datetime) -> None:
    audit.record(
        brand_id=code.brand_id,
        actor_id=actor_id,
        action=action,
        target=code,
        now=now,
        after={"text": code.text, "enrollment": code.enrollment.public_id},
    )
    jobs.enqueue(CODES_CHANGED, brand_id=code.brand_id)
