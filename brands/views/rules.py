"""The rules editor: an ordered list, a draft, a live example, and the publication."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.access import BrandAccess, NotFound, Right, get_brand_for
from brands.context import why_not
from brands.domain.examples import price_example_order
from brands.domain.reach import list_unreached
from brands.domain.rules import Rule
from brands.domain.terms import Clause
from brands.forms.notice import say_notice
from brands.forms.rules import ExampleForm, PublishForm, RuleForm
from brands.models import Group, Program, RuleSet
from brands.reasons import explain
from brands.selectors import (
    find_latest_rules,
    find_latest_terms,
    get_base_policy,
    get_next_version,
    list_groups,
    list_rule_sets,
    list_rules_of,
    list_rules_of_all,
    list_standing_rules,
)
from brands.selectors_terms import list_coming_rules, preview_terms
from brands.selectors_whatifs import find_what_if
from brands.services.notice import NoticeNeeded, find_rules_notice
from brands.services.rules import (
    EffectiveInPast,
    RuleInvalid,
    RulesBegun,
    StaleRules,
    is_withdrawable,
    publish_rules,
    replace_rules,
    to_rules,
)
from brands.views.common import pick_program, program_page, program_url
from brands.views.drafts import (
    Draft,
    change_order,
    discard_draft,
    load_draft,
    put_rule,
    rebase_draft,
    save_draft,
    undo_change,
)
from brands.wording import (
    list_conditions,
    render_clause,
    render_counts,
    render_rule,
)
from brands.wording_coming import describe_coming, say_rules
from brands.wording_terms import describe_clauses
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.money import Money
from core.wording import Reader

TAB = "brands:rules"
VERSIONS = 20  # shown, the newest


@require_GET
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the rules in force or in the reader's draft, and what an example order pays."""
    access = get_brand_for(request.user, slug)
    program = pick_program(request, access)
    draft = load_draft(request.session, program)
    latest = find_latest_rules(program)
    groups = list(list_groups(program))
    rules, now = to_rules(draft.rules), brand_now(access.brand)
    in_force, coming = list_coming_rules(program, now)
    is_stale = latest is not None and latest.version != draft.base_version
    versions = list(list_rule_sets(program)[:VERSIONS])
    known, names = list_rules_of_all(versions), {str(group.pk): group.name for group in groups}
    context = program_page(
        access,
        program,
        TAB,
        rows=list_rows(rules, groups),
        draft=draft,
        latest=latest,
        newer=list_rows(list_rules_of(latest), groups) if is_stale and latest else [],
        next_version=get_next_version(program),
        publish_url=_publish_url(access, program, latest, now),
        coming=describe_coming(program, coming, groups),
        in_force=say_rules(in_force, names),
        versions=[(one, say_rules(known[one.pk], names)) for one in versions],
        off=why_not(access, Right.MANAGE),
        now=now,
        **_build_example(request, program, rules, groups),
    )
    return render(request, "brands/rules.html", context)


@require_POST
@door
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Move or delete a rule of the draft, take the last change back, or drop the draft."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program = pick_program(request, access)
    action, _colon, place = request.POST.get("action", "").partition(":")
    draft = load_draft(request.session, program)
    if action == "discard":
        discard_draft(request.session, program)
    elif action == "undo":
        undo_change(request.session, program, draft)
    elif action == "rebase" and place.isdecimal():
        rebase_draft(request.session, program, draft, int(place))
    else:
        _change_place(request, program, draft, action, place)
    return see_other(program_url(TAB, access, program))


