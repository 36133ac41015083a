"""UTM templates: a change reaches every link that uses one. Locks: template, then its links."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from affiliates.domain.utm import PLACEHOLDERS, fill, find_fault
from affiliates.models import Enrollment, Link, LinkSlug, UtmTemplate
from brands.models import Program
from core import audit
from core.locks import lock_row

FIELDS = ("source", "medium", "campaign", "term", "content")
BATCH = 500


class UtmInvalid(ValueError):
    """A value cannot be one: `field` and why, by code."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class UtmNameTaken(ValueError):
    """Another template of the program has this name."""


@transaction.atomic
def create_template(
    *, program_id: int, facts: Mapping[str, Any], actor_id: int, now: datetime
) -> UtmTemplate:
    """Make a template of a program. `facts`: name, is_default and the values by FIELDS.

    :raises UtmInvalid: a value cannot be one.
    :raises UtmNameTaken: another template of the program has its name.
    """
    program = lock_row(Program, program_id)
    template = UtmTemplate(program=program, brand_id=program.brand_id, created_at=now)
    _apply(template, facts)
    _record(template, "utm.created", actor_id, now, after=_facts(template))
    return template


@transaction.atomic
def update_template(
    *, template_id: int, facts: Mapping[str, Any], actor_id: int, now: datetime
) -> UtmTemplate:
    """Change a template and every link that uses it, for clicks from now on.

    :raises UtmInvalid: a value cannot be one.
    :raises UtmNameTaken: another template of the program has its name.
    """
    lock_row(Program, UtmTemplate.objects.values_list("program_id", flat=True).get(pk=template_id))
    template = lock_row(UtmTemplate, template_id)
    before = _facts(template)
    _apply(template, facts)
    _fill_links(template)
    _record(template, "utm.updated", actor_id, now, before, _facts(template))
    return template


@transaction.atomic
def delete_template(*, template_id: int, actor_id: int, now: datetime) -> int:
    """Delete a template; returns how many links keep the values it gave them as their own."""
    template = lock_row(UtmTemplate, template_id)
    kept = Link.objects.filter(utm_template=template).update(utm_template=None)
    _record(template, "utm.deleted", actor_id, now, _facts(template))
    template.delete()
    return kept


def fill_template(template: UtmTemplate, place: Enrollment, slug: str) -> dict[str, str]:
    """Return the UTM values a template gives to a link; `{subid}` is left to the click."""
    words = {
        "{creator}": place.affiliation.public_id,
        "{link}": slug,
        "{program}": place.program.slug,
    }
    return fill({field: getattr(template, field) for field in FIELDS}, words)


def _apply(template: UtmTemplate, facts: Mapping[str, Any]) -> None:
    """Take the facts over; the lock on the program keeps names and the standard apart."""
    template.name, template.is_default = facts["name"], facts["is_default"]
    for field in FIELDS:
        setattr(template, field, _check(field, facts[field]))
    others = UtmTemplate.objects.filter(program=template.program).filter(~Q(pk=template.pk))
    if others.filter(name__iexact=template.name).exists():
        raise UtmNameTaken(template.name)
    if template.is_default:
        others.update(is_default=False)
    template.save()


def _fill_links(template: UtmTemplate) -> None:
    rows = Link.objects.filter(utm_template=template).select_related(
        "enrollment__affiliation", "enrollment__program"
    )
    links = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    # Read once the links are locked: a slug that changed meanwhile is the new one here.
    slugs = dict(
        LinkSlug.objects.filter(link__in=links, is_current=True).values_list("link_id", "slug")
    )
    for link in links:
        link.utm = fill_template(template, link.enrollment, slugs[link.pk])
    Link.objects.bulk_update(links, ["utm"], batch_size=BATCH)


def _check(field: str, value: str) -> str:
    plain = " ".join(value.split())
    if code := find_fault(plain, allowed=PLACEHOLDERS):
        raise UtmInvalid(field, code)
    return plain


def _facts(template: UtmTemplate) -> dict[str, Any]:
    return {
        "name": template.name,
        "is_default": template.is_default,
        "utm": {field: value for field in FIELDS if (value := getattr(template, field))},
    }


def _record(
    template: UtmTemplate,
    action: str,
    actor_id: int,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        brand_id=template.brand_id,
        actor_id=actor_id,
        action=action,
        target=template,
        now=now,
        before=before,
        after=after,
    )
