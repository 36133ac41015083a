"""A program's settings: shown in sections, changed with what changes and from when said first."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for
from brands.context import brand_page, why_not
from brands.forms.notice import say_notice
from brands.forms.programs import SECTIONS, SettingsForm
from brands.models import ChangeSubject, PendingChange, Program, ProgramStatus
from brands.selectors import (
    find_latest_rules,
    find_latest_terms,
    list_programs,
    list_rules_of,
)
from brands.selectors_terms import find_notice_end, preview_terms
from brands.services.changes import announce_program_change
from brands.services.notice import AlreadyAnnounced, NoticeNeeded, is_worse_change
from brands.services.programs import (
    TRANSITIONS,
    ProgramNotReady,
    StatusNotAllowed,
    set_program_status,
    update_program,
)
from brands.views.common import find_program, pick_program, program_page, program_url
from brands.views.notice import ask_for_day, say_already
from core import formats
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.templatetags.fairshare import current_language

TITLES: Mapping[str, str | Promise] = {
    "identity": gettext_lazy("Identity"),
    "tracking": gettext_lazy("Tracking and credit"),
    "hold": gettext_lazy("Hold"),
    "base": gettext_lazy("What counts"),
}
COLUMNS = (("identity", "hold", "base"), ("tracking",))
SHOWN_AT_ONCE = frozenset({"name", "about", "disclosure", "is_listed", "landing_url"})
SAFARI_DAYS = 7


@require_GET
@door
def list_all(request: HttpRequest, slug: str) -> HttpResponse:
    """List the brand's programs."""
    access = get_brand_for(request.user, slug)
    rows = [
        (program, program_url("brands:program-settings", access, program))
        for program in list_programs(access.brand)
    ]
    off = why_not(access, Right.MANAGE)
    context = brand_page(access, rows=rows, off=off, nav_current="brands:program-settings")
    return render(request, "brands/program_list.html", context)


@require_GET
@door
def show_settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all settings of one program."""
    access = get_brand_for(request.user, slug)
    program = find_program(request, access)
    if program is None:
        return see_other(reverse("brands:setup", args=[slug]))
    sections = [[_show_section(access, program, key) for key in column] for column in COLUMNS]
    context = program_page(
        access,
        program,
        "brands:program-settings",
        sections=sections,
        moves=[move for move in ProgramStatus.values if move in TRANSITIONS[program.status]],
        status_says=_say_status(program, program.status),
        rules=find_latest_rules(program),
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "brands/program_settings.html", context)


@require_http_methods(["GET", "POST"])
@door
def edit(request: HttpRequest, slug: str, section: str) -> HttpResponse:
    """Change one section: the form, then what changes and from when, then it is saved."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program = pick_program(request, access)
    if section not in SECTIONS:
        raise NotFound
    form = SECTIONS[section](posted(request), program=program)
    is_ready = request.method == "POST" and "back" not in request.POST and form.is_valid()
    changes = form.list_changes() if is_ready else {}
    here = program_url("brands:program-settings", access, program)
    context = program_page(
        access, program, "brands:program-settings", form=form, title=TITLES[section], back_url=here
    )
    if not is_ready:
        is_wrong = form.is_bound and "back" not in request.POST
        status = 422 if is_wrong else 200
        return render(request, "brands/program_edit.html", context, status=status)
    if not changes:
        messages.info(request, _("Nothing was changed."))
        return see_other(here)
    if "confirm" not in request.POST:
        context |= _preview(program, form, changes)
        return render(request, "brands/program_confirm.html", context)
    return save_settings(request, access, program, form, changes, back_url=here)


def save_settings(
    request: HttpRequest,
    access: BrandAccess,
    program: Program,
    form: Form,
    changes: Mapping[str, Any],
    *,
    back_url: str,
) -> HttpResponse:
    """Save settings that hold from now on, or ask from which day where creators need notice."""
    by: dict[str, Any] = {"actor_id": access.member.user_id, "now": brand_now(access.brand)}
    try:
        update_program(program_id=program.pk, **by, **changes)
    except AlreadyAnnounced as error:
        messages.error(request, say_already(error))
    except NoticeNeeded as needed:
        return ask_for_day(
            request,
            access,
            needed,
            form=form,
            change=PendingChange(
                subject=ChangeSubject.PROGRAM, program=program, changes=dict(changes)
            ),
            announce=lambda day: announce_program_change(
                program_id=program.pk, changes=changes, applies_at=day, **by
            ),
            back_url=back_url,
        )
    else:
        messages.success(request, _("Saved. It holds for what comes from now on."))
    return see_other(back_url)


@require_http_methods(["GET", "POST"])
@door
def change_status(request: HttpRequest, slug: str, status: str) -> HttpResponse:
    """Say what starting, pausing or closing does, then do it."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program = pick_program(request, access)
    if status not in TRANSITIONS[program.status]:
        raise NotFound
    here = program_url("brands:program-settings", access, program)
    if request.method == "POST":
        return _set_status(request, access, program, status)
    context = program_page(
        access,
        program,
        "brands:program-settings",
        title=_status_title(program, status),
        effects=_say_status(program, status),
        button=_status_button(status),
        tone="problem" if status == ProgramStatus.CLOSED else "",
        is_ready=find_latest_terms(program) is not None,
        back_url=here,
    )
    return render(request, "brands/program_status.html", context)


def _set_status(
    request: HttpRequest, access: BrandAccess, program: Program, status: str
) -> HttpResponse:
    try:
        set_program_status(
            program_id=program.pk,
            status=status,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    except ProgramNotReady:
        messages.error(request, _("Publish rules first: the terms are made from them."))
    except StatusNotAllowed:
        messages.error(request, _("Somebody changed the status meanwhile; nothing was done."))
    else:
        messages.success(request, str(_say_status(program, status)[0]))
    return see_other(program_url("brands:program-settings", access, program))


def _show_section(
    access: BrandAccess, program: Program, key: str
) -> tuple[str, str, str, list[tuple[str, str]]]:
    form = SECTIONS[key](program=program)
    rows = [(str(field.label), _say_value(form, name)) for name, field in form.fields.items()]
    url = program_url("brands:program-edit", access, program, key)
    return key, str(TITLES[key]), url, rows


def _say_value(form: SettingsForm, name: str, value: Any = None) -> str:
    """Say a setting as a person reads it; without a value the program's own."""
    field = form.fields[name]
    given = getattr(form.program, name) if value is None else value
    if isinstance(given, bool):
        return _("Yes") if given else _("No")
    choices = dict(getattr(field, "choices", ()) or ())
    if isinstance(given, str) and given in choices:
        return str(choices[given])
    if name in {"window_days", "hold_days"}:
        return _days(given)
    text = field.prepare_value(given)
    return str(text) if text not in {None, ""} else _("None")


