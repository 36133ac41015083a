"""Links and codes beside what they brought.

Who counts that is named in settings: it is an app above this one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from affiliates.domain.figures import NOTHING, Figures
from affiliates.models import Code, Link, LinkSlug
from affiliates.selectors import short_url

CountLinks = Callable[[Sequence[Link]], Mapping[int, Figures]]
CountCodes = Callable[[Sequence[Code]], Mapping[int, Figures]]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as lists show it; `old_slugs` are those that still lead here, on its own page."""

    link: Link
    slug: str
    figures: Figures
    old_slugs: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return short_url(self.slug)


@dataclass(frozen=True, slots=True)
class CodeRow:
    code: Code
    figures: Figures


def list_link_rows(links: Iterable[Link]) -> list[LinkRow]:
    """Return rows for links that carry `current_slug`."""
    rows = list(links)
    count = cast("CountLinks", import_string(settings.FIGURES_OF["links"]))
    figures = count(rows)
    return [
        LinkRow(link, getattr(link, "current_slug", ""), figures.get(link.pk, NOTHING))
        for link in rows
    ]


def load_link_row(link: Link) -> LinkRow:
    """Return the row of one link, with every slug it ever had."""
    slugs = LinkSlug.objects.filter(link=link).order_by("-is_current", "-pk")
    current, *old = slugs.values_list("slug", flat=True)
    count = cast("CountLinks", import_string(settings.FIGURES_OF["links"]))
    return LinkRow(link, current, count([link]).get(link.pk, NOTHING), tuple(old))


def list_code_rows(codes: Iterable[Code]) -> list[CodeRow]:
    rows = list(codes)
    count = cast("CountCodes", import_string(settings.FIGURES_OF["codes"]))
    figures = count(rows)
    return [CodeRow(code, figures.get(code.pk, NOTHING)) for code in rows]
