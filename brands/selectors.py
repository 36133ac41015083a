"""Reads of brands: rules in force, terms, stores, teams."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.module_loading import import_string

from brands import models
from brands.domain.bases import BasePolicy
from brands.domain.rules import Conditions, Rule, effective_rules
from core.models import Brand, BrandStatus

_CONNECTION_ID = re.compile(r"con_[0-9a-z]{1,25}")
_PROGRAM_ID = re.compile(r"prg_[0-9a-z]{1,25}")
PUBLIC_STATUSES = (
    models.ProgramStatus.LIVE,
    models.ProgramStatus.PAUSED,
    models.ProgramStatus.CLOSED,
)


@dataclass(frozen=True, slots=True)
class SetupStep:
    """A step to the first order: `code` brand, program, rules, terms, store, test, live or invite.

    `state` is done, next (the first to be done), to_do or waits (for the store);
    `program` is the public id of the program it is about, empty while it cannot be taken.
    """

    code: str
    state: str
    program: str = ""


def list_rules_at(program: models.Program, at: datetime) -> tuple[models.RuleSet, tuple[Rule, ...]]:
    """Return the rule set in force for an order placed then, and its rules as pricing sees them.

    :raises brands.domain.rules.NoRuleVersion: the program has none yet.
    """
    rule_set = effective_rules(versions=list_standing_rules(program), at=at)
    return rule_set, list_rules_of(rule_set)


def list_paying_views(program_ids: Iterable[int]) -> set[int]:
    """Return the programs that pay, paid or will pay for views by a rule."""
    rows = models.Rule.objects.filter(
        kind=models.RuleKind.IMPRESSION,
        rule_set__program_id__in=list(program_ids),
        rule_set__withdrawn_at__isnull=True,
    )
    return set(rows.values_list("rule_set__program_id", flat=True))


def list_rules_of(rule_set: models.RuleSet) -> tuple[Rule, ...]:
    """Return the rules of a version as pricing sees them; a rule's id is its primary key."""
    return list_rules_of_all([rule_set])[rule_set.pk]


def list_rules_of_all(rule_sets: Iterable[models.RuleSet]) -> dict[int, tuple[Rule, ...]]:
    """Return the rules of several versions by the version's primary key, in one query."""
    found: dict[int, list[Rule]] = {rule_set.pk: [] for rule_set in rule_sets}
    rows = models.Rule.objects.filter(rule_set_id__in=found).order_by("rule_set_id", "position")
    for row in rows:
        found[row.rule_set_id].append(_to_rule(row))
    return {pk: tuple(rules) for pk, rules in found.items()}


def find_latest_rules(program: models.Program) -> models.RuleSet | None:
    """Return the newest version that was not withdrawn, in force or still to come."""
    return list_standing_rules(program).last()


def list_standing_rules(program: models.Program) -> QuerySet[models.RuleSet]:
    """Return the versions that are, were or will be in force, the oldest first."""
    rows = models.RuleSet.objects.filter(program=program, withdrawn_at__isnull=True)
    return rows.order_by("version")


def get_next_version(program: models.Program) -> int:
    """Return the number of the next version; that of a withdrawn one is not given again."""
    newest = models.RuleSet.objects.filter(program=program).order_by("-version").first()
    return newest.version + 1 if newest else 1


def list_rule_sets(program: models.Program) -> QuerySet[models.RuleSet]:
    """Return all versions of the rules, newest first, withdrawn ones too."""
    rows = models.RuleSet.objects.filter(program=program)
    return rows.select_related("published_by").order_by("-version")


def find_latest_terms(program: models.Program) -> models.Terms | None:
    """Return the newest version of the terms: the one to be accepted."""
    return models.Terms.objects.filter(program=program).order_by("-version").first()


def find_terms(program: models.Program, version: int) -> models.Terms | None:
    """Return a version of the terms, however old."""
    return models.Terms.objects.filter(program=program, version=version).first()


def list_terms(program: models.Program) -> QuerySet[models.Terms]:
    """Return all versions of the terms, newest first."""
    return models.Terms.objects.filter(program=program).order_by("-version")


def get_base_policy(program: models.Program) -> BasePolicy:
    """Return what the program counts, from its settings."""
    return BasePolicy(
        before_discount=program.is_base_before_discount,
        include_tax=program.is_base_with_tax,
        include_shipping=program.is_base_with_shipping,
        exclude_gift_cards=program.is_base_without_gift_cards,
        cap_order=program.cap_order,
        currency=program.currency,
    )


