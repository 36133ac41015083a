"""A version of rules that has not begun, withdrawn."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.access import NotFound, Right, get_brand_for
from brands.context import brand_page
from brands.models import RuleSet
from brands.selectors import list_groups, list_standing_rules
from brands.selectors_terms import list_coming_rules
from brands.services.rules import RulesBegun, withdraw_rules
from brands.views.common import pick_program, program_url
from brands.wording_coming import describe_coming
from core.clock import brand_now
from core.edges import door, see_other


@require_http_methods(["GET", "POST"])
@door
def withdraw(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Say what will not change, then withdraw the version before it begins."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program, now = pick_program(request, access), brand_now(access.brand)
    if not RuleSet.objects.filter(program=program, version=version).exists():
        raise NotFound
    back_url = program_url("brands:rules", access, program)
    if request.method == "POST":
        try:
            withdraw_rules(
                program_id=program.pk, version=version, actor_id=access.member.user_id, now=now
            )
        except RulesBegun:
            text = _(
                "Version %(version)s cannot be withdrawn: it applies, or was withdrawn before."
            )
            messages.error(request, text % {"version": version})
        else:
            text = _("Version %(version)s is withdrawn. The rules before it stay in force.")
            messages.success(request, text % {"version": version})
        return see_other(back_url)
    coming = [one for one in list_coming_rules(program, now)[1] if one.rule_set.version == version]
    context = brand_page(
        access,
        program=program,
        version=version,
        is_coming=bool(coming),
        standing=list_standing_rules(program).filter(version=version).first(),
        rows=describe_coming(program, coming, list_groups(program)),
        back_url=back_url,
        nav_current="brands:program-settings",
    )
    return render(request, "brands/rules_withdraw.html", context)
