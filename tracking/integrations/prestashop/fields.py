"""How PrestaShop writes times and flags: local times of the shop, and numbers for everything."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracking.integrations.reading import Node, parse_time

NEVER = "0000-00-00 00:00:00"


def find_zone(body: Node) -> ZoneInfo:
    """Return the zone of the shop's times.

    :raises PayloadRefused: none is told, or one that nobody knows.
    """
    body.required("time_zone")
    name = body.text("time_zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        body.refuse("bad_time", "time_zone")


def find_time(node: Node, name: str, zone: ZoneInfo) -> datetime | None:
    """Return a time in UTC; None where the shop writes that there is none.

    :raises PayloadRefused: it is no time.
    """
    text = node.text(name)
    if text in ("", NEVER):
        return None
    try:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        node.refuse("bad_time", name)
    found = parse_time(local.isoformat())
    if found is None:
        node.refuse("bad_time", name)
    return found


def time(node: Node, name: str, zone: ZoneInfo) -> datetime:
    found = find_time(node, name, zone)
    if found is None:
        node.refuse("missing_field", name)
    return found


def is_set(node: Node, name: str) -> bool:
    """Return a flag that is written as 0 or 1.

    :raises PayloadRefused: absent, or anything else.
    """
    node.required(name)
    return node.word(name, {"0": False, "1": True})