def list_setup_steps(brand: Brand) -> list[SetupStep]:
    """Return the steps until the brand's first program runs, in the order in which they are done.

    They are about its live program, or else the oldest one.
    """
    programs = list(list_programs(brand))
    live = [program for program in programs if program.status == models.ProgramStatus.LIVE]
    program = next(iter(live or programs), None)
    has_rules = program is not None and find_latest_rules(program) is not None
    has_store = list_connections(brand).filter(is_active=True).exists()
    heard, tried, invited = (import_string(path)(brand) for path in settings.SETUP_FACTS)
    facts = {
        "brand": True,
        "program": program is not None,
        "rules": has_rules,
        "terms": has_rules,
        "store": has_store and heard,
        "test": tried,
        "live": bool(live),
        "invite": invited,
    }
    # A store that is connected waits for its first event; the next step is another one.
    waiting = {"store"} if has_store and not heard else set()
    following = next(
        (code for code, is_done in facts.items() if not (is_done or code in waiting)), ""
    )
    return [
        SetupStep(
            code,
            _step_state(code, waiting, following, is_done=is_done),
            "" if program is None or (code == "invite" and not live) else program.public_id,
        )
        for code, is_done in facts.items()
    ]


def _step_state(code: str, waiting: set[str], following: str, *, is_done: bool) -> str:
    if is_done:
        return "done"
    if code in waiting:
        return "waits"
    return "next" if code == following else "to_do"


def list_programs(brand: Brand) -> QuerySet[models.Program]:
    """Return the brand's programs, oldest first."""
    return models.Program.objects.filter(brand=brand).order_by("pk")


def list_open_programs() -> QuerySet[models.Program]:
    """Return what the public directory shows: live, listed, of active brands, no sandboxes."""
    return (
        models.Program.objects.filter(
            status=models.ProgramStatus.LIVE,
            is_listed=True,
            brand__status=BrandStatus.ACTIVE,
            brand__sandbox_of__isnull=True,
            brand__archived_at__isnull=True,
        )
        .select_related("brand")
        .order_by("brand__name", "name", "pk")
    )


def find_public_program(brand_slug: str, program_slug: str) -> models.Program | None:
    """Return a program whose page anyone may see."""
    if "\0" in brand_slug + program_slug:
        return None
    return _public_programs().filter(brand__slug=brand_slug, slug=program_slug).first()


def list_public_programs(public_ids: Iterable[str]) -> QuerySet[models.Program]:
    """Return those of these programs whose page anyone may see."""
    wanted = [one for one in public_ids if _PROGRAM_ID.fullmatch(one)]
    return _public_programs().filter(public_id__in=wanted)


def _public_programs() -> QuerySet[models.Program]:
    """Return what has a page for anyone: not a draft, not a sandbox's, of an active brand."""
    return models.Program.objects.filter(
        status__in=PUBLIC_STATUSES,
        brand__status=BrandStatus.ACTIVE,
        brand__sandbox_of__isnull=True,
        brand__archived_at__isnull=True,
    ).select_related("brand")


def was_ever_live(brand: Brand) -> bool:
    """Say whether a program of the brand has left its draft: before, the team sets it up."""
    return (
        models.Program.objects.filter(brand=brand)
        .exclude(status=models.ProgramStatus.DRAFT)
        .exists()
    )


def list_groups(program: models.Program) -> QuerySet[models.Group]:
    """Return the program's groups, the default one first."""
    return models.Group.objects.filter(program=program).order_by("-is_default", "name", "pk")


def list_groups_of_brand(brand: Brand) -> QuerySet[models.Group]:
    """Return the groups of all programs of a brand, newest first."""
    return models.Group.objects.filter(brand=brand).select_related("program").order_by("-pk")


def list_questions(program: models.Program) -> QuerySet[models.Question]:
    """Return what the program asks of applicants, in its order."""
    return program.questions.filter(retired_at__isnull=True).order_by("position", "pk")


def list_vetting_points(program: models.Program) -> QuerySet[models.VettingPoint]:
    """Return what the program's team checks before it approves somebody, in its order."""
    return program.vetting_points.filter(retired_at__isnull=True).order_by("position", "pk")


