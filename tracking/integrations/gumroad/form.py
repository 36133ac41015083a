"""The form that Gumroad posts."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from tracking.integrations.reading import clean_text
from tracking.services.adapters import PayloadRefused

MAX_FIELDS = 500


def read_form(body: bytes) -> Mapping[str, str]:
    """Return the fields of a form; of a repeated one the last.

    :raises PayloadRefused: `not_utf8`, `too_many`.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise PayloadRefused("not_utf8") from None
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise PayloadRefused("too_many", "form") from None
    return {name: clean_text(value) for name, value in pairs}
