"""How a person wants the mails of a group: at once, in a digest, or not at all."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from core import audit
from core.jobs import enqueue
from core.locks import lock_row
from core.models import Delivery, Mail, MailStatus, NoticeChoice, User
from core.notices import Group, list_kinds

DIGEST_HOUR = time(8)
MONDAY = 0


class NotAChoice(ValueError):
    """The mails of this group cannot be had this way."""


def find_choice(user: User, group: Group) -> Delivery:
    """Return how he wants the mails of a group."""
    if len(group.deliveries) == 1:
        return group.default
    row = NoticeChoice.objects.filter(user=user, group=group.name).first()
    return Delivery(row.delivery) if row else group.default


@transaction.atomic
def choose(*, user_id: int, group: Group, delivery: str, now: datetime) -> NoticeChoice:
    """Keep how a person wants a group; what is collected for him follows.

    :raises NotAChoice: the group cannot be had this way.
    """
    if delivery not in group.deliveries:
        raise NotAChoice(f"{group.name}: {delivery}")
    user = lock_row(User, user_id)
    before = find_choice(user, group)
    row, _is_new = NoticeChoice.objects.update_or_create(
        user=user,
        group=group.name,
        defaults={"delivery": delivery, "changed_at": now},
    )
    if before != delivery:
        audit.record(
            brand_id=None,
            actor_id=user_id,
            action="notices.chosen",
            target=user,
            before={group.name: before},
            after={group.name: delivery},
            now=now,
        )
        _move_collected(row, group, now)
    return row


def next_digest_at(user: User, delivery: str, *, now: datetime) -> datetime:
    """Return when his next digest is due: at eight where he lives, weekly on Mondays."""
    zone = ZoneInfo(user.time_zone or "UTC")
    local = now.astimezone(zone)
    day = local.date()
    if local.time() >= DIGEST_HOUR:
        day += timedelta(days=1)
    if delivery == Delivery.WEEKLY:
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return datetime.combine(day, DIGEST_HOUR, tzinfo=zone)


def _move_collected(row: NoticeChoice, group: Group, now: datetime) -> None:
    kinds = [kind.name for kind in list_kinds() if kind.group == group]
    waiting = Mail.objects.filter(user=row.user, kind__in=kinds, status=MailStatus.COLLECTED)
    if row.delivery == Delivery.OFF:
        waiting.delete()
        return
    is_now = row.delivery == Delivery.NOW
    at = now if is_now else next_digest_at(row.user, row.delivery, now=now)
    if waiting.update(next_attempt_at=at) and is_now:
        enqueue("core.send_digests")
