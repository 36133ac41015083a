"""The way from nothing to a program that runs: brand, program, first rule, store, live."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, Right, get_brand_for
from brands.context import brand_page
from brands.domain.rules import Rule
from brands.forms.programs import BrandForm, FirstRuleForm, ProgramForm
from brands.models import Program
from brands.selectors import find_latest_rules, get_base_policy, list_programs, list_setup_steps
from brands.services.brands import create_brand, usual_minimum
from brands.services.rules import RuleDraft, StaleRules, publish_rules
from brands.services.setup import start_program
from brands.views.common import pick_program, program_url
from brands.wording import render_example
from brands.wording_schedule import say_schedule
from core.access import NotFound
from core.clock import brand_now, database_now
from core.edges import door, posted, see_other
from core.models import User
from core.money import Money


@require_http_methods(["GET", "POST"])
@door
def create(request: HttpRequest) -> HttpResponse:
    """Open a brand; the reader becomes its owner."""
    owner = cast(User, request.user)  # the door lets nobody else in
    if not (settings.ALLOW_BRAND_SIGNUP or owner.is_staff):
        raise NotFound
    form = BrandForm(posted(request), initial={"time_zone": owner.time_zone or "UTC"})
    if request.method == "POST" and form.is_valid():
        brand = create_brand(
            owner_id=owner.pk,
            name=form.cleaned_data["name"],
            time_zone=form.cleaned_data["time_zone"],
            now=database_now(),
        )
        return see_other(reverse("brands:setup", args=[brand.slug]))
    status = 422 if form.is_bound else 200
    return render(request, "brands/create.html", {"form": form}, status=status)


@require_GET
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """List the steps until the program runs."""
    access = get_brand_for(request.user, slug)
    steps = list_setup_steps(access.brand)
    context = brand_page(
        access,
        steps=steps,
        done=sum(step.state == "done" for step in steps),
        all=len(steps),
        is_live=any(step.code == "live" and step.state == "done" for step in steps),
    )
    return render(request, "brands/setup.html", context)


@require_http_methods(["GET", "POST"])
@door
def create_program(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a program with what is usual filled in."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    form = ProgramForm(posted(request), initial=_guess_program(access))
    form.brand_name = access.brand.name
    if request.method == "POST" and form.is_valid():
        program = start_program(
            brand_id=access.brand.pk,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            **form.cleaned_data,
        )
        return see_other(program_url("brands:setup-rules", access, program))
    context = brand_page(
        access,
        form=form,
        usual=Money(usual_minimum(_currency(form)), _currency(form)),
        schedule=say_schedule(access.brand.payout_policy.schedule),
        nav_current="brands:program-settings",
    )
    return render(
        request, "brands/program_create.html", context, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "POST"])
@door
def ask_first_rule(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what creators earn, and publish it as the program's one rule.

    `preview` only answers with the example.
    """
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program = pick_program(request, access)
    if find_latest_rules(program) is not None:
        return see_other(program_url("brands:rules", access, program))
    is_preview = "preview" in request.POST
    form = FirstRuleForm(posted(request), currency=program.currency)
    if request.method == "POST" and not is_preview and form.is_valid():
        return _publish_first(request, access, program, _draft(form, program))
    draft = _draft(form, program) if not form.is_bound or form.is_valid() else None
    context = brand_page(
        access,
        form=form,
        program=program,
        example=_say_example(program, draft) if draft else "",
        nav_current="brands:program-settings",
    )
    is_wrong = form.is_bound and not is_preview
    return render(request, "brands/first_rule.html", context, status=422 if is_wrong else 200)


def _publish_first(
    request: HttpRequest, access: BrandAccess, program: Program, draft: RuleDraft
) -> HttpResponse:
    now = brand_now(access.brand)
    try:
        publish_rules(
            program_id=program.pk,
            drafts=[draft],
            effective_from=now,
            actor_id=access.member.user_id,
            now=now,
            base_version=0,
        )
    except StaleRules:
        messages.error(request, _("Somebody else published rules meanwhile; here they are."))
        return see_other(program_url("brands:rules", access, program))
    messages.success(request, _("The rule is published, and the terms say it."))
    return see_other(reverse("brands:setup", args=[access.brand.slug]))


def _draft(form: FirstRuleForm, program: Program) -> RuleDraft:
    """Return the rule the form asks for; an untouched form asks for 10 %."""
    if not form.is_bound:
        return RuleDraft(name=_("All products"), kind="percent", rate_bps=1000)
    data = form.cleaned_data
    if data["kind"] == "percent":
        return RuleDraft(name=_("All products"), kind="percent", rate_bps=data["rate_bps"])
    amounts = {program.currency: data["amount"]}
    return RuleDraft(name=_("Every order"), kind="flat_order", amounts=amounts)


def _say_example(program: Program, draft: RuleDraft) -> str:
    rule = Rule(
        rule_id=1,
        position=1,
        name=draft.name,
        kind=draft.kind,  # type: ignore[arg-type]  # one of the form's choices
        rate_bps=draft.rate_bps,
        amounts=draft.amounts,
    )
    return render_example(rules=[rule], base=get_base_policy(program), currency=program.currency)


def _guess_program(access: BrandAccess) -> dict[str, Any]:
    is_first = not list_programs(access.brand).exists()
    guesses = {"landing_url": access.brand.site_url, "currency": _usual_currency(access)}
    return guesses | ({"name": _("Creators of %s") % access.brand.name} if is_first else {})


def _usual_currency(access: BrandAccess) -> str:
    return next(iter(access.brand.payout_policy.minimums), "EUR")


def _currency(form: ProgramForm) -> str:
    chosen = form.cleaned_data.get("currency", "EUR") if form.is_bound else form.initial["currency"]
    return str(chosen)
