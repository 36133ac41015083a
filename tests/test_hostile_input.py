"""Whatever is typed into an address or a form gets an answer, never an error, and no more.

Too long for every gate: `make nightly` asks them, in sixteen parts of each table chosen by name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from zlib import crc32

import pytest
from django import forms
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from tests.addresses import list_addresses
from tests.crawler.watch import Owners, describe_rows, list_owners, newly_touched, touched_tables
from tests.everything import Everything, make_everything
from tests.makers import make_brand
from tests.survey import Posting, Stop, Survey, survey

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600), pytest.mark.nightly]

PARTS = 16
TURNS = range(PARTS)
# As they stand in an address: NUL, bytes that are no UTF-8, half a surrogate pair, too much.
RAW = [
    "a%00b",
    "%ff%fe",
    "%ed%a0%80",
    "%C0%AE%C0%AE/",
    "%f4%90%80%80",
    "x" * 2000,
    "9" * 30,
    "9" * 1500,
    "-1",
    "0",
    "1e999",
    "NaN",
    "abc",
    "%D9%A3%D9%A3",  # digits of another script
    "0000-01-01",
    "0001-01-01",
    "9999-12-31",
    "-1-01-01",
    "2026-02-30",
    "2000-01-01",
    "2099-12-31",
    "-created_at",
    "brand__owner__password",
    "%27%20OR%201%3D1--",
    "%25%25_%5C",
    "..%2f..%2fetc%2fpasswd",
    "%7B%7B7*7%7D%7D",
    "%0d%0aSet-Cookie:a=b",
    "%E2%80%AE%F0%9F%92%A9",
    "",
]
# A page refuses one that is not there, so these would hide what comes after.
PICKING = {"program", "brand", "key", "creator", "store"}
HABITS = {"page", "sort", "order", "q", "id", "limit", "offset", "from", "to", "before", "tab"}
BODIES = {
    "NUL": b"a\0b",
    "no UTF-8": b"\xff\xfe",
    "half a pair": b"\xed\xa0\x80",
    "long": b"x" * 10_000,
    "many digits": b"9" * 5_000,
    "huge": b"99999999999999999999",
    "below": b"-1",
    "no number": b"NaN",
    "last year": b"9999-12-31T23:59",
    "first year": b"0001-01-01",
    "nothing": b"",
    "blank": b" \t\n ",
    "marks": "\u202e\U0001f4a9\u0000".encode(),
}
MOST_QUERIES = 150
MOST_BYTES = 3_000_000
# Forms of machines.
OTHER_POSTS = {"payouts:standin-api"}
# Who may do what: here nothing may differ at all.
DECIDING = {"core_user", "brands_member", "core_brand"}
# Of his own account a person is told by mail, and a change of factors or address is recorded.
OF_ACCOUNTS = ("account_", "mfa_")
# What changes no state of anybody's business, and why.
NO_TRACE = {
    "core:preferences": "language and theme are the reader's own",
    "portal:notices": "so is which mail he gets, and when",
    "tracking:upload-detail": "how a file is read before it is taken",
}


@pytest.fixture(scope="module")
def world(committed: None) -> Everything:
    return make_everything()


@pytest.fixture(scope="module")
def site(world: Everything) -> Survey:
    world.owner.password = make_password("a long pass phrase")  # so that pages about it open
    world.owner.save(update_fields=["password"])
    return survey(world)


@dataclass
class Answered:
    """What came of one request."""

    status: int
    body: bytes
    queries: int

    @property
    def faults(self) -> Iterator[str]:
        if self.status >= 500:
            yield f"error {self.status}"
        if self.queries > MOST_QUERIES:
            yield f"{self.queries} queries"
        if len(self.body) > MOST_BYTES:
            yield f"{len(self.body)} bytes"


def is_turn(turn: int, *what: object) -> bool:
    return crc32(repr(what).encode()) % PARTS == turn


def ask(client: Client, url: str, body: bytes | None = None) -> Answered:
    """Ask, and undo it; rows that a commit would refuse are an error, too."""
    count = 0

    def note(execute: Any, *args: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*args)

    client.raise_request_exception = False
    with transaction.atomic():
        with connection.execute_wrapper(note):
            answer: Any = (
                client.generic("GET", url)
                if body is None
                else client.generic("POST", url, body, "application/x-www-form-urlencoded")
            )
            read = answer.getvalue() if answer.streaming else answer.content
        status = 599 if _is_refused_by_commit() else answer.status_code
        transaction.set_rollback(True)
    return Answered(status, read, count)


def _is_refused_by_commit() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError:
        return True
    return False


def fresh(stop: Stop | Posting) -> Client:
    stop.asker.client.cookies = SimpleCookie(stop.asker.cookies)
    return stop.asker.client


@pytest.mark.parametrize("turn", TURNS)
def test_no_query_is_an_error_on_any_page(turn, site):
    names = sorted(site.names | HABITS)
    wrong = []

    assert len(names) > 25
    for stop in site.stops:
        joint = "&" if "?" in stop.url else "?"
        for query in list_queries(turn, stop, names):
            found = ask(fresh(stop), f"{stop.url}{joint}{query}")
            wrong += [f"{stop.address.name} {query[:80]}: {fault}" for fault in found.faults]

    assert not wrong, "\n".join(wrong)


def list_queries(turn: int, stop: Stop, names: list[str]) -> Iterator[str]:
    others = [name for name in names if name not in PICKING]
    for value in RAW:
        if is_turn(turn, stop.address.name, value):
            yield "&".join(f"{name}={value}" for name in others)
    for value in (*RAW[:6], "prg_00000000000000000000"):
        if is_turn(turn, stop.address.name, value, "picking"):
            yield "&".join(f"{name}={value}" for name in PICKING)
    if is_turn(turn, stop.address.name, "repeated"):
        yield "&".join(f"{name}=1&{name}=2&{name}[]=3&{name}[a]=4" for name in others)
    if is_turn(turn, stop.address.name, "raw"):
        yield "&&=&%&%zz=%zz&\xff=1&;a=1;&" + "a" * 8000 + "&" + "b=1&" * 600


@pytest.mark.parametrize("turn", TURNS)
def test_no_id_in_an_address_is_an_error(turn, world, site):
    """The whole address is asked by the one who reads all around it."""
    readers = {stop.address.name: stop for stop in site.stops}
    wrong = []
    for address in list_addresses():
        stop = readers.get(address.name)
        for part in address.parts if stop else ():
            for value in RAW:
                if stop and value and is_turn(turn, address.name, part, value):
                    url = address.url(world, **{part: value})
                    found = ask(fresh(stop), url)
                    wrong += [f"{address.name} {part}={value[:40]}: {f}" for f in found.faults]

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("turn", TURNS)
def test_no_text_in_a_form_is_an_error(turn, site):
    """One field at a time: a form that is wrong elsewhere would go no further."""
    wrong = []
    for posting in site.postings.values():
        if posting.name in OTHER_POSTS:
            continue
        for name in posting.form.offered:
            for what, value in BODIES.items():
                if is_turn(turn, posting.name, name, what):
                    found = ask(
                        fresh(posting), posting.url, encode(posting.form.fields, name, value)
                    )
                    wrong += [f"{posting.name} {name} {what}: {fault}" for fault in found.faults]

    assert not wrong, "\n".join(wrong)


def encode(fields: dict[str, str], name: str, value: bytes) -> bytes:
    """Write a form as a browser does, one value as its bytes are."""
    plain = {**{one: text.encode() for one, text in fields.items()}, name: value}
    return b"&".join(
        b"%s=%s" % (one.encode(), b"".join(b"%%%02x" % byte for byte in text))
        for one, text in plain.items()
    )


@dataclass(frozen=True)
class Effect:
    """What a form did, and what it did with fields on top that it does not show, by table."""

    name: str
    plain: dict[str, Any]
    richer: dict[str, Any]
    again: dict[str, Any]

    @property
    def differing(self) -> list[str]:
        """Return the tables that differ, but for those that differ each time."""
        tables = self.plain | self.richer
        return [
            one
            for one in tables
            if self.plain.get(one) != self.richer.get(one)
            if one in DECIDING or self.plain.get(one) == self.again.get(one)
        ]

    @property
    def written(self) -> set[str]:
        return set(self.plain) - {""}


@pytest.fixture(scope="module")
def effects(site: Survey) -> list[Effect]:
    """Send every form twice: as it is, and with a field named after every column there is."""
    columns = list_columns(make_brand("Others").pk)
    owners = list_owners()
    assert 250 < len(columns) < 480  # no more fields are taken at once
    found = []
    for posting in site.postings.values():
        if posting.name not in OTHER_POSTS:
            fields, shown = posting.form.fields, posting.form.offered
            more = {name: value for name, value in columns.items() if name not in shown}
            sent = (fields, {**more, **fields}, fields)
            found.append(Effect(posting.name, *(post(posting, one, owners) for one in sent)))
    return found


def test_no_form_takes_a_field_it_does_not_show(effects):
    wrong = [f"{one.name}: {one.differing}" for one in effects if one.differing]

    assert not wrong, "\n".join(wrong)
    assert len([one for one in effects if one.written]) > 40


def test_what_changes_a_state_leaves_a_trace(effects):
    """I-43: an event of the audit log is written with whatever a form changes."""
    silent = {
        one.name
        for one in effects
        if one.written and "core_auditevent" not in one.written
        if not one.name.startswith(OF_ACCOUNTS)
    }

    assert not silent ^ set(NO_TRACE), " ".join(sorted(silent ^ set(NO_TRACE)))


def post(posting: Posting, data: dict[str, str], owners: Owners) -> dict[str, Any]:
    """Send a form; returns the status and the rows that are there then, by table."""
    client = fresh(posting)
    with transaction.atomic():
        before = touched_tables()
        answer = client.post(posting.url, data)
        rows = describe_rows(newly_touched(before), owners)
        transaction.set_rollback(True)
    return {"": answer.status_code, **rows}


def list_columns(brand_id: int) -> dict[str, str]:
    """Return a value for each column of each table, by the names a form could give it."""
    found: dict[str, str] = {"brand": str(brand_id), "brand_id": str(brand_id), "is_verified": "1"}
    for model in apps.get_models():
        for one in model._meta.concrete_fields:
            for name in (one.name, one.attname):
                found.setdefault(name, make_value(one))
    return found


def make_value(one: "models.Field[Any, Any]") -> str:
    if one.choices:
        return str(one.flatchoices[-1][0])
    if isinstance(one, models.DateTimeField):
        return "2020-01-01T00:00"
    if isinstance(one, models.DateField):
        return "2020-01-01"
    if isinstance(one, models.CharField | models.TextField):
        return "extra"
    return "1"


def test_no_form_is_made_of_a_model():
    """A form names its fields: one that takes them from a table gives away each new column."""
    made = [form for form in _walk(forms.BaseModelForm) if form.__module__.split(".")[0] in OURS]

    assert made == []


OURS = {"core", "ledger", "brands", "affiliates", "tracking", "payouts", "portal", "config"}


def _walk(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _walk(one)
