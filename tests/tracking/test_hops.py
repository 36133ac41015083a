"""Each hop of a sale has a state and, where it is not well, what to do next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.makers import NOW
from tracking.domain.hops import ProgramFacts, StoreFacts, is_unlikely, judge_program, judge_store
from tracking.domain.signals import read_signals

WEEK_AGO = NOW - timedelta(days=7)
LONG_AGO = WEEK_AGO - timedelta(seconds=1)
PROGRAM = ProgramFacts(
    is_live=True,
    live_links=3,
    opened_at=NOW,
    counted_at=NOW,
    counted=100,
    uncounted=5,
    valid_at=NOW,
    orders=20,
    streak=0,
)
STORE = StoreFacts(
    is_active=True,
    is_uninstalled=False,
    token_at=NOW,
    orders=100,
    tokens=30,
    streak=0,
    received_at=NOW,
    processed_at=NOW,
    refused=0,
)


def judge(name, facts):
    judged = (
        judge_store(facts, now=NOW)
        if isinstance(facts, StoreFacts)
        else judge_program(facts, now=NOW)
    )
    hop = next(hop for hop in judged if hop.name == name)
    return hop.state, hop.code


def test_all_is_well():
    hops = [*judge_program(PROGRAM, now=NOW), *judge_store(STORE, now=NOW)]
    assert [hop.name for hop in hops] == ["link", "redirect", "token", "cart", "order"]
    assert {(hop.state, hop.code, hop.last_at) for hop in hops} == {("works", "", NOW)}


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("link", {"live_links": 0}, ("broken", "no_links")),
        ("link", {"live_links": 0, "opened_at": None}, ("never", "no_links")),
        ("link", {"opened_at": None}, ("never", "not_opened")),
        ("link", {"opened_at": WEEK_AGO}, ("works", "")),
        ("link", {"opened_at": LONG_AGO}, ("quiet", "links_quiet")),
        ("redirect", {"alarms": frozenset({"clicks"})}, ("broken", "clicks_stopped")),
        ("redirect", {"is_live": False}, ("quiet", "not_live")),
        ("redirect", {"is_live": False, "counted_at": None}, ("never", "not_live")),
        ("redirect", {"counted": 0, "uncounted": 10}, ("broken", "none_counted")),
        ("redirect", {"counted": 0, "uncounted": 9}, ("works", "")),
        ("redirect", {"counted": 1, "uncounted": 10}, ("works", "")),
        ("redirect", {"counted_at": None, "counted": 0}, ("never", "not_opened")),
        ("redirect", {"counted_at": LONG_AGO}, ("quiet", "links_quiet")),
        ("token", {"alarms": frozenset({"tokens"})}, ("broken", "tokens_stopped")),
        ("token", {"orders": 0, "valid_at": None}, ("never", "no_orders")),
        ("token", {"valid_at": None, "streak": 10, "counted": 50}, ("broken", "tokens_missing")),
        (
            "token",
            {"valid_at": LONG_AGO, "streak": 10, "counted": 50},
            ("broken", "tokens_missing"),
        ),
        ("token", {"valid_at": WEEK_AGO, "streak": 10, "counted": 50}, ("works", "")),
        ("token", {"valid_at": None, "streak": 9, "counted": 50}, ("never", "no_token_yet")),
        ("token", {"valid_at": None, "streak": 10, "counted": 49}, ("never", "no_token_yet")),
        ("token", {"valid_at": LONG_AGO}, ("quiet", "tokens_quiet")),
    ],
)
def test_a_hop_of_a_program(name, changes, expected):
    assert judge(name, replace(PROGRAM, **changes)) == expected


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("cart", {"alarms": frozenset({"share"})}, ("broken", "streak")),
        ("cart", {"orders": 0, "tokens": 0, "token_at": None}, ("never", "no_orders")),
        ("cart", {"tokens": 0, "token_at": None, "streak": 99}, ("never", "no_token_yet")),
        ("cart", {"token_at": LONG_AGO}, ("quiet", "tokens_quiet")),
        ("cart", {"streak": 19}, ("works", "")),  # 30 of 81
        ("cart", {"streak": 20}, ("broken", "streak")),  # 30 of 80: once in 12,000
        ("order", {"is_uninstalled": True}, ("broken", "uninstalled")),
        ("order", {"is_active": False}, ("quiet", "switched_off")),
        ("order", {"is_active": False, "processed_at": None}, ("never", "switched_off")),
        ("order", {"refused": 1}, ("broken", "refused")),
        ("order", {"alarms": frozenset({"refused"})}, ("broken", "refused")),
        ("order", {"alarms": frozenset({"deliveries"})}, ("broken", "deliveries_stopped")),
        ("order", {"processed_at": None, "received_at": LONG_AGO}, ("broken", "not_processed")),
        ("order", {"processed_at": None}, ("never", "not_processed")),
        ("order", {"processed_at": None, "received_at": None}, ("never", "nothing_came")),
        ("order", {"processed_at": LONG_AGO}, ("quiet", "store_quiet")),
    ],
)
def test_a_hop_of_a_store(name, changes, expected):
    assert judge(name, replace(STORE, **changes)) == expected


def test_a_streak_says_nothing_where_little_is_known():
    assert not is_unlikely(replace(STORE, orders=9, tokens=9, streak=9))
    assert not is_unlikely(replace(STORE, orders=19, tokens=9, streak=10))
    assert is_unlikely(replace(STORE, orders=20, tokens=10, streak=10))
    assert not is_unlikely(replace(STORE, tokens=0, streak=99))


def row(kind, program, code="attr.won_last_click"):
    return {"candidate": {"kind": kind, "party": {"program": program}}, "code": code}


def test_what_an_order_carried_is_read_by_program_and_as_a_whole():
    rows = [
        row("click", "1", "attr.lost_window"),
        row("click", "1", "attr.lost_other_click"),
        row("code", "2", "attr.won_code"),
        row("bound", "3", "attr.won_bound"),
    ]
    signals = read_signals(tokens=2, rows=rows)
    assert (signals.whole.signal, signals.whole.token) == ("both", "valid")
    assert {key: (one.signal, one.token) for key, one in signals.by_program.items()} == {
        "1": ("token", "valid"),
        "2": ("code", None),
    }


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("attr.won_last_click", "valid"),
        ("attr.lost_to_code", "valid"),
        ("attr.lost_window", "expired"),
        ("attr.lost_click_not_counted", "not_counted"),
        ("attr.lost_suspended", "barred"),
        ("attr.lost_paid_ad", "barred"),
        ("attr.lost_double", "barred"),
    ],
)
def test_a_token_is_worth_what_its_candidate_says(code, state):
    assert read_signals(tokens=1, rows=[row("click", "1", code)]).whole.token == state


def test_a_token_without_a_candidate_proves_nothing():
    signals = read_signals(tokens=1, rows=[])
    assert (signals.whole.token, signals.whole.signal, signals.by_program) == (
        "unreadable",
        "token",
        {},
    )
    assert read_signals(tokens=0, rows=[]).whole.signal == "none"
