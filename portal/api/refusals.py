"""What services refuse, as problems of the API: the one place that maps them."""

from collections.abc import Mapping

from affiliates.services.applications import AlreadyDecided
from affiliates.services.codes import CodeInvalid, CodeTaken
from affiliates.services.errors import (
    AffiliationSuspended,
    AlreadyMember,
    ProgramClosed,
    ProgramFull,
    ProgramNotOpen,
)
from affiliates.services.links import DestinationRefused, SlugInvalid, SlugTaken, TagsInvalid
from core.access import NotFound
from portal.api.errors import Problem

_CODES: Mapping[type[Exception], str] = {
    AffiliationSuspended: "creator_suspended",
    AlreadyDecided: "already_decided",
    AlreadyMember: "already_member",
    CodeTaken: "code_taken",
    ProgramClosed: "program_closed",
    ProgramFull: "program_full",
    ProgramNotOpen: "program_not_live",
    SlugTaken: "slug_taken",
    TagsInvalid: "tags_refused",
}
_FIELDS: Mapping[type[Exception], tuple[str, str]] = {
    SlugInvalid: ("slug", "3 to 40 of A-Z a-z 0-9 _ -, not beginning with a dash."),
    CodeInvalid: ("text", "One word of 3 to 40 characters."),
}
REFUSED: tuple[type[Exception], ...] = (
    NotFound,
    Problem,
    DestinationRefused,
    *_CODES,
    *_FIELDS,
)


def to_problem(error: Exception) -> Problem:
    """Return the problem that a refusal of a service is."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, NotFound):
        return Problem("not_found")
    if isinstance(error, DestinationRefused):
        return Problem("destination_refused", {"destination_url": error.refused.code})
    for kind, (field, why) in _FIELDS.items():
        if isinstance(error, kind):
            return Problem("invalid", {field: why})
    return Problem(next(code for kind, code in _CODES.items() if isinstance(error, kind)))
