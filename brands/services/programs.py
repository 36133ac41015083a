"""Programs: their settings, and whether they run."""

import copy
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.db import transaction

from brands.domain.amounts import are_amounts
from brands.domain.codelinks import is_pattern
from brands.domain.destinations import Refused, check_destination, normalise_domain
from brands.models import ChangeSubject, Group, PendingChange, Program, ProgramStatus
from brands.selectors import find_latest_terms
from brands.services.notice import check_change_notice
from brands.services.terms import refresh_terms
from core import audit
from core.locks import lock_row
from core.money import exponent
from core.slugs import free_slug

DEFAULT_GROUP = "Standard"
DEFAULT_HOLD_DAYS = 30
MAX_WINDOW_DAYS = 365

_ALIAS = re.compile(r"[a-z0-9_-]{1,20}")

TRANSITIONS: Mapping[str, frozenset[str]] = {
    ProgramStatus.DRAFT: frozenset({ProgramStatus.LIVE}),
    ProgramStatus.LIVE: frozenset({ProgramStatus.PAUSED, ProgramStatus.CLOSED}),
    ProgramStatus.PAUSED: frozenset({ProgramStatus.LIVE, ProgramStatus.CLOSED}),
    ProgramStatus.CLOSED: frozenset({ProgramStatus.LIVE}),
}


class HoldOutOfRange(ValueError):
    """This installation allows another range of hold days."""

    def __init__(self, days: int) -> None:
        self.days, self.low, self.high = days, settings.HOLD_DAYS_MIN, settings.HOLD_DAYS_MAX
        super().__init__(f"{days} days are not within {self.low} to {self.high}")


class WindowOutOfRange(ValueError):
    """A click window is 1 to 365 days."""


class AmountsInvalid(ValueError):
    """A cap or a budget is not a positive whole of minor units of a known currency."""


class AliasInvalid(ValueError):
    """A link parameter is 1 to 20 of `a-z 0-9 _ -`."""


class CodeUrlInvalid(ValueError):
    """A pattern of addresses that apply a code is none that is known."""


class DomainRefused(ValueError):
    """A domain cannot be one a link leads to; `refused` says why."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(f"{refused.code}: {refused.detail}")
        self.refused = refused


class LandingRefused(ValueError):
    """The landing page is no https page on the program's domains; `refused` says why."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(f"{refused.code}: {refused.detail}")
        self.refused = refused


class StatusNotAllowed(ValueError):
    """The program cannot go from its status to that one."""


class ProgramNotReady(ValueError):
    """A program goes live with rules and terms, which are not published yet."""


class ProgramSettings(TypedDict, total=False):
    """What of a program may be changed, by the names of its columns; the currency stays."""

    name: str
    about: str
    disclosure: str
    own_terms: str
    is_listed: bool
    is_auto_approving: bool
    max_creators: int | None
    landing_url: str
    domains: Sequence[str]
    ref_aliases: Sequence[str]
    code_url: str
    window_days: int
    click_policy: str
    precedence: str
    code_policy: str
    is_binding_customers: bool
    binding_orders: int | None
    is_keeping_rate: bool
    is_crediting_renewals: bool
    is_yielding_to_ads: bool
    self_referral: str
    second_account: str
    duplicate_order: str
    is_honouring_gpc: bool
    hold_days: int
    hold_anchor: str
    is_base_before_discount: bool
    is_base_with_tax: bool
    is_base_with_shipping: bool
    is_base_without_gift_cards: bool
    cap_order: Mapping[str, int]
    cap_creator_week: Mapping[str, int]
    cap_creator_month: Mapping[str, int]
    cap_creator_quarter: Mapping[str, int]
    cap_creator_lifetime: Mapping[str, int]
    budget_minor: int | None


class NewProgramSettings(TypedDict, total=False):
    """What may be given beside the needed facts when a program is made."""

    about: str
    own_terms: str
    is_auto_approving: bool
    window_days: int
    hold_days: int


@transaction.atomic
def create_program(
    *,
    brand_id: int,
    name: str,
    currency: str,
    landing_url: str,
    domains: Sequence[str],
    actor_id: int,
    now: datetime,
    **more: Unpack[NewProgramSettings],
) -> Program:
    """Make a draft program with its default group; rules are published next.

    :raises core.money.UnknownCurrency: the code is not in the exponent table.
    :raises HoldOutOfRange: outside what this installation allows.
    :raises WindowOutOfRange: not 1 to 365 days.
    :raises DomainRefused: a domain is none.
    :raises LandingRefused: the landing page is not on the domains.
    """
    exponent(currency)
    program = Program(
        brand_id=brand_id,
        slug=_free_slug(brand_id, name),
        name=name,
        status_at=now,
        currency=currency,
        landing_url=landing_url,
        domains=list(domains),
        created_at=now,
        **{"hold_days": _usual_hold(), **more},
    )
    check_hold_days(program.hold_days)
    _tidy(program)
    program.save()
    Group.objects.create(brand_id=brand_id, program=program, name=DEFAULT_GROUP, is_default=True)
    audit.record(
        brand_id=brand_id,
        actor_id=actor_id,
        action="program.created",
        target=program,
        now=now,
        after={"name": name, "currency": currency, "landing_url": program.landing_url},
    )
    return program


