"""What the pages of a program share: which program, its tabs, its addresses."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from brands.access import BrandAccess, NotFound, Right, get_program_for
from brands.context import brand_page
from brands.models import ChangeSubject, Program
from brands.selectors import list_programs
from brands.selectors_terms import list_open_changes
from brands.wording_terms import describe_pending

STEPS = {"earlier": -1, "later": 1}
"""How far the buttons of a list in an order move a row."""

Tab = tuple[str, str, bool, int | None]


def find_program(request: HttpRequest, access: BrandAccess) -> Program | None:
    """Return the program `?program=` names, or else the brand's oldest; None while it has none.

    :raises NotFound: it names none of this brand.
    """
    named = request.GET.get("program", "")
    return get_program_for(access, named) if named else list_programs(access.brand).first()


def pick_program(request: HttpRequest, access: BrandAccess) -> Program:
    """Return the program a page is about.

    :raises NotFound: there is none.
    """
    program = find_program(request, access)
    if program is None:
        raise NotFound
    return program


def program_url(name: str, access: BrandAccess, program: Program, *args: Any) -> str:
    """Return the address of a page about a program."""
    return f"{reverse(name, args=[access.brand.slug, *args])}?program={program.public_id}"


def program_page(access: BrandAccess, program: Program, tab: str, **context: Any) -> dict[str, Any]:
    """Return the context of a page of the program section; `tab` is the current one's URL name."""
    return brand_page(
        access,
        program=program,
        programs=list(list_programs(access.brand)),
        query=f"?program={program.public_id}",
        tabs=_list_tabs(access, program, tab),
        nav_current="brands:program-settings",
        announced=_list_announced(access, program),
        **context,
    )


def _list_announced(access: BrandAccess, program: Program) -> list[dict[str, Any]]:
    """Return each announced change with what the terms will say then, and who may take it back."""
    return [
        {
            "change": change,
            "lines": describe_pending(program, change),
            "can_cancel": access.can(
                Right.MONEY if change.subject == ChangeSubject.PAYOUTS else Right.MANAGE
            ),
        }
        for change in list_open_changes(program)
    ]


def _list_tabs(access: BrandAccess, program: Program, current: str) -> list[Tab]:
    named = (
        ("brands:program-settings", _("Settings")),
        ("brands:rules", _("Rules")),
        ("brands:groups", _("Groups")),
        ("tracking:health", _("Tracking")),
        ("portal:tiers", _("Tiers")),
        ("brands:terms", _("Terms")),
        ("brands:questions", _("Questions")),
        ("affiliates:asset-list", _("Resources")),
        ("affiliates:announcement-list", _("Announcements")),
        ("brands:rails", _("Payouts")),
    )
    return [
        (program_url(name, access, program), label, name == current, None) for name, label in named
    ]
