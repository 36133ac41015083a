"""Programs side by side, as anyone may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from brands.models import ProgramStatus
from brands.selectors import list_public_programs
from brands.selectors_terms import find_terms_in_force
from brands.wording import render_terms
from core.clock import brand_now
from portal.offer import Offer, list_offers

MOST = 4
_POLICIES = (
    "terms.click_",
    "terms.precedence_",
    "terms.code_",
    "terms.bound",
    "terms.renewals",
    "terms.ads_first",
    "terms.self_",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the comparison: what each program, by its name, says about one thing."""

    label: str
    cells: tuple[tuple[str, tuple[str, ...]], ...]


def list_compared(ids: Sequence[str], *, now: datetime) -> list[Offer]:
    """Return the offers of public programs by their ids, each once, in the order asked for."""
    wanted = list(dict.fromkeys(ids))[:MOST]
    found = {program.public_id: program for program in list_public_programs(wanted)}
    return list_offers([found[one] for one in wanted if one in found], now=now)


def compare_offers(offers: Sequence[Offer]) -> list[Fact]:
    """Return what is to be compared, line by line; a line that says nothing is left out."""
    names = [offer.program.name for offer in offers]
    columns = [_tell(offer) for offer in offers]
    return [
        Fact(label, tuple(zip(names, cells, strict=True)))
        for label, *cells in zip(_labels(), *columns, strict=True)
        if any(cells)
    ]


def _labels() -> tuple[str, ...]:
    return (
        _("Pays"),
        _("Rates"),
        _("For example"),
        _("Clicks"),
        _("Released"),
        _("Payout"),
        _("Ways of being paid"),
        _("Countries"),
        _("Currency"),
        _("Joining"),
        _("Time to an answer"),
        _("Who gets the credit"),
    )


def _tell(offer: Offer) -> list[tuple[str, ...]]:
    """Return the sentences of one program, in the order of the labels."""
    program = offer.program
    one = (
        (offer.headline,),
        offer.rates,
        (offer.example,),
        (offer.window,),
        (offer.hold,),
        (offer.payout,),
        (offer.ways,),
        (offer.countries,),
        (program.currency,),
        (_say_joining(offer),),
        (offer.answer or _("Too few answers to say"),),
        tuple(_list_policies(offer)),
    )
    return [tuple(text for text in texts if text) for texts in one]


def _say_joining(offer: Offer) -> str:
    program = offer.program
    if program.status != ProgramStatus.LIVE:
        return _("Not taking new creators now")
    if offer.is_full:
        return _("Full: nobody can join now")
    if program.is_auto_approving:
        return _("At once, without waiting")
    return _("The brand decides on each application")


def _list_policies(offer: Offer) -> list[str]:
    """Return what the terms in force say about credit."""
    terms = find_terms_in_force(offer.program, brand_now(offer.program.brand))
    clauses = terms.generated if terms else []
    return render_terms([one for one in clauses if one["code"].startswith(_POLICIES)])
