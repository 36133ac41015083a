"""Reads of drafts that were tried on past orders."""

from collections.abc import Sequence

from django.db.models import QuerySet

from brands.domain.rules import Rule
from brands.domain.whatif import Terms, hash_draft
from brands.models import Program, WhatIf
from brands.selectors import get_base_policy


def list_what_ifs(program: Program) -> QuerySet[WhatIf]:
    """Return what was tried in a program, newest first."""
    return WhatIf.objects.filter(program=program).select_related("asked_by").order_by("-pk")


def find_what_if(program: Program, rules: Sequence[Rule]) -> WhatIf | None:
    """Return the newest answer for these very rules with what the program counts now."""
    wanted = hash_draft(Terms(rules, get_base_policy(program)))
    rows = list_what_ifs(program).filter(draft_hash=wanted, result__isnull=False)
    return rows.first()
