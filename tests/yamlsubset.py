"""Read the YAML of docker-compose.yml: block mappings and lists, anchors, merges, flow lists.

Anything else is refused, so that what this reads is what every YAML reader reads.
"""

import json
import re
from typing import Any

PAIR = re.compile(r"([A-Za-z<][\w<.-]*):(?:\s+(.*))?")
PLAIN = re.compile(r"[A-Za-z0-9./$][^#]*")
ANCHOR = re.compile(r"&(\w+)")
ALIAS = re.compile(r"\*(\w+)")

Lines = list[tuple[int, str]]


class NotPlain(ValueError):
    """YAML of a kind that this file does not read."""


def read_yaml(text: str) -> dict[str, Any]:
    """Return the mapping that `text` holds.

    :raises NotPlain: it uses more of YAML than is read here.
    """
    lines = [
        (len(line) - len(line.lstrip(" ")), line.strip())
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    found = _block(lines, 0, {})
    if lines or not isinstance(found, dict):
        raise NotPlain(lines[0][1] if lines else "no mapping")
    return found


def _block(lines: Lines, indent: int, anchors: dict[str, Any]) -> Any:
    if lines[0][1].startswith("- "):
        return _list(lines, indent)
    merged: dict[str, Any] = {}
    found: dict[str, Any] = {}
    while lines and lines[0][0] == indent:
        line = lines.pop(0)[1]
        pair = PAIR.fullmatch(line)
        if pair is None or pair[1] in found:
            raise NotPlain(line)
        value = _value(pair[2] or "", lines, indent, anchors)
        if pair[1] == "<<":
            merged |= value
        else:
            found[pair[1]] = value
    return merged | found


def _list(lines: Lines, indent: int) -> list[Any]:
    found = []
    while lines and lines[0][0] == indent and lines[0][1].startswith("- "):
        found.append(_scalar(lines.pop(0)[1][2:]))
    return found


def _value(text: str, lines: Lines, indent: int, anchors: dict[str, Any]) -> Any:
    if alias := ALIAS.fullmatch(text):
        return anchors[alias[1]]
    anchor = ANCHOR.fullmatch(text)
    if text and anchor is None:
        return _scalar(text)
    nested = _block(lines, lines[0][0], anchors) if lines and lines[0][0] > indent else None
    if anchor:
        anchors[anchor[1]] = nested
    return nested


def _scalar(text: str) -> Any:
    if text[0] in '["':
        return json.loads(text)
    if not PLAIN.fullmatch(text) or ": " in text:
        raise NotPlain(text)
    return {"true": True, "false": False}.get(text, text)
