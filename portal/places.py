"""A creator's programs side by side: what each pays, on what terms, and what it brought."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, Sum

from affiliates.models import Affiliate, Enrollment
from affiliates.selectors import list_terms_to_accept
from brands.models import Terms
from core.money import Money
from payouts.selectors import find_next_run
from portal.offer import Offer, list_offers
from portal.offer_words import say_hold
from tracking.models import Commission
from tracking.selectors import NO_TEST
from tracking.states import STATE_FILTERS

_PAID = STATE_FILTERS["released"] & Q(paid_at__isnull=False)
_RELEASED = STATE_FILTERS["released"] & Q(paid_at__isnull=True)


@dataclass(slots=True)
class PlaceRow:
    """One place in a program. `released`: not paid yet; amounts one a currency."""

    place: Enrollment
    offer: Offer
    hold: str
    next_run: date
    terms_due: Terms | None
    pending: list[Money] = field(default_factory=list)
    released: list[Money] = field(default_factory=list)
    paid: list[Money] = field(default_factory=list)


def compare_places(
    places: Sequence[Enrollment], *, affiliate: Affiliate | None, now: datetime
) -> list[PlaceRow]:
    """Return a row for each place, in the order given."""
    offers = {one.program.pk: one for one in list_offers([p.program for p in places], now=now)}
    due = {place.pk: terms for place, terms in list_terms_to_accept(affiliate)} if affiliate else {}
    rows = {place.pk: _make_row(place, offers, due.get(place.pk), now) for place in places}
    sums = (
        Commission.objects.filter(NO_TEST, enrollment__in=places)
        .values_list("enrollment_id", "currency")
        .annotate(
            pending=Sum("amount_minor", filter=STATE_FILTERS["pending"]),
            released=Sum("amount_minor", filter=_RELEASED),
            paid=Sum("amount_minor", filter=_PAID),
        )
        .order_by("currency")
    )
    for pk, currency, pending, released, paid in sums:
        row = rows[pk]
        row.pending.append(Money(pending or 0, currency))
        row.released.append(Money(released or 0, currency))
        row.paid.append(Money(paid or 0, currency))
    return list(rows.values())


def _make_row(
    place: Enrollment, offers: dict[int, Offer], due: Terms | None, now: datetime
) -> PlaceRow:
    program, own = place.program, place.group.hold_days
    return PlaceRow(
        place=place,
        offer=offers[program.pk],
        hold=say_hold(program, program.hold_days if own is None else own),
        next_run=find_next_run(brand=program.brand, currency=program.currency, now=now),
        terms_due=due,
    )
