"""Take back an export that a person already has: one asks and says why, a second agrees."""

from datetime import date, datetime

from django.db import transaction

from core import audit
from payouts.models import ExportFile, Payout, PayoutStatus
from payouts.services import moves


class NothingToCancel(Exception):
    """No payout of the file waits for its confirmation."""


class AskedAlready(Exception):
    """Somebody has asked to take this file back, or it was taken back."""


class NotAsked(Exception):
    """Nobody asked to take this file back, or somebody withdrew it."""


class SamePerson(Exception):
    """Whoever asked cannot agree as well."""


def ask_to_cancel(*, file_id: int, reason: str, actor_id: int, now: datetime) -> ExportFile:
    """Ask a second person to take an export back; until he agrees its payouts stay reserved.

    :raises AskedAlready: it was asked before.
    :raises NothingToCancel: every payout of it is settled.
    """
    with transaction.atomic():
        file = _lock(file_id)
        if file.cancel_asked_at or file.cancelled_at:
            raise AskedAlready(file.public_id)
        if not _waiting(file):
            raise NothingToCancel(file.public_id)
        file.cancel_asked_at, file.cancel_asked_by_id, file.cancel_reason = now, actor_id, reason
        _save(file)
        _audit(file, "payout_file.cancel_asked", actor_id, now)
    return file


def keep_export(*, file_id: int, actor_id: int, now: datetime) -> ExportFile:
    """Withdraw, or refuse, what was asked: the file stands.

    :raises NotAsked: nobody asked.
    """
    with transaction.atomic():
        file = _lock(file_id)
        if not file.cancel_asked_at or file.cancelled_at:
            raise NotAsked(file.public_id)
        _audit(file, "payout_file.kept", actor_id, now)
        file.cancel_asked_at, file.cancel_asked_by, file.cancel_reason = None, None, ""
        _save(file)
    return file


def cancel_export(*, file_id: int, actor_id: int, now: datetime) -> list[Payout]:
    """Cancel what of a file was not confirmed: its money is payable again.

    :raises NotAsked: nobody asked.
    :raises SamePerson: it is the one who asked.
    :raises NothingToCancel: meanwhile every payout of it is settled.
    """
    with transaction.atomic():
        file = _lock(file_id)
        if not file.cancel_asked_at or file.cancelled_at:
            raise NotAsked(file.public_id)
        if file.cancel_asked_by_id == actor_id:
            raise SamePerson(file.public_id)
        payouts = [moves.lock_payout(one) for one in _waiting(file)]
        waiting = [one for one in payouts if one.status == PayoutStatus.SUBMITTED]
        if not waiting:
            raise NothingToCancel(file.public_id)
        for payout in waiting:
            moves.mark_cancelled(
                payout=payout, reason=file.cancel_reason, actor_id=actor_id, now=now
            )
        file.cancelled_at, file.cancelled_by_id = now, actor_id
        _save(file)
        _audit(file, "payout_file.cancelled", actor_id, now)
    return waiting


def confirm_payouts(
    *, payout_ids: list[int], reference: str, paid_on: date, actor_id: int, now: datetime
) -> list[Payout]:
    """Book several payouts that went with one order to the bank, all or none.

    :raises payouts.domain.states.IllegalMove: one of them does not wait for it.
    """
    with transaction.atomic():
        return [
            moves.confirm_payout(
                payout_id=payout_id,
                reference=reference,
                paid_on=paid_on,
                actor_id=actor_id,
                now=now,
            )
            for payout_id in sorted(payout_ids)
        ]


def _lock(file_id: int) -> ExportFile:
    return ExportFile.objects.select_for_update(of=("self",)).get(pk=file_id)


def _waiting(file: ExportFile) -> list[int]:
    rows = file.payouts.filter(status=PayoutStatus.SUBMITTED).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _save(file: ExportFile) -> None:
    file.save(
        update_fields=[
            "cancel_reason",
            "cancel_asked_at",
            "cancel_asked_by",
            "cancelled_at",
            "cancelled_by",
        ]
    )


def _audit(file: ExportFile, action: str, actor_id: int, now: datetime) -> None:
    audit.record(
        brand_id=file.brand_id,
        actor_id=actor_id,
        action=action,
        target=file,
        after={"rail": file.rail, "sha256": file.sha256},
        reason=file.cancel_reason,
        now=now,
    )
