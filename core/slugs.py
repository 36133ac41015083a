"""Slugs of brands and programs: made from a name, unique among those of the same kind."""

from collections.abc import Callable

from django.utils.text import slugify

from core.ids import random_text

MAX_STEM = 50


def free_slug(name: str, *, fallback: str, is_taken: Callable[[str], bool]) -> str:
    """Return a slug of the name that is free now; a race still meets the unique key.

    A name without Latin letters gets `fallback` and six random characters.
    """
    stem = slugify(name)[:MAX_STEM].strip("-_") or f"{fallback}-{random_text(6)}"
    if not is_taken(stem):
        return stem
    numbered = (f"{stem}-{n}" for n in range(2, 100))
    return next((slug for slug in numbered if not is_taken(slug)), f"{stem}-{random_text(8)}")
