"""Bodies that strangers might send: bytes, broken JSON, and JSON that nobody should take.

The seam for whoever fuzzes an address that takes JSON: `hostile_bodies()` for Hypothesis, and
`BODIES` for a test that has no time for it.
"""

import json
from typing import Any

from hypothesis import strategies as st

BODIES: tuple[bytes, ...] = (
    b"",
    b" ",
    b"null",
    b"[]",
    b'"text"',
    b"1",
    b"{",
    b"[" * 1000,
    b'{"a":' * 1000,
    b"[" * 21 + b"]" * 21,
    b'{"a":1,"a":2}',
    b'{"a":{"b":1,"b":2}}',
    b'{"a":NaN}',
    b'{"a":-Infinity}',
    b'{"a":1e999}',
    b'{"a":1.5}',
    b'{"a":1e5}',
    b'{"a":' + b"9" * 19 + b"}",
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":-' + b"9" * 19 + b"}",
    b'{"a":"\\u0000"}',
    b'{"\\u0000":1}',
    b'{"a":"\\ud800"}',
    b'{"a":"\\udfff"}',
    b'{"a":"\x00"}',
    b'{"a":"\x1f"}',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b'{"a":"\xff"}',
    b'{"a":"\xed\xa0\x80"}',
    b"{} {}",
    b"{}x",
    b"{'a':1}",
    b'{"a":1,}',
    b'{"a":01}',
    b'{"a":+1}',
    b'{"__proto__":{"x":1}}',
    b'"' + b"\\" * 60_000,
    b'{"a":"' + b"x" * 70_000 + b'"}',
)

_TEXT = st.text(max_size=20)
_LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    _TEXT,
    st.sampled_from(["\0", "\ud800", "1_000", "١٢", " 12 ", "1e5", "true", "x" * 500, "\u202e"]),
)


def hostile_bodies(example: Any = None) -> st.SearchStrategy[bytes]:
    """Return bytes of every kind; with an example also that one with a part of it spoilt."""
    values = st.recursive(
        _LEAF,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(_TEXT, inner, max_size=4)
        ),
        max_leaves=12,
    )
    kinds = [st.binary(max_size=200), st.sampled_from(BODIES), values.map(_write)]
    if example is not None:
        kinds.append(st.builds(_spoil, st.just(example), st.integers(0, 10_000), values))
        kinds.append(st.builds(_cut, st.just(_write(example)), st.integers(0, 10_000), st.binary()))
    return st.one_of(*kinds)


def _write(value: Any) -> bytes:
    return json.dumps(value).encode()


def _spoil(example: Any, place: int, value: Any) -> bytes:
    """Put a value in the place of one part of the example."""
    copy = json.loads(json.dumps(example))
    spots = list(_spots(copy))
    holder, name = spots[place % len(spots)]
    holder[name] = value
    return _write(copy)


def _cut(text: bytes, place: int, more: bytes) -> bytes:
    at = place % (len(text) + 1)
    return text[:at] + more[:9] + text[at:]


def _spots(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in list(items):
        yield value, name
        if isinstance(inner, dict | list):
            yield from _spots(inner)
