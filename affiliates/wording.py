"""Say why a slug cannot be had, in the reader's language. Addresses: see brands.wording."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import formats

_SLUGS: Mapping[str, str] = {
    "slug.in_use": gettext_noop("%(slug)s leads to another link. Choose another one."),
    "slug.retired": gettext_noop(
        "%(slug)s belonged to another link before. Slugs are never given twice, so old posts keep "
        "their credit."
    ),
}


def render_slug_taken(slug: str, code: str) -> str:
    """Say why a slug cannot be had."""
    return _(_SLUGS[code]) % {"slug": formats.isolate_ltr(slug)}
