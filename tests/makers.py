"""Rows for tests, made in the plainest way: one function a kind, keyword arguments only."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from affiliates.models import Affiliate, Affiliation, Enrollment, Link, LinkSlug
from brands.models import Group, Program, RuleSet, Terms
from core.models import Brand, User

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
SHOP = "shop.example"

_numbers = count(1)


def make_user(**fields: Any) -> User:
    return User.objects.create_user(
        fields.pop("email", f"user{next(_numbers)}@mail.example"), **fields
    )


def make_brand(**fields: Any) -> Brand:
    number = next(_numbers)
    defaults = {"slug": f"brand-{number}", "name": f"Brand {number}", "created_at": NOW}
    return Brand.objects.create(**(defaults | fields))


def make_program(*, brand: Brand | None = None, **fields: Any) -> Program:
    defaults = {
        "slug": f"program-{next(_numbers)}",
        "name": "Main",
        "status": "live",
        "status_at": NOW,
        "currency": "EUR",
        "landing_url": f"https://{SHOP}/",
        "domains": [SHOP],
        "created_at": NOW,
    }
    return Program.objects.create(brand=brand or make_brand(), **(defaults | fields))


def make_rule_set(*, program: Program, version: int = 1) -> RuleSet:
    return RuleSet.objects.create(
        brand=program.brand,
        program=program,
        version=version,
        effective_from=NOW,
        published_at=NOW,
    )


def make_terms(*, program: Program, version: int = 1) -> Terms:
    return Terms.objects.create(
        brand=program.brand,
        program=program,
        version=version,
        generated=[],
        rule_set=make_rule_set(program=program, version=version),
        published_at=NOW,
    )


def make_affiliation(*, brand: Brand, **fields: Any) -> Affiliation:
    person = Affiliate.objects.create(user=make_user(), display_name="Anna", created_at=NOW)
    defaults = {"email_hash": "0" * 32, "created_at": NOW}
    return Affiliation.objects.create(brand=brand, affiliate=person, **(defaults | fields))


def make_enrollment(*, program: Program | None = None, **fields: Any) -> Enrollment:
    program = program or make_program()
    group, _ = Group.objects.get_or_create(
        brand=program.brand, program=program, name="Creators", defaults={"is_default": True}
    )
    terms = Terms.objects.filter(program=program).last() or make_terms(program=program)
    return Enrollment.objects.create(
        brand=program.brand,
        affiliation=fields.pop("affiliation", None) or make_affiliation(brand=program.brand),
        program=program,
        group=group,
        terms=terms,
        terms_accepted_at=NOW,
        joined_at=NOW,
        **fields,
    )


def make_link(*, enrollment: Enrollment | None = None, slug: str = "", **fields: Any) -> Link:
    enrollment = enrollment or make_enrollment()
    defaults = {"destination_url": f"https://{SHOP}/tea", "created_at": NOW}
    link = Link.objects.create(brand=enrollment.brand, enrollment=enrollment, **(defaults | fields))
    LinkSlug.objects.create(
        slug=slug or f"slug{next(_numbers)}", brand=link.brand, link=link, created_at=NOW
    )
    return link
