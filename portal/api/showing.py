"""Rows as they are answered, with what is loaded beside them: a few queries a page."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from affiliates.models import Enrollment, Link
from affiliates.selectors import short_url
from core.models import Brand
from core.wording import Reader
from tracking import wording
from tracking.domain.codec import iso_utc
from tracking.models import Attribution, Click, ClickReferrer, Commission, Order, Verdict
from tracking.reader import brand_reader
from tracking.selectors_brand import describe_candidates, order_badge
from tracking.states import derive_state

CLICK_PREFIX = "clk_"


def show_links(links: Sequence[Link]) -> list[Link]:
    """Add the address that is shared to each link."""
    for link in links:
        link.short_url = short_url(link.current_slug)  # type: ignore[attr-defined]
    return list(links)


def show_clicks(brand: Brand, clicks: Sequence[Click]) -> list[dict[str, Any]]:
    """Return clicks with whose link it was and why each counted or did not."""
    wanted = {click.link_id for click in clicks}
    rows = Link.objects.filter(brand=brand, pk__in=wanted)
    links = rows.select_related("enrollment__program", "enrollment__affiliation").in_bulk()
    hosts = ClickReferrer.objects.in_bulk({one.referrer_id for one in clicks if one.referrer_id})
    reader = brand_reader(brand)
    return [_show_click(one, links[one.link_id], hosts, reader) for one in clicks]


def show_orders(brand: Brand, orders: Sequence[Order]) -> list[Order]:
    """Add state, attribution and commissions; the orders come with `credit` and `earned`."""
    given = [one for order in orders for one in order.credit]  # type: ignore[attr-defined]
    candidates = {one.pk: describe_candidates(one) for one in given}
    parties = {row["candidate"]["party"]["enrollment"] for row in _flat(candidates.values())}
    params = [_params(row) for row in _flat(candidates.values())]
    reader = brand_reader(brand, [*params, *(_credit_params(one) for one in given)])
    places = _find_places(brand, parties)
    for order in orders:
        order.state = order_badge(order)[0]  # type: ignore[attr-defined]
        order.commissions_shown = [one.public_id for one in order.earned]  # type: ignore[attr-defined]
        order.attribution = next(  # type: ignore[attr-defined]
            (
                _show_credit(one, candidates[one.pk], places, reader)
                for one in order.credit  # type: ignore[attr-defined]
            ),
            None,
        )
    return list(orders)


def show_commissions(commissions: Sequence[Commission]) -> list[Commission]:
    """Add the state of each; they come with `has_open_hold`."""
    for one in commissions:
        state = derive_state(one, has_open_hold=one.has_open_hold)  # type: ignore[attr-defined]
        one.state, one.is_in_review = state.name, state.is_in_review  # type: ignore[attr-defined]
        one.is_paid = state.is_paid  # type: ignore[attr-defined]
        one.order_shown = one.order.public_id if one.order else None  # type: ignore[attr-defined]
        one.priced = one.pricing if one.pricing.get("lines") else None  # type: ignore[attr-defined]
    return list(commissions)


def click_id(pk: UUID) -> str:
    """Return the id of a click as it is answered."""
    return f"{CLICK_PREFIX}{pk.hex}"


def read_click_id(text: str) -> UUID | None:
    """Return the key of a click; None for what is no id of one."""
    digits = text.removeprefix(CLICK_PREFIX)
    try:
        return UUID(digits) if len(digits) == 32 and text.startswith(CLICK_PREFIX) else None
    except ValueError:
        return None


def _show_click(
    click: Click, link: Link, hosts: Mapping[int, ClickReferrer], reader: Reader
) -> dict[str, Any]:
    place, verdict = link.enrollment, Verdict(click.verdict)
    window = timedelta(days=place.program.window_days)
    params: dict[str, Any] = {"date": iso_utc(click.at), "window_end": iso_utc(click.at + window)}
    if link.archived_at and verdict == Verdict.ARCHIVED:
        params["date"] = iso_utc(link.archived_at)
    name = verdict.name.lower()
    host = hosts.get(click.referrer_id or 0)
    return {
        "id": click_id(click.pk),
        "at": click.at,
        "link": link.public_id,
        "enrollment": place.public_id,
        "creator": place.affiliation.public_id,
        "program": place.program.public_id,
        "verdict": name,
        "is_counted": verdict >= Verdict.COUNTED,
        "reason": wording.explain(code=f"click.{name}", params=params, reader=reader),
        "country": click.country,
        "referrer": host.host if host else "",
        "sub_id": click.sub_id,
    }


def _show_credit(
    one: Attribution,
    rows: Sequence[Mapping[str, Any]],
    places: Mapping[str, Enrollment],
    reader: Reader,
) -> dict[str, Any]:
    place = one.enrollment
    params = _credit_params(one)
    return {
        "enrollment": place.public_id if place else None,
        "creator": place.affiliation.public_id if place else None,
        "reason_code": one.code,
        "reason": wording.explain(code=one.code, params=params, reader=reader),
        "at": one.at,
        "candidates": [_show_candidate(row, places, reader) for row in rows],
    }


def _show_candidate(
    row: Mapping[str, Any], places: Mapping[str, Enrollment], reader: Reader
) -> dict[str, Any]:
    candidate = row["candidate"]
    place = places.get(candidate["party"]["enrollment"])
    code, _params_of_it = wording.candidate_reason(row)
    click = candidate.get("click")
    return {
        "kind": candidate["kind"],
        "enrollment": place.public_id if place else "",
        "creator": place.affiliation.public_id if place else "",
        "is_winner": row["is_winner"],
        "reason_code": code,
        "reason": wording.explain(code=code, params=_params(row), reader=reader),
        "link": candidate.get("link") or None,
        "code": candidate.get("code") or None,
        "click": click_id(UUID(click)) if click else None,
    }


def _params(row: Mapping[str, Any]) -> dict[str, Any]:
    _code, params = wording.candidate_reason(row)
    return {"creator": row["candidate"]["party"]["enrollment"], **params}


def _credit_params(one: Attribution) -> dict[str, Any]:
    return {"creator": one.enrollment_id, **one.params}


def _find_places(brand: Brand, ids: Iterable[str]) -> dict[str, Enrollment]:
    numbers = {int(one) for one in ids if one.isascii() and one.isdecimal()}
    rows = Enrollment.objects.filter(brand=brand, pk__in=numbers).select_related("affiliation")
    return {str(row.pk): row for row in rows}


def _flat(rows: Iterable[Sequence[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    return [row for some in rows for row in some]
