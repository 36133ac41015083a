"""Asking a shop's own interface: one door for the answers, and lists cut up without a change."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import parse_qs, urlsplit

from core.egress import Answer, EgressFailed, Limits, fetch
from tracking.integrations.reading import load_object, split_list
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

LIMITS = Limits(size_bytes=16 * 1024 * 1024)
STATUSES = {401: "keys_refused", 403: "keys_refused", 404: "gone", 429: "too_often"}
MOST_PAGES = 200
PER_TURN = 50

Ask = Callable[[str], Answer]
Post = Callable[[str, bytes], Answer]
Read = Callable[[str], tuple[list[Found], str]]
"""Gives the orders of the page at a cursor, empty at first, and the next cursor, empty at last."""

_AT_LAST = datetime.max.replace(tzinfo=UTC)


def make_ask(base: str, headers: Mapping[str, str], *, allows_loopback: bool) -> Ask:
    """Return what asks for a path under one address, and hands the keys to no other."""
    sent = {"accept": "application/json", "user-agent": "Fairshare", **headers}
    ask = partial(fetch, headers=sent, limits=LIMITS, allows_loopback=allows_loopback)
    return lambda path: ask(method="GET", url=base + path)


def make_post(base: str, headers: Mapping[str, str], *, allows_loopback: bool) -> Post:
    """Return what asks a question that is a body of JSON, in the same way."""
    kind = {"content-type": "application/json"}
    sent = {"accept": "application/json", "user-agent": "Fairshare", **kind, **headers}
    ask = partial(fetch, headers=sent, limits=LIMITS, allows_loopback=allows_loopback)
    return lambda path, body: ask(method="POST", url=base + path, body=body)


def get(ask: Ask, path: str) -> bytes:
    """Return the body of an answer, empty where it says that there is nothing.

    :raises PullFailed: none came, or one that is no success; `gone` where there is no such thing.
    """
    answer = get_answer(ask, path)
    return b"" if answer.status == 204 else answer.body


def get_answer(ask: Ask, path: str) -> Answer:
    """Return a success with its headers.

    :raises PullFailed: see `get`.
    """
    try:
        answer = ask(path)
    except EgressFailed as failure:
        raise PullFailed(failure.code) from failure
    if answer.status not in {200, 204}:
        raise PullFailed(_why(answer), _wanted_peace(answer))
    return answer


def get_list(ask: Ask, path: str) -> bytes:
    """Return the body of a list: where there is none, there is no such interface.

    :raises PullFailed: see `get`.
    """
    try:
        return get(ask, path)
    except PullFailed as failure:
        if failure.code == "gone":
            raise PullFailed("no_interface") from failure
        raise


def find(ask: Ask, path: str) -> bytes | None:
    """Return the body of an answer; None where the shop has no such thing any more.

    :raises PullFailed: see `get`.
    """
    try:
        return get(ask, path)
    except PullFailed as failure:
        if failure.code == "gone":
            return None
        raise


def cut_list(body: bytes, name: str) -> list[bytes]:
    """Return the objects of a list inside an object, each in the very bytes it came in.

    :raises PullFailed: there is no such list.
    """
    try:
        return split_list(find_member(body, name))
    except PayloadRefused as refusal:
        raise PullFailed("no_orders") from refusal


def find_member(body: bytes, name: str) -> bytes:
    """Return the bytes of one value of the outermost object; of a repeated name the last one.

    :raises PayloadRefused: no object, or none of that name.
    """
    load_object(body)  # refuses what is deep or broken before it is walked through
    text, decoder = body.decode("utf-8-sig"), json.JSONDecoder()
    at, found = _skip(text, 0) + 1, ""
    while text[_skip(text, at)] != "}":
        key, at = decoder.raw_decode(text, _skip(text, at))
        start = _skip(text, _skip(text, at) + 1)
        _, at = decoder.raw_decode(text, start)
        found = text[start:at] if key == name else found
        at = _skip(text, at)
        at += text[at] == ","
    if not found:
        raise PayloadRefused("missing_field", name)
    return found.encode()


def read_text(body: bytes, *names: str) -> str:
    """Return a text of an answer by its path.

    :raises PullFailed: it is not there.
    """
    try:
        node = load_object(body)
        for name in names[:-1]:
            node = node.node(name)
        return node.text(names[-1])
    except PayloadRefused as refusal:
        raise PullFailed("no_orders") from refusal


def read_query(url: str, name: str) -> str:
    """Return a value of the query of an address; the address itself is asked by nobody."""
    return next(iter(parse_qs(urlsplit(url).query).get(name, [])), "")


def read_nth(read: Read, page: int) -> tuple[list[Found], str]:
    """Return the n-th page of a list whose pages are reached by way of those before them."""
    found, cursor = read("")
    for _ in range(page - 1):
        found, cursor = read(cursor) if cursor else ([], "")
    return found, cursor


def read_all(read: Read) -> list[Found]:
    """Return a list to its end.

    :raises PullFailed: `too_large`.
    """
    found, cursor = read("")
    for _ in range(MOST_PAGES):
        if not cursor:
            return found
        more, cursor = read(cursor)
        found += more
    raise PullFailed("too_large")


def cut_page(found: Iterable[Found], *, page: int, without: Sequence[str]) -> Page:
    """Return some of all that changed, oldest first, so that a turn keeps what it did so far."""
    whole = make_page(found, without=without, is_last=True).orders
    end = page * PER_TURN
    return Page(whole[end - PER_TURN : end], is_last=end >= len(whole))


def make_page(found: Iterable[Found], *, without: Sequence[str], is_last: bool) -> Page:
    """Return orders by their time of change, oldest first; one without a time comes last."""
    kept = [one for one in found if one.order_id not in without]
    kept.sort(key=lambda one: one.changed_at or _AT_LAST)
    return Page(tuple(kept), is_last=is_last)


def strip_bodies(page: Page) -> Page:
    """Return the same page of ids alone.

    :raises PullFailed: one of them has none.
    """
    if not all(one.order_id for one in page.orders):
        raise PullFailed("no_orders")
    thin = tuple(Found(b"", one.order_id, one.changed_at) for one in page.orders)
    return Page(thin, is_last=page.is_last)


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at


def _why(answer: Answer) -> str:
    return "moved" if 300 <= answer.status < 400 else STATUSES.get(answer.status, "shop_failed")


def _wanted_peace(answer: Answer) -> timedelta:
    text = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(text)) if text.isdecimal() and len(text) < 6 else timedelta(0)
