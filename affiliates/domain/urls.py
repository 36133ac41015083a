"""The address a link leads to, and what is added to it for one click."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote_plus

from affiliates.domain.utm import fill_sub_id
from brands.domain.destinations import Refused, check_destination

__all__ = ["CLICK_PARAMETER", "UTM_KEYS", "Refused", "check_destination", "tracked_url"]

CLICK_PARAMETER = "fs_click"
SUB_PARAMETER = "fs_sub"
UTM_KEYS = ("source", "medium", "campaign", "term", "content", "id")


def tracked_url(
    destination: str,
    token: str,
    utm: Mapping[str, str] | None = None,
    sub_ids: Sequence[str] = (),
    extra: Mapping[str, str] | None = None,
) -> str:
    """Add the click token, UTM parameters (keys of UTM_KEYS), sub-ids and others to the query.

    The destination's own parameters stay as they are, byte for byte, and win over ours of the
    same name; only an old `fs_click` is dropped. Without a token (no consent) none is added.
    """
    address, mark, fragment = destination.partition("#")
    base, _, query = address.partition("?")
    parts = query.split("&") if query else []
    kept = [part for part in parts if _name(part) != CLICK_PARAMETER]
    taken = {_name(part) for part in kept}
    added = [
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, value in _list_added(token, utm or {}, sub_ids, extra or {}).items()
        if value and name not in taken
    ]
    new_query = "&".join([*kept, *added])
    return base + (f"?{new_query}" if new_query else "") + mark + fragment


def _list_added(
    token: str, utm: Mapping[str, str], sub_ids: Sequence[str], extra: Mapping[str, str]
) -> dict[str, str]:
    marks = {f"utm_{key}": fill_sub_id(utm[key], sub_ids) for key in UTM_KEYS if key in utm}
    subs = {f"{SUB_PARAMETER}{i}": value for i, value in enumerate(sub_ids, start=1)}
    others = {name: value for name, value in extra.items() if name != CLICK_PARAMETER}
    return {**others, **marks, **subs, CLICK_PARAMETER: token}


def _name(part: str) -> str:
    return unquote_plus(part.partition("=")[0])
