"""What creators are told of their commissions by mail, and whoever had a file taken of its end."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from affiliates.models import Affiliation
from brands.models import Member
from core.formats import local_day
from core.mail import Params, send_notice
from core.models import User
from core.money import Money
from core.notices import COMMISSIONS, STARTED_WORK, TEAM_WORK, Kind, Value, register
from core.wording import Reader
from tracking.domain.story import Change, tell_story
from tracking.models import Commission, CommissionKind, OrderUpload, ReviewMessage, Side
from tracking.wording import explain

_WHAT = format_lazy("{} {}", _("Order"), "#1042")
_AMOUNT, _URL = Money(1250, "EUR"), f"{settings.SITE_URL}/me/earnings/…/"

MADE = register(
    Kind(
        name="commission_made",
        group=COMMISSIONS,
        label=_("Commission made"),
        subject=_("You earned {amount} at {brand}"),
        text=_(
            "You earned {amount} at {brand}: {what}.\n"
            "It is released on {date}, if nothing changes before.\n\n"
            "How it came about: {url}\n"
        ),
        samples={"amount": _AMOUNT, "what": _WHAT, "date": date(2026, 12, 24), "url": _URL},
    )
)
CHANGED = register(
    Kind(
        name="commission_changed",
        group=COMMISSIONS,
        label=_("Commission changed"),
        subject=_("A commission at {brand} is {amount} now"),
        text=_(
            "A commission at {brand} ({what}) changed from {before} to {amount}.\n"
            "{reason}\n\nStep by step: {url}\n"
        ),
        samples={
            "amount": _AMOUNT,
            "before": Money(2500, "EUR"),
            "what": _WHAT,
            "reason": _("Part of the order was refunded."),
            "url": _URL,
        },
    )
)
REVERSED = register(
    Kind(
        name="commission_reversed",
        group=COMMISSIONS,
        label=_("Commission taken back"),
        subject=_("A commission of {before} at {brand} was taken back"),
        text=_(
            "The commission of {before} at {brand} ({what}) is gone.\n"
            "{reason}\n\nStep by step: {url}\n"
        ),
        samples={
            "before": Money(2500, "EUR"),
            "what": _WHAT,
            "reason": _("The order was refunded."),
            "url": _URL,
        },
    )
)
RELEASED = register(
    Kind(
        name="commissions_released",
        group=COMMISSIONS,
        label=_("Commissions released"),
        subject=_("{amount} at {brand} were released"),
        text=_(
            "{amount} at {brand} were released and wait for the next payout.\n"
            "Number of commissions: {count}\n\nYour earnings: {url}\n"
        ),
        samples={"amount": _AMOUNT, "count": 3, "url": f"{settings.SITE_URL}/me/earnings/"},
    )
)
SILENT = (CommissionKind.CLICK, CommissionKind.IMPRESSION)
_FILE_URL = f"{settings.SITE_URL}/b/…/"
UPLOAD_FINISHED = register(
    Kind(
        name="upload_finished",
        group=STARTED_WORK,
        label=_("File worked on"),
        subject=_("{file} is worked on"),
        text=_(
            "Every row of {file}, which you had taken for {brand}, was worked on.\n\n"
            "Taken: {taken}\n"
            "Known before: {known}\n"
            "Refused: {refused}\n"
            "To be tried again: {later}\n\n"
            "See what came of it: {url}\n"
        ),
        samples={
            "file": "orders.csv",
            "taken": 4000,
            "known": 120,
            "refused": 2,
            "later": 1,
            "url": _FILE_URL,
        },
    )
)
UPLOAD_STOPPED = register(
    Kind(
        name="upload_stopped",
        group=STARTED_WORK,
        label=_("File not taken"),
        subject=_("Nothing of {file} was taken"),
        text=_(
            "Nothing of {file} was taken for {brand}: since you looked at it, rows of it became "
            "wrong, for example because an order has less left than a refund takes.\n\n"
            "See which rows: {url}\n"
        ),
        samples={"file": "orders.csv", "url": _FILE_URL},
    )
)


def mail_upload_finished(
    *, upload: OrderUpload, to: User, taken: int, refused: int, later: int, now: datetime
) -> None:
    """Tell who had a file taken that each of its rows was worked on; zeros are left out."""
    params: Params = {
        "file": upload.file_name,
        "taken": taken,
        "known": upload.unchanged or "",
        "refused": refused or "",
        "later": later or "",
        "url": _upload_url(upload),
    }
    send_notice(kind=UPLOAD_FINISHED, to=to, brand=upload.brand, params=params, now=now)


def mail_upload_stopped(*, upload: OrderUpload, to: User, now: datetime) -> None:
    """Tell who had a file taken that rows of it became wrong meanwhile."""
    params: Params = {"file": upload.file_name, "url": _upload_url(upload)}
    send_notice(kind=UPLOAD_STOPPED, to=to, brand=upload.brand, params=params, now=now)


ASKED = register(
    Kind(
        name="commission_asked",
        group=COMMISSIONS,
        label=_("Question about a commission"),
        subject=_("{brand} asks about a commission: {what}"),
        text=_(
            "{brand} checks a commission ({what}) and asks:\n\n{question}\n\nAnswer here: {url}\n"
        ),
        samples={
            "what": _WHAT,
            "question": _("Where did you post the link that brought this order?"),
            "url": _URL,
        },
    )
)
ANSWERED = register(
    Kind(
        name="commission_answered",
        group=TEAM_WORK,
        label=_("Answer of a creator"),
        subject=_("{name} answered about a commission: {what}"),
        text=_(
            "{name} writes about a commission ({what}), which is on review:\n\n"
            "{answer}\n\nDecide here: {url}\n"
        ),
        samples={
            "name": "Anna",
            "what": _WHAT,
            "answer": _("In my newsletter of 3 August."),
            "url": f"{settings.SITE_URL}/b/…/commissions/…/",
        },
    )
)


def mail_asked(*, message: ReviewMessage, now: datetime) -> None:
    """Mail a question to the creator, with the page where he answers."""
    commission = message.commission
    affiliation = _load(commission.affiliation_id)
    page = reverse("portal:commission-story", args=[commission.public_id])
    params: Params = {
        "what": _what(commission),
        "question": message.text,
        "url": f"{settings.SITE_URL}{page}",
    }
    user, brand = affiliation.affiliate.user, affiliation.brand
    send_notice(kind=ASKED, to=user, brand=brand, params=params, now=now)


def mail_answered(*, message: ReviewMessage, now: datetime) -> None:
    """Tell those of the team who asked, or opened a review that is open."""
    commission = message.commission
    affiliation = _load(commission.affiliation_id)
    brand = affiliation.brand
    asked = commission.messages.filter(side=Side.BRAND).values("by")
    opened = commission.holds.filter(closed_at__isnull=True).values("opened_by")
    page = reverse("portal:commission-brand", args=[brand.slug, commission.public_id])
    params: Params = {
        "name": affiliation.affiliate.display_name,
        "what": _what(commission),
        "answer": message.text,
        "url": f"{settings.SITE_URL}{page}",
    }
    team = Member.objects.filter(brand=brand).filter(Q(user__in=asked) | Q(user__in=opened))
    for member in team.select_related("user").order_by("pk"):
        send_notice(kind=ANSWERED, to=member.user, brand=brand, params=params, now=now)


def mail_change(*, commission: Commission, now: datetime) -> None:
    """Tell the creator of the latest change; `highest_minor` is still that of before.

    What a day's visits earned is not told: there would be a letter every day.
    """
    last = commission.changes.latest("seq")
    affiliation = _load(commission.affiliation_id)
    page = reverse("portal:commission-story", args=[commission.public_id])
    params: dict[str, Value] = {
        "what": _what(commission),
        "url": f"{settings.SITE_URL}{page}",
    }
    if commission.kind in SILENT and not last.before_minor:
        return
    before = Money(last.before_minor, commission.currency)
    amount = Money(last.after_minor, commission.currency)
    if not commission.highest_minor:
        kind = MADE
        params |= {"amount": amount, "date": _release_day(commission)}
    elif last.after_minor:
        kind = CHANGED
        params |= {"amount": amount, "before": before, "reason": _reason(commission)}
    else:
        kind = REVERSED
        params |= {"before": before, "reason": _reason(commission)}
    user, brand = affiliation.affiliate.user, affiliation.brand
    send_notice(kind=kind, to=user, brand=brand, params=params, now=now)


def mail_released(*, commissions: Iterable[Commission], now: datetime) -> None:
    """Tell each creator what was released for him together: one notice a currency."""
    together: dict[tuple[UUID, str], list[int]] = defaultdict(list)
    for one in commissions:
        if one.amount_minor > 0:
            together[one.affiliation_id, one.currency].append(one.amount_minor)
    url = f"{settings.SITE_URL}{reverse('portal:creator-earnings')}"
    for (affiliation_id, currency), amounts in together.items():
        affiliation = _load(affiliation_id)
        params: Params = {
            "amount": Money(sum(amounts), currency),
            "count": len(amounts),
            "url": url,
        }
        send_notice(
            kind=RELEASED,
            to=affiliation.affiliate.user,
            brand=affiliation.brand,
            params=params,
            now=now,
        )


def _upload_url(upload: OrderUpload) -> str:
    args = [upload.brand.slug, upload.connection.public_id, upload.public_id]
    return f"{settings.SITE_URL}{reverse('tracking:upload-detail', args=args)}"


def _load(affiliation_id: UUID) -> Affiliation:
    rows = Affiliation.objects.select_related("affiliate__user", "brand")
    return rows.get(pk=affiliation_id)


def _release_day(commission: Commission) -> date | str:
    at = commission.release_at
    zone = ZoneInfo(commission.affiliation.brand.time_zone)
    return local_day(at, zone=zone) if at else ""


def _what(commission: Commission) -> str | Promise:
    """Return what a commission is for, in the language it is read in."""
    if commission.kind == CommissionKind.SALE:
        return format_lazy("{} {}", _("Order"), commission.label)
    return lazy(lambda: commission.label, str)()


def _reason(commission: Commission) -> str:
    """Return why it changed, in the language it is read in."""
    changes = [
        Change(
            code=row.code,
            at=row.at,
            before_minor=row.before_minor,
            after_minor=row.after_minor,
            currency=commission.currency,
            params=row.params,
            pricing=row.pricing,
        )
        for row in commission.changes.order_by("seq")
    ]
    told = tell_story(changes=changes, released_at=commission.released_at)[-1]
    brand = commission.affiliation.brand
    reader = Reader("creator", ZoneInfo(brand.time_zone), known={"brand": brand.name})

    def say() -> str:
        return " ".join(explain(code=one.code, params=one.params, reader=reader) for one in told)

    return lazy(say, str)()
