"""Signatures that vendors publish in their own suites, where the shared collection is."""

import json
from dataclasses import dataclass

from tests.tracking.payloads import SHARED

FOLDER = SHARED / "signatures"


@dataclass(frozen=True)
class Vector:
    """What was signed with which key, and the headers that came of it."""

    name: str
    key: str
    body: bytes
    headers: dict[str, str]
    url: str


def list_vectors(prefix: str) -> list[Vector]:
    """Return the vectors of a platform; none where the collection is not."""
    path = FOLDER / "vectors.json"
    if not path.is_file():
        return []
    return [
        Vector(one["id"], one["key"], _read_body(one), one["header"], one.get("url", ""))
        for one in json.loads(path.read_bytes())
        if one["id"].startswith(prefix)
    ]


def _read_body(vector: dict[str, str]) -> bytes:
    if "body" in vector:
        return vector["body"].encode()
    return (FOLDER / vector["body_file"]).read_bytes()
