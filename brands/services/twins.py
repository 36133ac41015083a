"""A program copied into the sandbox twin of its brand, to be tried there as it is."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from brands.domain.rules import Rule
from brands.models import Group, PartnerKind, Program, ProgramStatus
from brands.selectors import find_latest_rules, get_default_group, list_groups, list_rules_of
from brands.services.groups import create_group
from brands.services.kinds import add_kind
from brands.services.programs import (
    ProgramSettings,
    change_program,
    create_program,
    set_program_status,
)
from brands.services.rules import RuleDraft, publish_rules

NOT_COPIED = {
    "name",
    "own_terms",
    "landing_url",
    "domains",
    "is_listed",
    "is_auto_approving",
    "max_creators",
}


class NothingToCopy(ValueError):
    """The program has no rules yet."""


@transaction.atomic
def copy_program(*, program_id: int, twin_id: int, actor_id: int, now: datetime) -> Program:
    """Make a live copy with the newest rules, groups and settings; it takes creators in at once.

    Rules for named creators are left out: those creators are not in the twin.

    :raises NothingToCopy: there are no rules.
    """
    source = Program.objects.get(pk=program_id)
    rule_set = find_latest_rules(source)
    if rule_set is None:
        raise NothingToCopy(source.public_id)
    by: dict[str, Any] = {"actor_id": actor_id, "now": now}
    copied = create_program(
        brand_id=twin_id,
        name=source.name,
        currency=source.currency,
        landing_url=source.landing_url,
        domains=source.domains,
        own_terms=source.own_terms,
        is_auto_approving=True,
        **by,
    )
    names = ProgramSettings.__annotations__.keys() - NOT_COPIED
    change_program(copied, {name: getattr(source, name) for name in names}, **by)
    groups = _copy_groups(source, copied, by)
    rules = [rule for rule in list_rules_of(rule_set) if not rule.conditions.enrollments]
    publish_rules(
        program_id=copied.pk,
        drafts=[_draft(rule, groups) for rule in rules],
        effective_from=now,
        base_version=0,
        **by,
    )
    return set_program_status(program_id=copied.pk, status=ProgramStatus.LIVE, **by)


def _copy_groups(source: Program, copied: Program, by: dict[str, Any]) -> dict[int | str, int]:
    default = get_default_group(copied)
    found: dict[int | str, int] = {}
    for group in list_groups(source):
        found[group.pk] = default.pk if group.is_default else _copy_group(group, copied, by).pk
    return found


def _copy_group(group: Group, copied: Program, by: dict[str, Any]) -> Group:
    return create_group(
        program_id=copied.pk,
        name=group.name,
        partner_type=_copy_kind(group, copied, by),
        hold_days=group.hold_days,
        **by,
    )


def _copy_kind(group: Group, copied: Program, by: dict[str, Any]) -> str:
    """Return the group's kind as the twin has it: one of the brand's own is made there too."""
    own = PartnerKind.objects.filter(brand=group.brand, public_id=group.partner_type).first()
    if own is None:
        return group.partner_type
    there = PartnerKind.objects.filter(brand=copied.brand, name__iexact=own.name).first()
    return (there or add_kind(brand_id=copied.brand_id, name=own.name, **by)).public_id


def _draft(rule: Rule, groups: dict[int | str, int]) -> RuleDraft:
    here = tuple(groups[group] for group in rule.conditions.groups)
    return RuleDraft(
        name=rule.name,
        kind=rule.kind,
        rate_bps=rule.rate_bps,
        amounts=rule.amounts,
        conditions=replace(rule.conditions, groups=here),
        is_pro_rata=rule.is_pro_rata,
        cap_order=rule.cap_order,
    )