@transaction.atomic
def update_program(
    *, program_id: int, actor_id: int, now: datetime, **changes: Unpack[ProgramSettings]
) -> Program:
    """Change settings for what comes from now on; commissions that exist keep theirs.

    A new version of the terms is published where they would read otherwise.

    :raises brands.services.notice.NoticeNeeded: it is worse for creators, who must have notice.
    :raises brands.services.notice.AlreadyAnnounced: another value of one is announced.
    :raises HoldOutOfRange: outside what this installation allows.
    :raises WindowOutOfRange: not 1 to 365 days.
    :raises DomainRefused: a domain is none.
    :raises LandingRefused: the landing page is not on the domains.
    :raises AmountsInvalid: a cap or the budget cannot be one.
    :raises AliasInvalid: a link parameter cannot be one.
    :raises CodeUrlInvalid: the pattern of addresses that apply a code cannot be one.
    :raises TypeError: a name that is not of ProgramSettings.
    """
    program = lock_row(Program, program_id)
    check_program(program, changes)
    change = PendingChange(subject=ChangeSubject.PROGRAM, program=program, changes=dict(changes))
    check_change_notice(program=program, change=change, at=now, now=now)
    change_program(program, changes, actor_id=actor_id, now=now)
    refresh_terms(program=program, now=now)
    return program


def check_program(program: Program, changes: Mapping[str, Any]) -> None:
    """Check settings without saving them; raises what update_program raises for their values."""
    if not changes.keys() <= ProgramSettings.__annotations__.keys():
        raise TypeError(f"not settings of a program: {sorted(changes)}")
    changed = copy.copy(program)
    for name, value in changes.items():
        setattr(changed, name, value)
    _tidy(changed)
    if changed.hold_days != program.hold_days:
        check_hold_days(changed.hold_days)


def change_program(
    program: Program, changes: Mapping[str, Any], *, actor_id: int, now: datetime
) -> None:
    """Change settings of a locked program, of which creators had the notice they must have."""
    before = {name: getattr(program, name) for name in changes}
    for name, value in changes.items():
        setattr(program, name, value)
    _tidy(program)
    changed = [name for name, old in before.items() if getattr(program, name) != old]
    if not changed:
        return
    program.save(update_fields=changed)
    audit.record(
        brand_id=program.brand_id,
        actor_id=actor_id,
        action="program.updated",
        target=program,
        now=now,
        before={name: before[name] for name in changed},
        after={name: getattr(program, name) for name in changed},
    )


@transaction.atomic
def set_program_status(*, program_id: int, status: str, actor_id: int, now: datetime) -> Program:
    """Start, pause, close or open again.

    :raises StatusNotAllowed: not a step from where it is.
    :raises ProgramNotReady: it would go live without rules and terms.
    """
    program = lock_row(Program, program_id)
    before = program.status
    if status not in TRANSITIONS[before]:
        raise StatusNotAllowed(f"{program.public_id}: from {before} to {status}")
    if status == ProgramStatus.LIVE and find_latest_terms(program) is None:
        raise ProgramNotReady(program.public_id)
    program.status, program.status_at = status, now
    program.save(update_fields=["status", "status_at"])
    audit.record(
        brand_id=program.brand_id,
        actor_id=actor_id,
        action="program.status_set",
        target=program,
        now=now,
        before={"status": before},
        after={"status": status},
    )
    return program


def check_hold_days(days: int) -> None:
    """Hold the installation's range.

    :raises HoldOutOfRange: outside of it.
    """
    if not settings.HOLD_DAYS_MIN <= days <= settings.HOLD_DAYS_MAX:
        raise HoldOutOfRange(days)


def _usual_hold() -> int:
    return max(settings.HOLD_DAYS_MIN, min(DEFAULT_HOLD_DAYS, settings.HOLD_DAYS_MAX))


def _free_slug(brand_id: int, name: str) -> str:
    rows = Program.objects.filter(brand_id=brand_id)
    return free_slug(
        name, fallback="program", is_taken=lambda slug: rows.filter(slug=slug).exists()
    )


def _tidy(program: Program) -> None:
    """Check the settings together and bring domains and landing page into their plain form."""
    if not 1 <= program.window_days <= MAX_WINDOW_DAYS:
        raise WindowOutOfRange(f"{program.window_days} days")
    _check_amounts(program)
    if program.code_url and not is_pattern(program.code_url):
        raise CodeUrlInvalid(program.code_url[:80])
    program.ref_aliases = _normalise_aliases(program.ref_aliases)
    program.domains = _normalise_domains(program.domains)
    landing = check_destination(program.landing_url, program.domains, allow_local=settings.LOCAL)
    if isinstance(landing, Refused):
        raise LandingRefused(landing)
    program.landing_url = landing


def _check_amounts(program: Program) -> None:
    budget = {} if program.budget_minor is None else {program.currency: program.budget_minor}
    caps = (program.cap_order, *program.caps_creator.values(), budget)
    if not all(map(are_amounts, caps)):
        raise AmountsInvalid(program.public_id)


def _normalise_aliases(aliases: Sequence[str]) -> list[str]:
    plain = [alias.strip().lower() for alias in aliases]
    for alias in plain:
        if not _ALIAS.fullmatch(alias):
            raise AliasInvalid(alias[:40])
    return list(dict.fromkeys(plain))


def _normalise_domains(domains: Sequence[str]) -> list[str]:
    plain: list[str] = []
    for domain in domains:
        host = normalise_domain(domain, allow_local=settings.LOCAL)
        if isinstance(host, Refused):
            raise DomainRefused(host)
        plain.append(host)
    if not plain:
        raise DomainRefused(Refused("url.no_domain"))
    return list(dict.fromkeys(plain))