def get_default_group(program: models.Program) -> models.Group:
    """Return the group a creator joins when nobody picks one."""
    return models.Group.objects.get(program=program, is_default=True)


def find_open_sandbox(brand: Brand) -> Brand | None:
    """Return the brand's open sandbox twin."""
    return Brand.objects.filter(sandbox_of=brand, archived_at__isnull=True).first()


def list_members(brand: Brand) -> QuerySet[models.Member]:
    """Return the team, in the order in which they joined."""
    return models.Member.objects.filter(brand=brand).select_related("user").order_by("pk")


def list_connections(brand: Brand) -> QuerySet[models.StoreConnection]:
    """Return the brand's stores, oldest first."""
    return models.StoreConnection.objects.filter(brand=brand).order_by("pk")


def find_connection(public_id: str) -> models.StoreConnection | None:
    """Return the active connection a delivery was sent to, with its brand."""
    if not _CONNECTION_ID.fullmatch(public_id):
        return None
    rows = models.StoreConnection.objects.select_related("brand").filter(
        public_id=public_id, is_active=True, brand__archived_at__isnull=True
    )
    return rows.first()


def live_secrets(of: models.StoreConnection | models.Endpoint, now: datetime) -> tuple[str, ...]:
    """Return the secrets a delivery may be signed with, newest first; `now` is real time."""
    until = of.old_secret_until
    if until is None or now >= until:
        return (of.secret,)
    return (of.secret, of.old_secret)


def list_endpoints(brand: Brand) -> QuerySet[models.Endpoint]:
    """Return where the brand's events go, oldest first, each with what it lacks."""
    lacking = Q(deliveries__status=models.DeliveryStatus.FAILED)
    waiting = Q(deliveries__status=models.DeliveryStatus.WAITING)
    rows = models.Endpoint.objects.filter(brand=brand).order_by("pk")
    return rows.defer("secret", "old_secret").annotate(
        waiting_count=Count("deliveries", filter=waiting),
        failed_count=Count("deliveries", filter=lacking),
    )


def list_deliveries(endpoint: models.Endpoint, status: str) -> QuerySet[models.EventDelivery]:
    """Return what became of its events, with each call; of one status where it is given."""
    rows = endpoint.deliveries.select_related("event").prefetch_related(
        Prefetch("calls", queryset=models.DeliveryTry.objects.order_by("-pk"))
    )
    known = status in models.DeliveryStatus.values
    return (rows.filter(status=status) if known else rows).defer("body")


def list_rails(brand: Brand) -> QuerySet[models.RailSettings]:
    """Return the brand's rails, switched on or off."""
    return models.RailSettings.objects.filter(brand=brand).order_by("rail")


def read_details(row: models.RailSettings | None) -> dict[str, str]:
    """Return what a rail's settings say beside keys, by name."""
    details: dict[str, str] = json.loads((row and row.details) or "{}")
    return details


def list_missing_minimums(brand: Brand, currencies: Sequence[str]) -> list[str]:
    """Return those currencies for which no minimum is set: they are not paid."""
    minimums = models.PayoutPolicy.objects.get(brand=brand).minimums
    return sorted(set(currencies) - set(minimums))


def _to_rule(row: models.Rule) -> Rule:
    return Rule(
        rule_id=row.pk,
        position=row.position,
        name=row.name,
        kind=row.kind,  # type: ignore[arg-type]  # a CHECK holds the choices
        rate_bps=row.rate_bps,
        amounts=row.amounts,
        conditions=Conditions.from_json(row.conditions),
        is_pro_rata=row.is_pro_rata,
        cap_order=row.cap_order,
        max_payments=row.max_payments,
        max_months=row.max_months,
    )


def list_link_hosts(brand_ids: Collection[int]) -> dict[int, str]:
    """Return the proven link domains of brands, by brand."""
    rows = models.LinkHost.objects.filter(brand_id__in=brand_ids, verified_at__isnull=False)
    return dict(rows.values_list("brand_id", "host"))


def find_link_host(brand_id: int) -> str:
    """Return the proven link domain of a brand, "" where it has none."""
    return list_link_hosts([brand_id]).get(brand_id, "")


def find_cookie_domain(brand_id: int) -> str:
    """Return the domain for which a brand's proven link domain sets the cookie, "" for none."""
    proven = models.LinkHost.objects.filter(brand_id=brand_id, verified_at__isnull=False)
    return proven.values_list("cookie_domain", flat=True).first() or ""
