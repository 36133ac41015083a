"""An order that nobody placed: who would be credited by the rules that run, and with how much."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from affiliates.domain.codes import normalise_code
from affiliates.models import Code, Enrollment
from brands.domain.examples import ExampleOrder, price_example_order
from brands.models import Program
from brands.selectors import get_base_policy, list_rules_at
from core.wording import Reader
from portal.arithmetic import ArithmeticLine, list_price
from tracking import wording
from tracking.domain.attribution import AttributionResult, CandidateResult, attribute
from tracking.domain.candidates import Candidate, ClickCandidate, CodeCandidate, OrderFacts
from tracking.reader import brand_reader
from tracking.services.attribution import (
    WITH_PARTY,
    make_code_candidate,
    make_party,
    policy_of,
)
from tracking.wording.short import KINDS

NOT_STORED = "example"


@dataclass(frozen=True, slots=True)
class Wish:
    """The order as it is made up. `place` clicked `click_days` ago; None: nobody did."""

    example: ExampleOrder
    place: Enrollment | None = None
    click_days: int | None = None
    code: str = ""
    has_paid_marker: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody who could have had the credit, and why he has it or not."""

    kind: str
    creator: str
    is_winner: bool
    why: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What would become of the order; `lines` is empty where nobody gets the credit."""

    winner: Enrollment | None
    sentence: str
    rows: list[Row]
    lines: tuple[ArithmeticLine, ...]


def try_order(program: Program, wish: Wish, *, now: datetime) -> Tried:
    """Credit and price an order placed now, as a real one would be; nothing is stored.

    :raises brands.domain.rules.NoRuleVersion: the program has no rules.
    """
    candidates = list(_gather(program, wish, now))
    result = attribute(
        order=OrderFacts(placed_at=now, has_paid_marker=wish.has_paid_marker),
        candidates=candidates,
        policies={str(program.pk): policy_of(program)},
    )
    places = {str(place.pk): place for place in _find_places(program, candidates)}
    winner = places[result.winner.party.enrollment] if result.winner else None
    reader = brand_reader(
        program.brand,
        [
            result.params,
            *(row.params for row in result.rows),
            *({"creator": place} for place in places),
        ],
    )
    return Tried(
        winner=winner,
        sentence=wording.explain(code=result.code, params=result.params, reader=reader),
        rows=[_row(row, reader) for row in result.rows],
        lines=_price(program, wish, winner, result, reader, now) if winner else (),
    )


def _gather(program: Program, wish: Wish, now: datetime) -> Iterator[Candidate]:
    if wish.code:
        codes = Code.objects.filter(
            brand=program.brand,
            enrollment__program=program,
            normalised=normalise_code(wish.code),
        )
        for code in codes.select_related(*WITH_PARTY):
            yield make_code_candidate(code, discount_minor=0, position=0)
    if wish.place is not None and wish.click_days is not None:
        yield ClickCandidate(
            party=make_party(wish.place),
            click=NOT_STORED,
            link=NOT_STORED,
            at=now - timedelta(days=wish.click_days),
        )


def _find_places(program: Program, candidates: list[Candidate]) -> list[Enrollment]:
    ids = {int(one.party.enrollment) for one in candidates}
    rows = Enrollment.objects.filter(program=program, pk__in=ids)
    return list(rows.select_related("affiliation__affiliate", "group"))


def _row(row: CandidateResult, reader: Reader) -> Row:
    party = row.candidate.party
    params = {"creator": party.enrollment, **row.params, "kind": row.candidate.kind}
    return Row(
        kind=str(KINDS[row.candidate.kind]),
        creator=reader.names.get("creator", {}).get(party.enrollment, ""),
        is_winner=row.is_winner,
        why=wording.explain(code=row.code, params=params, reader=reader),
    )


def _price(
    program: Program,
    wish: Wish,
    winner: Enrollment,
    result: AttributionResult,
    reader: Reader,
    now: datetime,
) -> tuple[ArithmeticLine, ...]:
    signal: Literal["code", "link"] = "code" if isinstance(result.winner, CodeCandidate) else "link"
    example = replace(
        wish.example,
        group_id=winner.group_id,
        enrollment_id=winner.pk,
        signal=signal,
        code=normalise_code(wish.code) if signal == "code" else "",
    )
    _version, rules = list_rules_at(program, now)
    pricing = price_example_order(rules=rules, base=get_base_policy(program), example=example)
    return tuple(list_price(pricing, reader))
