"""What a hostile sender makes of a payload or of a request that was right."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

from tests.fuzz.senders import ADDRESS, Sent

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**30, 0.1, 1e-7, 1e25, "", "0", "-1", "1e5", "NaN",
    "1_0", "12.345", "x" * 3000, "\x00", "\ud800", "٣", [], {}, [[]], [None], [{}], {"amount": "1"},
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1970-01-01T00:00:00-00:00",
    "2026-03-02T10:00:00+23:59", "9" * 15, "10000000000000.00", "EUR", "JPY", "XXX", "refunded",
    "cancelled", "succeeded", "' OR 1=1 --", "<script>", "../../etc/passwd", "%0d%0aX: y",
)  # fmt: skip
NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999999", "-0", "1E400", "9" * 5000, "0x10", "01")
HEADERS = ("", " ", "\u00e9", "v1,", "v1," + "A" * 44, "0", "-1", "9" * 400, "a b", "=" * 30)
STUFFED = (
    b"", b"{", b"[]", b"null", b"\xff\xfe", b"\xef\xbb\xbf{}", b"{}" * 2, b"[" * 50_000,
    b'{"a":' * 20_000, b'{"a":"\\ud800"}', b'{"a":1,"a":2}', b'{"a":NaN}', b"a=b&c=d",
    b"a" * 70_000, b"%00=%ff", b"-----BEGIN PUBLIC KEY-----", b"..", b"e30.e30.e30",
)  # fmt: skip


def mutate(rng: Random, body: bytes) -> bytes:
    """Change fields, bytes or the length of a payload, or put something else in its place."""
    kind = rng.random()
    if kind < 0.6:
        return _change_fields(rng, body)
    if kind < 0.7:
        return _put_numbers(rng, body)
    if kind < 0.9:
        return change_bytes(rng, body)
    if kind < 0.97:
        return body[: rng.randrange(len(body) + 1)] * rng.randint(1, 2)
    return rng.choice(STUFFED)


def change_bytes(rng: Random, body: bytes) -> bytes:
    """Change up to three bytes of a text, for certain."""
    if not body:
        return b"?"
    changed = bytearray(body)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(changed))
        changed[place] = (changed[place] + rng.randint(1, 255)) % 256
    return bytes(changed) if bytes(changed) != body else body + b" x"


def tamper(rng: Random, sent: Sent) -> Sent:
    """Change what was sent after it was signed: body, headers or address."""
    kind = rng.randrange(6)
    if kind == 0 or not sent.headers:
        return replace(sent, body=rng.choice((change_bytes, mutate))(rng, sent.body))
    name = rng.choice(sorted(sent.headers))
    value = sent.headers[name]
    if kind == 1:
        changed = change_bytes(rng, value.encode("latin-1", "replace")).decode("latin-1")
        return replace(sent, headers={**sent.headers, name: changed})
    if kind == 2:
        return replace(sent, headers={**sent.headers, name: rng.choice(HEADERS)})
    if kind == 3:
        kept = {key: one for key, one in sent.headers.items() if key != name}
        return replace(sent, headers=kept)
    if kind == 4:
        return replace(sent, headers={**sent.headers, name: value[: rng.randrange(len(value) + 1)]})
    return replace(
        sent, address=rng.choice((f"{ADDRESS}2", f"{ADDRESS}/", "", "https://x.example"))
    )


def _change_fields(rng: Random, body: bytes) -> bytes:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return change_bytes(rng, body)
    for _ in range(rng.randint(1, 3)):
        places = list(_places(document))
        if not places:
            break
        inside, key = rng.choice(places)
        if rng.random() < 0.15:
            del inside[key]
        else:
            inside[key] = deepcopy(rng.choice(ODD))  # the next change may be inside of it
    return json.dumps(document).encode()


def _put_numbers(rng: Random, body: bytes) -> bytes:
    """Put a number that is none, or is too large, where the payload has one."""
    text = body.decode("latin-1")
    digits = [place for place, sign in enumerate(text) if sign.isdigit()]
    if not digits:
        return body
    place = rng.choice(digits)
    return (text[:place] + rng.choice(NUMBERS) + text[place + 1 :]).encode("latin-1")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a document that a value stands in."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])
