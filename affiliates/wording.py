"""Say why a slug or a UTM value cannot be had, and for whom something is.

Addresses: see brands.wording.
"""

from collections.abc import Collection, Mapping

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from affiliates.domain.segments import Segment
from affiliates.services.bulk import LeftOut
from core import formats

_SLUGS: Mapping[str, str] = {
    "slug.in_use": gettext_noop("%(slug)s leads to another link. Choose another one."),
    "slug.retired": gettext_noop(
        "%(slug)s belonged to another link before. Slugs are never given twice, so old posts keep "
        "their credit."
    ),
}

_UTM: Mapping[str, str] = {
    "utm.too_long": gettext_noop("This value is too long."),
    "utm.unprintable": gettext_noop("Use letters, digits, spaces and signs only."),
    "utm.address": gettext_noop(
        "An e-mail address cannot stand here: it would reach everyone who reads the statistics."
    ),
    "utm.placeholder": gettext_noop("Only these can stand in braces: %(placeholders)s."),
}

LEFT_OUT: Mapping[LeftOut, Promise] = {
    LeftOut.ALREADY: gettext_lazy("It is so already"),
    LeftOut.NO_PLACE: gettext_lazy("Not in the program of this group"),
    LeftOut.FULL: gettext_lazy("Has as many tags as a creator may have"),
    LeftOut.DECIDED: gettext_lazy("Somebody decided otherwise before you"),
    LeftOut.MEMBER: gettext_lazy("In the program already, by an invitation"),
    LeftOut.SUSPENDED: gettext_lazy("Suspended here: reinstate the creator first"),
    LeftOut.CLOSED: gettext_lazy("The program is closed and takes nobody in"),
    LeftOut.NO_ROOM: gettext_lazy("The program is full: raise its limit in the settings first"),
}


def render_slug_taken(slug: str, code: str) -> str:
    """Say why a slug cannot be had."""
    return _(_SLUGS[code]) % {"slug": formats.isolate_ltr(slug)}


def render_utm_fault(code: str, allowed: Collection[str]) -> str:
    """Say why a UTM value cannot be one; `allowed` are the placeholders that could stand there."""
    known = ", ".join(formats.isolate_ltr(one) for one in allowed)
    return _(_UTM[code]) % {"placeholders": known}


def describe_segment(segment: Segment, names: Mapping[str, str]) -> list[str]:
    """Say for whom something is, part by part; `names`: of groups and kinds, by their ids."""
    languages = dict(settings.LANGUAGES)
    parts = [
        (_("Groups: %(names)s"), [names.get(one, one) for one in segment.groups]),
        (_("Kinds: %(names)s"), [names.get(one, one) for one in segment.partner_types]),
        (_("Tags: %(names)s"), segment.tags),
        (_("Readers of %(names)s"), [str(languages.get(one, one)) for one in segment.languages]),
    ]
    said = [text % {"names": ", ".join(named)} for text, named in parts if named]
    if segment.activity:
        said.append(_say_activity(segment))
    return said or [_("Everyone")]


def _say_activity(segment: Segment) -> str:
    days = {"days": segment.days}
    if segment.activity == "with":
        text = ngettext(
            "With an order in the last %(days)s day",
            "With an order in the last %(days)s days",
            segment.days,
        )
    else:
        text = ngettext(
            "Without an order in the last %(days)s day",
            "Without an order in the last %(days)s days",
            segment.days,
        )
    return text % days
