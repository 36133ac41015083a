"""Gather who could be credited with an order, and keep who was, with every candidate's reason."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from affiliates.models import Code, Enrollment, Link
from brands.models import CodePolicy, Program
from tracking.domain import attribution as domain
from tracking.domain.candidates import (
    CLICK_BOUND_TYPES,
    BadToken,
    BoundCandidate,
    Candidate,
    ClickCandidate,
    CodeCandidate,
    ManualCandidate,
    OrderFacts,
    Party,
    Policy,
    SubscriptionCandidate,
)
from tracking.domain.candidates import Verdict as DomainVerdict
from tracking.domain.doubles import Double
from tracking.domain.merge import OrderState
from tracking.domain.standing import effective_placed_at
from tracking.domain.token import ClickToken, TokenRefusal, read_token
from tracking.models import (
    Attribution,
    Click,
    Commission,
    CustomerBinding,
    Order,
    OrderKind,
    Verdict,
)
from tracking.services.codeuses import find_takers
from tracking.services.doubles import list_doubles
from tracking.services.people import list_people
from tracking.services.recovering import recover_clicks, token_time
from tracking.services.subscriptions import find_first_order
from tracking.services.telling import tell_flags

Links = Mapping[int, Link]

WITH_PARTY = (
    "enrollment__affiliation__affiliate",
    "enrollment__group",
    "enrollment__program",
)
_SIGNALS = {
    "manual": "manual",
    "subscription": "bound",
    "bound": "bound",
    "code": "code",
    "click": "link",
}
_COUNTED: dict[Verdict, DomainVerdict] = {
    Verdict.COUNTED: "counted",
    Verdict.REPEAT: "repeat",
    Verdict.LIMITED: "limited",
    Verdict.UNVERIFIED: "counted",
    Verdict.NO_CONSENT: "no_consent",
    Verdict.BOT: "bot",
    Verdict.HEAD: "head",
    Verdict.PREFETCH: "prefetch",
    Verdict.PREVIEW: "preview",
    Verdict.EMBEDDED: "embedded",
    Verdict.ARCHIVED: "archived",
    Verdict.PROGRAM_OFF: "program_off",
    Verdict.RECOVERED: "recovered",
}


def ensure_attribution(*, order: Order, state: OrderState, now: datetime) -> Attribution:
    """Return the current attribution of a locked order, decided anew if its signals changed.

    A person's assignment stays, and so does the attribution of money already released: a later
    signal of the store does not take it away.
    """
    current = find_current(order)
    doubles = list_doubles(order, state)
    signals = _hash_signals(order, state, doubles)
    if current is not None and (current.signals_hash == signals or _is_settled(current, order)):
        return current
    links = _links(order, state)
    recover_clicks(order=order, tokens=_read_tokens(state), links=links, now=now)
    result = _attribute(order, state, list(_gather(order, state, links)), doubles, links)
    row = _store(order, result, signals, now)
    tell_flags(order, row, now)
    return row


def assign(
    *,
    order: Order,
    state: OrderState,
    enrollment: Enrollment,
    actor_id: int,
    reason: str,
    now: datetime,
) -> Attribution:
    """Credit a locked order by hand; every candidate keeps its reason, the earlier rows stay."""
    manual = ManualCandidate(
        party=make_party(enrollment), assigned_at=now, member=str(actor_id), reason=reason
    )
    doubles, links = list_doubles(order, state), _links(order, state)
    result = _attribute(order, state, [manual, *_gather(order, state, links)], doubles, links)
    signals = _hash_signals(order, state, doubles)
    return _store(order, result, signals, now, by_id=actor_id, reason=reason)


def credit_nobody(
    *, order: Order, state: OrderState, actor_id: int, reason: str, now: datetime
) -> Attribution:
    """Take the credit of a locked order that is a test by a person's word; earlier rows stay."""
    links = _links(order, state)
    result = _attribute(order, state, list(_gather(order, state, links)), (), links)
    signals = _hash_signals(order, state, ())
    return _store(order, result, signals, now, by_id=actor_id, reason=reason)


def restore(*, attribution: Attribution, now: datetime) -> Attribution:
    """Put an earlier attribution of a locked order in force again, as a row of its own."""
    order = attribution.order
    Attribution.objects.filter(order=order, is_current=True).update(is_current=False)
    attribution.pk, attribution.is_current, attribution.at = None, True, now
    attribution.save(force_insert=True)
    return attribution


def find_current(order: Order) -> Attribution | None:
    """Return the attribution in force, or None before the first snapshot."""
    rows = Attribution.objects.filter(order=order, is_current=True)
    current = rows.select_related(*WITH_PARTY).first()
    if current is not None:
        current.order = order
    return current


