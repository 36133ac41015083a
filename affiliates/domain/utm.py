"""UTM values of a link: what may stand in them, and what their placeholders become.

`{subid}` is filled per click, the others when a link is saved. Values say nothing personal: a
creator is an id that only the brand can look up.
"""

import re
from collections.abc import Collection, Mapping, Sequence

MAX_UTM = 100
SUB_ID = "{subid}"
PLACEHOLDERS = ("{creator}", "{link}", "{program}", SUB_ID)

_PLACEHOLDER = re.compile(r"\{[^{}]*\}|[{}]")
_JOINTS = " -_.|/:"


def find_fault(value: str, *, allowed: Collection[str]) -> str:
    """Say by code why this cannot be a UTM value: `utm.…`, or "" where it can."""
    if len(value) > MAX_UTM:
        return "utm.too_long"
    if not value.isprintable():
        return "utm.unprintable"
    if "@" in value or "%40" in value:
        return "utm.address"
    known = all(found in allowed for found in _PLACEHOLDER.findall(value))
    return "" if known else "utm.placeholder"


def fill(pattern: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a template for one link; `words` by placeholder. `{subid}` stays."""
    filled = {key: _put(value, words) for key, value in pattern.items()}
    return {key: _cut(value) for key, value in filled.items() if value}


def fill_sub_id(value: str, sub_ids: Sequence[str]) -> str:
    """Return a value with the click's first sub-id in place; an e-mail address is never put in."""
    if SUB_ID not in value:
        return value
    first = sub_ids[0] if sub_ids else ""
    return _cut(_put(value, {SUB_ID: "" if "@" in first else first}))


def _put(value: str, words: Mapping[str, str]) -> str:
    """Fill in; what joined an empty word to the rest goes with it."""
    for placeholder, word in words.items():
        value = value.replace(placeholder, word)
    return value.strip(_JOINTS) if "" in words.values() else value


def _cut(value: str) -> str:
    """Shorten a value, unless a placeholder in it might be cut in two: it is filled first."""
    return value if SUB_ID in value else value[:MAX_UTM]