def _preview(program: Program, form: SettingsForm, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes one by one, what each does, and whether the terms will read otherwise."""
    rows = [
        {
            "label": form.fields[name].label,
            "before": _say_value(form, name),
            "after": _say_after(form, name, value),
            "effect": _say_effect(program, name, value),
        }
        for name, value in changes.items()
    ]
    latest = find_latest_terms(program)
    version = latest.version + 1 if latest and _changes_terms(program, changes) else None
    change = PendingChange(subject=ChangeSubject.PROGRAM, program=program, changes=dict(changes))
    is_worse = version is not None and is_worse_change(program, change)
    notice = find_notice_end(program, brand_now(program.brand)) if is_worse else None
    return {
        "changes": rows,
        "count": len(rows),
        "next_version": version,
        "notice": say_notice(notice, program.brand.time_zone) if notice else "",
    }


def _say_after(form: SettingsForm, name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return _("None")
    return _say_value(form, name, value)


def _say_effect(program: Program, name: str, value: Any) -> str:
    said = {
        "max_creators": _("Who is in stays, also above the limit."),
        "is_auto_approving": _("Applications from now on; those that wait keep waiting for you."),
    }
    if name in {"hold_days", "hold_anchor"}:
        return _say_hold(program, value if name == "hold_days" else program.hold_days)
    if name == "window_days":
        return _say_window(value)
    if name in SHOWN_AT_ONCE:
        return _("Seen at once.")
    if name.startswith(("is_base", "cap_", "budget")):
        return _("Orders priced for the first time from now on. Earlier ones keep theirs.")
    return said.get(name) or _("Orders from now on. Credit that was given stays.")


def _say_hold(program: Program, days: int) -> str:
    count_pending: Callable[[Program], int] = import_string(settings.COUNT_PENDING)
    pending = count_pending(program)
    kept = ngettext(
        "%(count)s pending commission keeps its date.",
        "%(count)s pending commissions keep their dates.",
        pending,
    ) % {"count": formats.number_text(pending, language=current_language())}
    return _("Orders from now use %(days)s. %(kept)s") % {"days": _days(days), "kept": kept}


def _say_window(days: int) -> str:
    effect = _("Orders from now on. Credit that was given stays.")
    if days <= SAFARI_DAYS:
        return effect
    safari = _(
        "Safari may forget a visitor after 7 days unless the store sets the cookie on its server."
    )
    return f"{effect} {safari}"


def _changes_terms(program: Program, changes: Mapping[str, Any]) -> bool:
    rule_set, latest = find_latest_rules(program), find_latest_terms(program)
    if rule_set is None or latest is None:
        return False
    changed = copy.copy(program)
    for name, value in changes.items():
        setattr(changed, name, value)
    clauses = preview_terms(changed, list_rules_of(rule_set), rule_set.effective_from)
    return bool(latest.generated != [clause.to_json() for clause in clauses])


def _days(days: int) -> str:
    text = formats.number_text(days, language=current_language())
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": text}


def _status_title(program: Program, status: str) -> str:
    titles = {
        ProgramStatus.LIVE: _("Go live with %(program)s"),
        ProgramStatus.PAUSED: _("Pause %(program)s"),
        ProgramStatus.CLOSED: _("Close %(program)s"),
    }
    return titles[ProgramStatus(status)] % {"program": formats.isolate(program.name)}


def _status_button(status: str) -> str:
    buttons = {
        ProgramStatus.LIVE: _("Go live"),
        ProgramStatus.PAUSED: _("Pause program"),
        ProgramStatus.CLOSED: _("Close program"),
    }
    return buttons[ProgramStatus(status)]


def _say_status(program: Program, status: str) -> list[str]:
    """Say what a status does to links, new orders, pending money and creators."""
    effects = {
        ProgramStatus.DRAFT: [
            _("A draft: only your team sees it, and nobody can join."),
        ],
        ProgramStatus.LIVE: [
            _("The program is live: creators can join, clicks and codes earn."),
            _("Its page is open to everyone, in the directory where it is listed.")
            if program.is_listed
            else _("Its page is open to everyone who has the address."),
        ],
        ProgramStatus.PAUSED: [
            _("The program is paused: nobody new can join."),
            _("Existing links and codes keep earning."),
            _("Pending commissions keep their dates and are paid."),
            _("Creators are not mailed."),
        ],
        ProgramStatus.CLOSED: [
            _("The program is closed: clicks and codes no longer earn."),
            _("Links still lead to the store. A click made before keeps its window."),
            _("Commissions that were earned keep their dates and are paid."),
            _("Creators are not mailed. You can open the program again."),
        ],
    }
    return effects[ProgramStatus(status)]