@require_http_methods(["GET", "POST"])
@door
def edit(request: HttpRequest, slug: str, place: int = 0) -> HttpResponse:
    """Edit the rule in that place of the draft, or add one at its end."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program = pick_program(request, access)
    draft = load_draft(request.session, program)
    if place > len(draft.rules):
        raise NotFound
    rule = draft.rules[place - 1] if place else None
    form = RuleForm(
        posted(request),
        currency=program.currency,
        groups=list(list_groups(program)),
        draft=rule,
    )
    if request.method == "POST" and form.is_valid():
        rules = put_rule(draft.rules, place - 1 if place else None, form.build())
        save_draft(request.session, program, draft, rules)
        return see_other(program_url(TAB, access, program))
    context = program_page(
        access, program, TAB, form=form, place=place, back_url=program_url(TAB, access, program)
    )
    return render(request, "brands/rule_edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@door
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the terms will say, then publish the draft as the next version."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program = pick_program(request, access)
    draft, latest = load_draft(request.session, program), find_latest_rules(program)
    if not draft.rules:
        messages.error(request, _("Add a rule first: a program without one pays nothing."))
        return see_other(program_url(TAB, access, program))
    now = brand_now(access.brand)
    replaced = latest if latest and request.GET.get("instead") == str(latest.version) else None
    before = _find_before(latest) if replaced else latest
    notice = _find_notice(program, draft, before, now)
    begun = max(now, before.effective_from) if before else now
    earliest = max(begun, notice) if notice else begun
    form = PublishForm(
        posted(request),
        zone=access.brand.time_zone,
        earliest=earliest,
        has_later=earliest > now,
        notice=say_notice(notice, access.brand.time_zone) if notice else "",
        initial={"base_version": draft.base_version},
        replaced_from=replaced.effective_from if replaced else None,
    )
    if request.method == "POST" and form.is_valid():
        service = partial(replace_rules if replaced else publish_rules, now=now)
        answer = _publish(request, access, program, draft, form, service)
        if answer is not None:
            return answer
    context = program_page(
        access,
        program,
        TAB,
        form=form,
        next_version=get_next_version(program),
        latest=latest,
        replaced=replaced,
        may_replace=latest is not None and is_withdrawable(latest, now),
        back_url=program_url(TAB, access, program),
        notice=form.notice,
        what_if=find_what_if(program, to_rules(draft.rules)),
        **_preview_terms(program, to_rules(draft.rules), earliest),
    )
    return render(
        request, "brands/rules_publish.html", context, status=422 if form.is_bound else 200
    )


def list_rows(rules: list[Rule] | tuple[Rule, ...], groups: list[Group]) -> list[dict[str, Any]]:
    """Return each rule as a sentence with its conditions, and what covers it."""
    names = {str(group.pk): group.name for group in groups}
    covered = list_unreached(rules)
    return [
        {
            "position": rule.position,
            "name": rule.name,
            "sentence": render_rule(rule),
            "conditions": list_conditions(rule, names),
            "covered_by": covered.get(rule.position),
            "is_last": index == len(rules),
        }
        for index, rule in enumerate(rules, start=1)
    ]


def _change_place(
    request: HttpRequest, program: Program, draft: Draft, action: str, place: str
) -> None:
    steps = {"up": -1, "down": 1}
    index = int(place) - 1 if place.isdecimal() and len(place) < 4 else -1
    if not 0 <= index < len(draft.rules) or action not in {*steps, "delete"}:
        raise NotFound
    if action == "delete":
        rules = [rule for at, rule in enumerate(draft.rules) if at != index]
        messages.info(request, _("The rule is out of the draft. Undo brings it back."))
    else:
        rules = change_order(draft.rules, index, steps[action])
    save_draft(request.session, program, draft, rules)


def _publish(
    request: HttpRequest,
    access: BrandAccess,
    program: Program,
    draft: Draft,
    form: PublishForm,
    service: Callable[..., RuleSet],
) -> HttpResponse | None:
    try:
        rule_set = service(
            program_id=program.pk,
            drafts=draft.rules,
            effective_from=form.cleaned_data["effective_from"],
            actor_id=access.member.user_id,
            base_version=form.cleaned_data["base_version"],
        )
    except StaleRules:
        return see_other(program_url(TAB, access, program))
    except NoticeNeeded as needed:
        form.add_error("effective_from", say_notice(needed.earliest, access.brand.time_zone))
        return None
    except RulesBegun:
        text = _(
            "Version %(version)s applies already and is not replaced. Let yours begin after it."
        )
        form.add_error(None, text % {"version": draft.base_version})
        return None
    except EffectiveInPast:
        form.add_error("effective_from", _("Rules cannot begin in the past; choose a later time."))
        return None
    except RuleInvalid as error:
        text = _("Rule %(position)s cannot be published as it is; open it and look again.")
        form.add_error(None, text % {"position": error.position})
        return None
    discard_draft(request.session, program)
    messages.success(request, _say_published(rule_set, brand_now(access.brand)))
    return see_other(program_url(TAB, access, program))


def _publish_url(
    access: BrandAccess, program: Program, latest: RuleSet | None, now: datetime
) -> str:
    """Return where the draft is published: in the place of a version that has not begun."""
    url = program_url("brands:rules-publish", access, program)
    may_replace = latest is not None and is_withdrawable(latest, now) and _find_before(latest)
    return f"{url}&instead={latest.version}" if latest and may_replace else url


def _find_before(rule_set: RuleSet | None) -> RuleSet | None:
    """Return the version before that one."""
    if rule_set is None:
        return None
    return list_standing_rules(rule_set.program).filter(version__lt=rule_set.version).last()


def _find_notice(
    program: Program, draft: Draft, latest: RuleSet | None, now: datetime
) -> datetime | None:
    if latest is None:
        return None
    before, after = list_rules_of(latest), to_rules(draft.rules)
    return find_rules_notice(program=program, before=before, after=after, now=now)


def _say_published(rule_set: RuleSet, now: datetime) -> str:
    if rule_set.effective_from > now:
        text = _("Version %(version)s is published. Until it begins, the one before applies.")
    else:
        text = _("Version %(version)s is published. Orders from now on are priced by it.")
    return text % {"version": rule_set.version}


def _build_example(
    request: HttpRequest, program: Program, rules: list[Rule], groups: list[Group]
) -> dict[str, Any]:
    asked = request.GET if "total" in request.GET else None
    form = ExampleForm(asked, currency=program.currency, groups=groups)
    form.is_valid()
    example, base = form.build(), get_base_policy(program)
    pricing = price_example_order(rules=rules, base=base, example=example)
    line, reader = pricing.lines[0], Reader("brand", ZoneInfo(program.brand.time_zone))
    told = [(line.code, line.params), *((step.code, step.params) for step in pricing.steps)]
    return {
        "example_form": form,
        "example": {
            "total": example.total,
            "pays": Money(pricing.total, pricing.currency),
            "line": line,
            "is_percent": line.kind == "percent" and line.earned > 0,
            "counts": render_counts(rules, currency=program.currency, group_id=example.group_id),
            "reasons": [explain(code=code, params=params, reader=reader) for code, params in told],
        },
    }


def _preview_terms(program: Program, rules: list[Rule], start: datetime) -> dict[str, Any]:
    """Return the sentences of the terms to come, and what they say otherwise than the newest."""
    latest = find_latest_terms(program)
    clauses = preview_terms(program, rules, start)
    before = [Clause.from_json(stored) for stored in latest.generated] if latest else []
    return {
        "clauses": [render_clause(clause) for clause in clauses],
        "lines": describe_clauses(before, clauses) if latest else [],
        "latest_terms": latest,
    }
