"""The click token: 50 characters that prove themselves, and a reader that never raises."""

import base64
import string
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.domain.token import (
    LENGTH,
    BadTokenKeys,
    ClickToken,
    TokenKeys,
    TokenRefusal,
    join_tokens,
    make_token,
    parse_keys,
    read_token,
    split_tokens,
)

ALPHABET = string.ascii_letters + string.digits + "-_"
OLD, NEW = bytes(range(32)), bytes(range(32, 64))

clicks = st.uuids()
links = st.integers(0, 2**63 - 1)


def entry(number: object, key: bytes) -> str:
    return f"{number}:{base64.b64encode(key).decode()}"


KEYS = [entry(2, NEW), entry(1, OLD)]


@given(clicks, links)
def test_what_is_made_is_read(click_id: uuid.UUID, link_id: int):
    token = make_token(KEYS, click_id, link_id)

    assert len(token) == LENGTH
    assert set(token) <= set(ALPHABET)
    assert read_token(KEYS, token) == ClickToken(2, click_id, link_id)


@given(clicks, links, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_changed_character_is_refused(
    click_id: uuid.UUID, link_id: int, at: int, character: str
):
    token = make_token(KEYS, click_id, link_id)
    other = token[:at] + character + token[at + 1 :]

    read = read_token(KEYS, other)

    assert (read in set(TokenRefusal)) is (other != token)


@given(st.text() | st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_any_text_is_refused_with_a_code_and_never_raises(text: str):
    assert read_token(KEYS, text) in set(TokenRefusal)


@given(clicks, links)
def test_a_token_of_an_earlier_key_is_still_read(click_id: uuid.UUID, link_id: int):
    token = make_token([entry(1, OLD)], click_id, link_id)

    assert read_token(KEYS, token) == ClickToken(1, click_id, link_id)


def test_a_key_that_was_taken_away_is_named():
    token = make_token(KEYS, uuid.uuid4(), 7)

    read = read_token([entry(1, OLD)], token)

    assert read is TokenRefusal.UNKNOWN_KEY


def test_the_same_number_with_another_key_is_a_forgery():
    token = make_token(KEYS, uuid.uuid4(), 7)

    read = read_token([entry(2, OLD)], token)

    assert read is TokenRefusal.FORGED


def test_the_first_key_is_the_current_one():
    keys = parse_keys([entry(9, NEW), entry(1, OLD)])

    assert keys == TokenKeys(current=9, by_id={9: NEW, 1: OLD})
    assert "by_id" not in repr(keys)


def test_a_key_may_be_written_in_base64_or_hexadecimal():
    odd = bytes([251, 255]) * 16
    texts = [base64.b64encode(odd).decode(), base64.urlsafe_b64encode(odd).decode(), odd.hex()]

    assert [parse_keys([f"3:{text}"]).by_id for text in texts] == [{3: odd}] * 3


@pytest.mark.parametrize(
    "entries",
    [
        [],
        ["1"],
        ["1:short"],
        [entry(1, NEW)[:9] + "!" + entry(1, NEW)[9:]],
        [entry(0, NEW)],
        [entry(256, NEW)],
        [entry("9" * 5000, NEW)],
        [entry("x", NEW)],
        [entry(1, NEW[:31])],
        [entry(1, NEW), entry(1, OLD)],
    ],
)
def test_wrong_keys_stop_with_a_sentence_that_shows_no_key(entries: list[str]):
    with pytest.raises(BadTokenKeys, match="CLICK_TOKEN_KEYS") as caught:
        parse_keys(entries)

    assert base64.b64encode(NEW).decode() not in str(caught.value)


def test_the_last_number_of_a_key_is_255():
    assert parse_keys([entry(255, NEW)]).current == 255


def test_tokens_that_stand_one_after_the_other_are_told_apart():
    tokens = [make_token(KEYS, uuid.UUID(int=n), n) for n in (1, 2, 3)]

    assert split_tokens("".join(tokens)) == tokens
    assert split_tokens(tokens[0] + "x") == [tokens[0] + "x"]


def token_at(ms: int) -> str:
    """Return a token whose click is of that millisecond and no more."""
    return make_token(KEYS, uuid.UUID(int=ms << 80), 1)


def test_a_cookie_keeps_the_first_token_and_the_last_two():
    first, second, third, fourth = (token_at(ms) for ms in (10, 20, 30, 40))

    assert join_tokens(KEYS, "", first, 10) == first
    assert join_tokens(KEYS, first + second, third, 10) == first + second + third
    assert join_tokens(KEYS, first + second + third, fourth, 10) == first + third + fourth


def test_a_cookie_keeps_each_token_once_and_none_that_is_too_old_or_not_ours():
    old, young = token_at(9), token_at(10)

    assert join_tokens(KEYS, young, young, 10) == young
    assert join_tokens(KEYS, old, young, 10) == young
    assert join_tokens(KEYS, "x" * LENGTH, young, 10) == young
