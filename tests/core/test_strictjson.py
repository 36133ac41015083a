"""JSON from strangers has one reading, or none."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.strictjson import MAX_BYTES, MAX_DEPTH, NotStrict, read_json
from tests.hostile_bodies import BODIES, hostile_bodies

REFUSED = {
    b'{"a":1,"a":2}': "repeated_key",
    b'{"a":NaN}': "not_whole",
    b'{"a":1.5}': "not_whole",
    b'{"a":1e999}': "not_whole",
    b'{"a":' + b"9" * 19 + b"}": "too_many_digits",
    b'{"a":-' + b"9" * 5000 + b"}": "too_many_digits",
    b'{"a":"\\u0000"}': "unstorable_text",
    b'{"\\ud800":1}': "unstorable_text",
    b"\xef\xbb\xbf{}": "not_utf8",
    b'{"a":"\xff"}': "not_utf8",
    b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1): "too_deep",
    b"[" * 60_000: "too_deep",
    b'"' + b"x" * MAX_BYTES + b'"': "too_large",
    b"{} {}": "not_json",
    b"": "not_json",
    b'{"a":"\x00"}': "not_json",
}


@pytest.mark.parametrize(("body", "code"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_has_two_readings_is_refused_with_its_reason(body: bytes, code: str):
    with pytest.raises(NotStrict) as refused:
        read_json(body)
    assert refused.value.code == code


def test_what_stands_at_the_limits_is_read():
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert read_json(b'{"a":' + b"9" * 18 + b"}") == {"a": 10**18 - 1}
    assert json.dumps(read_json(deep)).encode() == deep
    assert read_json(b'{"a":"[[[[[[[[[[[[[[[[[[[[[[[","b":"\\"{"}')["a"].count("[") == 23
    assert read_json('{"نام":"กา \\ud83d\\ude00"}'.encode()) == {"نام": "กา 😀"}


@settings(max_examples=300, deadline=None)
@given(body=hostile_bodies({"a": [1, {"b": "c"}], "d": None}))
def test_any_bytes_give_a_value_or_the_one_refusal(body: bytes):
    try:
        value = read_json(body)
    except NotStrict:
        return
    assert read_json(json.dumps(value).encode()) == value


@settings(max_examples=100, deadline=None)
@given(
    value=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
        st.integers(-(10**17), 10**17) | st.booleans() | st.none(),
        max_size=5,
    )
)
def test_plain_json_is_read_as_it_is(value):
    assert read_json(json.dumps(value).encode()) == value


def test_the_bodies_for_others_are_all_refused_or_read():
    read = 0
    for body in BODIES:
        try:
            read_json(body)
            read += 1
        except NotStrict:
            pass
    assert 0 < read < len(BODIES) / 3
