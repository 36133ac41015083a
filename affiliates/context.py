"""What the pages of a creator have in common: in which brands he looks, and by whose clock."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.http import HttpRequest

from affiliates.access import list_affiliations
from affiliates.models import (
    Affiliation,
    Application,
    ApplicationStatus,
    Enrollment,
    Invitation,
)
from affiliates.selectors_resources import count_unread
from brands.models import Program
from core.clock import brand_now, database_now
from core.models import Brand


@dataclass(frozen=True, slots=True)
class Scope:
    """The places in brands a page is about.

    `brand`: the one chosen; None means all of them together, sandboxes apart: their money is play
    money and their clock is their own, so a sandbox is always looked at alone.
    """

    affiliations: tuple[Affiliation, ...]
    brand: Brand | None
    choices: tuple[Brand, ...]

    @property
    def query(self) -> str:
        """Return what keeps the choice in a link."""
        return f"?brand={self.brand.slug}" if self.brand else ""

    def now(self) -> datetime:
        return brand_now(self.brand) if self.brand else database_now()


def read_scope(request: HttpRequest) -> Scope:
    """Return the scope `?brand=` names; another's or unknown brand means all of his own."""
    places = tuple(list_affiliations(request.user))
    choices = tuple(place.brand for place in places)
    wanted = request.GET.get("brand", "")
    chosen = next((place for place in places if place.brand.slug == wanted), None)
    real = tuple(place for place in places if not place.brand.is_sandbox)
    if chosen is None and not real and places:
        chosen = places[0]
    if chosen is not None:
        return Scope((chosen,), chosen.brand, choices)
    return Scope(real, None, choices)


def has_invited(brand: Brand) -> bool:
    """Say whether the brand invited anybody, by mail or by a link, or somebody came by himself."""
    is_asked = Application.objects.filter(brand=brand).exists()
    return is_asked or Invitation.objects.filter(brand=brand, revoked_at=None).exists()


def count_members(program: Program) -> int:
    """Count the creators who accepted terms of the program: members, and who asked to join."""
    waiting = Application.objects.filter(program=program, status=ApplicationStatus.SUBMITTED)
    return Enrollment.objects.filter(program=program).count() + waiting.count()


def creator_page(scope: Scope, **context: Any) -> dict[str, Any]:
    """Return the context of a creator's page: the scope, the brand for the bar, and its own."""
    is_demo = any(place.brand.is_demo for place in scope.affiliations)
    return {"scope": scope, "brand": scope.brand, "is_demo": is_demo, **context}


def unread_news(request: HttpRequest) -> dict[str, Any]:
    """Give the pages of creators what was not read yet: counted only where a page shows it."""
    user = getattr(request, "user", None)
    return {"unread_news": cache(lambda: count_unread(list_affiliations(user)) if user else 0)}