def policy_of(program: Program) -> Policy:
    """Return a program's settings as the domain's policy.

    A program that asks more of codes than its kinds of creators do is never loosened by them.
    """
    is_open = program.code_policy == CodePolicy.ALWAYS
    return Policy(
        click_policy="first" if program.click_policy == "first" else "last",
        window_days=program.window_days,
        code_policy=program.code_policy,  # type: ignore[arg-type]
        code_policies=CLICK_BOUND_TYPES if is_open else (),
        precedence="click" if program.precedence == "click" else "code",
        is_binding_on=program.is_binding_customers,
        is_crediting_renewals=program.is_crediting_renewals,
        is_paid_ad_first=program.is_yielding_to_ads,
        self_referral=program.self_referral,  # type: ignore[arg-type]
        duplicate_order=program.duplicate_order,  # type: ignore[arg-type]
        second_account=program.second_account,  # type: ignore[arg-type]
    )


def make_code_candidate(
    code: Code, *, discount_minor: int, position: int, used_by: str = ""
) -> CodeCandidate:
    """Return a creator's code, loaded WITH_PARTY, as a candidate for the order it stands on."""
    return CodeCandidate(
        party=make_party(code.enrollment),
        code=code.text,
        discount_minor=discount_minor,
        position=position,
        disabled_at=_earliest(code.disabled_at, _closed_at(code.enrollment.program)),
        used_by=used_by,
    )


def make_party(enrollment: Enrollment) -> Party:
    """Return a place, loaded with group, program and creator, as attribution sees it."""
    affiliation = enrollment.affiliation
    return Party(
        enrollment=str(enrollment.pk),
        affiliation=str(affiliation.pk),
        program=str(enrollment.program_id),
        partner_type=enrollment.group.partner_type,
        joined_at=enrollment.joined_at,
        suspended_at=_earliest(affiliation.suspended_at, affiliation.affiliate.erased_at),
        email_hash=affiliation.email_hash,
    )


def _is_settled(current: Attribution, order: Order) -> bool:
    if current.by_id is not None:
        return True
    return Commission.objects.filter(order=order, released_at__isnull=False).exists()


def _attribute(
    order: Order,
    state: OrderState,
    candidates: list[Candidate],
    doubles: tuple[Double, ...],
    links: Links,
) -> domain.AttributionResult:
    snapshot, placed_at = state.snapshot, effective_placed_at(state)
    assert snapshot is not None and placed_at is not None  # noqa: S101
    programs = Program.objects.filter(brand_id=order.brand_id)
    people = list_people(order, candidates)
    facts = OrderFacts(
        placed_at=placed_at,
        email_hash=snapshot.customer.email_hash,
        has_paid_marker=snapshot.has_paid_marker,
        is_test=state.is_test,
        bad_tokens=_bad_tokens(state, links),
        doubles=doubles,
        accounts=people.accounts,
        addresses=people.addresses,
    )
    return domain.attribute(
        order=facts,
        candidates=candidates,
        policies={str(program.pk): policy_of(program) for program in programs},
    )


def _gather(order: Order, state: OrderState, links: Links) -> Iterator[Candidate]:
    yield from _subscription(order)
    yield from _bound(order, state)
    yield from _codes(order, state)
    yield from _clicks(order, state, links)


def _subscription(order: Order) -> Iterator[SubscriptionCandidate]:
    first = _find_first_credit(order)
    if first is None or first.enrollment is None:
        return
    yield SubscriptionCandidate(
        party=make_party(first.enrollment),
        first_order=first.order.number,
        first_at=first.order.placed_at or first.at,
    )


def _find_first_credit(order: Order) -> Attribution | None:
    """Return who has the first order of the subscription that an order renews."""
    first = find_first_order(order)
    return find_current(first) if first is not None else None


def _bound(order: Order, state: OrderState) -> Iterator[BoundCandidate]:
    assert state.snapshot is not None  # noqa: S101
    email_hash = state.snapshot.customer.email_hash
    if not email_hash:
        return
    rows = CustomerBinding.objects.filter(brand_id=order.brand_id, customer_hash=email_hash)
    for row in rows.select_related(*WITH_PARTY):
        yield BoundCandidate(
            party=make_party(row.enrollment),
            bound_at=row.bound_at,
            until=_find_binding_end(row),
            orders=row.orders,
        )


def _find_binding_end(binding: CustomerBinding) -> datetime | None:
    """Return when the last order that a binding holds for was placed, once it was."""
    if binding.orders is None:
        return None
    rows = Order.objects.filter(
        brand_id=binding.brand_id,
        kind=OrderKind.ORDER,
        customer_hash=binding.customer_hash,
        is_test=False,
        placed_at__gte=binding.bound_at,
    )
    placed = rows.order_by("placed_at", "pk").values_list("placed_at", flat=True)
    return next(iter(placed[binding.orders - 1 : binding.orders]), None)


