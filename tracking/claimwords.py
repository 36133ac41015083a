"""How a claim reads: what its creator is told of the order, where it stands, when it is due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from core.models import Brand
from core.wording import Audience, Reader, current_language
from tracking import wording
from tracking.models import Claim, ClaimStatus, Commission
from tracking.selectors_claims import Answer
from tracking.selectors_wording import load_names
from tracking.wording.short import KINDS


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One candidate of the creator's own: what it was, when, and why it did not win."""

    kind: str
    what: str
    at: datetime | None
    why: str


def say_rows(answer: Answer, brand: Brand) -> list[SaidRow]:
    """Say why each candidate of a creator's own lost; nothing where he had none."""
    reader = _reader(brand, "creator")
    return [_say_row(row, reader) for row in answer.rows]


def say_not_credited(answer: Answer, brand: Brand) -> str:
    """Say in one sentence why an order that is known is not his."""
    reader = _reader(brand, "creator")
    if answer.rows:
        code, params = wording.candidate_reason(answer.rows[0])
        return wording.explain(code=code, params=params, reader=reader)
    code = "attr.reassigned" if answer.commission is not None else "claim.no_candidate"
    return wording.explain(code=code, params={}, reader=reader)


def say_state(claim: Claim, paid: Commission | None, audience: Audience) -> str:
    """Say where a claim stands, and what happens next."""
    return say_states([claim], {claim.pk: paid} if paid else {}, audience)[0]


def say_states(
    claims: Sequence[Claim], paid: Mapping[int, Commission], audience: Audience
) -> list[str]:
    """Say where each of one brand's claims stands; names are loaded once for all."""
    if not claims:
        return []
    told = [_describe(one, paid.get(one.pk)) for one in claims]
    reader = _reader(claims[0].brand, audience, told)
    return [
        wording.explain(code=f"claim.{one.status}", params=params, reader=reader)
        for one, params in zip(claims, told, strict=True)
    ]


def find_due_badge(claim: Claim, today: date) -> tuple[str, str]:
    """Return the state that a deadline shows as, and its words; nothing once it was answered."""
    if claim.status != ClaimStatus.OPEN:
        return "", ""
    days = (claim.due_on - today).days
    if days < 0:
        late = ngettext("Overdue %(days)s day", "Overdue %(days)s days", -days)
        shown = formats.number_text(-days, language=current_language())
        return "overdue", late % {"days": shown}
    if days == 0:
        return "due", _("Due today")
    if days == 1:
        return "due", _("Due tomorrow")
    day = formats.day_text(claim.due_on, language=current_language())
    return "due", _("Due %(day)s") % {"day": day}


def _describe(claim: Claim, paid: Commission | None) -> dict[str, Any]:
    params: dict[str, Any] = {"creator": claim.enrollment_id}
    if claim.status == ClaimStatus.OPEN:
        params |= {"due_date": claim.due_on.isoformat()}
    if claim.resolved_at is not None:
        params |= {"date": claim.resolved_at.isoformat(), "reason": claim.reason}
    if paid is not None:
        params |= {"amount": paid.amount_minor, "currency": paid.currency}
    return params


def _say_row(row: Mapping[str, Any], reader: Reader) -> SaidRow:
    candidate = row["candidate"]
    code, params = wording.candidate_reason(row)
    at = candidate.get("at") or candidate.get("bound_at")
    return SaidRow(
        kind=str(KINDS.get(candidate["kind"], candidate["kind"])),
        what=candidate.get("code") or "",
        at=datetime.fromisoformat(at) if at else None,
        why=wording.explain(code=code, params=params, reader=reader),
    )


def _reader(brand: Brand, audience: Audience, params: Iterable[Mapping[str, Any]] = ()) -> Reader:
    """Return the reader; a creator's pages name nobody."""
    names = load_names(brand_id=brand.pk, params=params) if audience == "brand" else {}
    zone = ZoneInfo(brand.time_zone)
    return Reader(audience=audience, zone=zone, names=names, known={"brand": brand.name})