def _codes(order: Order, state: OrderState) -> Iterator[CodeCandidate]:
    assert state.snapshot is not None  # noqa: S101
    used = [d for d in state.snapshot.discounts if d.kind == "code" and d.code]
    rows = Code.objects.filter(
        brand_id=order.brand_id, normalised__in={discount.code for discount in used}
    ).select_related(*WITH_PARTY)
    by_text = {code.normalised: code for code in rows}
    takers = find_takers(order) if any(code.is_single_use for code in rows) else {}
    for position, discount in enumerate(used):
        code = by_text.get(discount.code)
        if code is None:
            continue
        yield make_code_candidate(
            code,
            discount_minor=discount.amount,
            position=position,
            used_by=takers[code.pk].number if code.pk in takers else "",
        )


def _clicks(order: Order, state: OrderState, links: Links) -> Iterator[ClickCandidate]:
    tokens = {token.click_id: token for token in _read_tokens(state)}
    stored = {click.id: click for click in Click.objects.filter(id__in=list(tokens))}
    for click_id, token in tokens.items():
        link = links.get(token.link_id)
        if link is None:
            continue
        click = stored.get(click_id)
        yield ClickCandidate(
            party=make_party(link.enrollment),
            click=str(click_id),
            link=link.public_id,
            at=click.at if click else token_time(order, token),
            verdict=_COUNTED[Verdict(click.verdict)] if click else "recovered",
        )


def _bad_tokens(state: OrderState, links: Links) -> tuple[BadToken, ...]:
    """Return the tokens that prove nothing here: not ours, or of another brand's link."""
    found = []
    for click in state.clicks:
        read = read_token(settings.CLICK_TOKEN_KEYS, click.token)
        if isinstance(read, TokenRefusal):
            found.append(BadToken(click.token, read.value))
        elif read.link_id not in links:
            found.append(BadToken(click.token, "foreign"))
    return tuple(found)


def _read_tokens(state: OrderState) -> list[ClickToken]:
    read = (read_token(settings.CLICK_TOKEN_KEYS, click.token) for click in state.clicks)
    return [token for token in read if isinstance(token, ClickToken)]


def _links(order: Order, state: OrderState) -> Links:
    """Return the brand's own links among those of an order's tokens, by id."""
    ids = {token.link_id for token in _read_tokens(state)}
    rows: QuerySet[Link] = Link.objects.filter(brand_id=order.brand_id, pk__in=ids)
    return {link.pk: link for link in rows.select_related(*WITH_PARTY)}


def _closed_at(program: Program) -> datetime | None:
    return program.status_at if program.status in {"closed", "draft"} else None


def _earliest(*times: datetime | None) -> datetime | None:
    known = [time for time in times if time is not None]
    return min(known) if known else None


def _hash_signals(order: Order, state: OrderState, doubles: Sequence[Double]) -> str:
    """Hash what attribution reads of the order: only a change of it decides anew."""
    snapshot = state.snapshot
    assert snapshot is not None  # noqa: S101
    first = _find_first_credit(order)
    signals = (
        sorted((click.token, click.carrier) for click in state.clicks),
        [(d.kind, d.code, d.amount) for d in snapshot.discounts],
        snapshot.customer.email_hash,
        snapshot.has_paid_marker,
        state.is_test,
        str(effective_placed_at(state)),
        *([first.enrollment_id] if first else []),
        *[(code, taker.pk) for code, taker in find_takers(order).items()],
        *((one.affiliation, one.order, one.signal) for one in doubles),
    )
    return hashlib.sha256(json.dumps(signals).encode()).hexdigest()


def _store(  # an attribution, and whose word it is where a person decided
    order: Order,
    result: domain.AttributionResult,
    signals: str,
    now: datetime,
    *,
    by_id: int | None = None,
    reason: str = "",
) -> Attribution:
    Attribution.objects.filter(order=order, is_current=True).update(is_current=False)
    winner = result.winner
    stored = domain.to_json(result)
    row = Attribution.objects.create(
        brand_id=order.brand_id,
        order=order,
        enrollment_id=int(winner.party.enrollment) if winner else None,
        signal=_SIGNALS[winner.kind] if winner else "",
        code=result.code,
        params=stored["params"],
        candidates={"rows": stored["rows"], "flags": stored["flags"]},
        signals_hash=signals,
        at=now,
        by_id=by_id,
        reason=reason[:500],
    )
    if winner is None:
        return row
    return Attribution.objects.select_related(*WITH_PARTY).get(pk=row.pk)
