"""Every way a click is not counted, and every mark of one that is."""

from datetime import UTC, datetime

import crawleruseragents
import pytest

from tests.tracking.agents import BOTS, CHROME, PEOPLE, PREVIEWS
from tracking import models
from tracking.domain.agent import AgentKind, read_agent
from tracking.domain.verdict import FLOOD_LIMIT, Earlier, LinkState, Ruling, Verdict, Visit, judge
from tracking.domain.visitor import (
    make_net_key,
    make_visitor_key,
    name_network,
    read_client_ip,
)

AT = datetime(2026, 8, 3, 12, tzinfo=UTC)
SALT = bytes(32)
DESTS = ["document", "iframe", "frame", "image", "script", "object", "empty"]
MODES = ["navigate", "no-cors", "cors", "same-origin"]


def rule(
    *,
    agent: str = CHROME,
    method: str = "GET",
    purpose: str = "",
    dest: str = "document",
    mode: str = "navigate",
    has_gpc: bool = False,
    link: LinkState | None = None,
    earlier: Earlier | None = None,
) -> Ruling:
    visit = Visit(
        method=method,
        purpose=purpose,
        fetch_dest=dest,
        fetch_mode=mode,
        has_gpc=has_gpc,
        agent=read_agent(agent),
    )
    return judge(visit=visit, link=link or LinkState(), earlier=earlier or Earlier())


def test_a_person_who_opens_a_link_is_counted():
    assert rule() == Ruling(Verdict.COUNTED)


def test_a_head_request_is_no_visit():
    assert rule(method="HEAD").verdict is Verdict.HEAD


@pytest.mark.parametrize(
    "purpose", ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip", "prerender"]
)
def test_what_a_browser_loads_in_advance_is_not_counted(purpose: str):
    assert rule(purpose=purpose).verdict is Verdict.PREFETCH


def test_what_a_browser_loads_for_a_thumbnail_is_a_preview():
    assert rule(purpose="preview").verdict is Verdict.PREVIEW


@pytest.mark.parametrize(("service", "agent"), PREVIEWS)
def test_a_link_preview_is_named_and_is_not_a_bot(service: str, agent: str):
    assert rule(agent=agent, dest="", mode="") == Ruling(Verdict.PREVIEW, {"service": service})


@pytest.mark.parametrize(("name", "agent"), BOTS)
def test_a_program_that_names_itself_is_a_bot(name: str, agent: str):
    assert rule(agent=agent, dest="", mode="") == Ruling(Verdict.BOT, {"agent": name})


@pytest.mark.parametrize(("family", "device", "agent"), PEOPLE)
def test_a_persons_browser_is_never_caught(family: str, device: str, agent: str):
    read = read_agent(agent)

    assert (read.kind, read.name, read.device.name) == (AgentKind.BROWSER, family, device)


def test_the_lists_own_samples_are_caught():
    samples = [
        text
        for known in crawleruseragents.CRAWLER_USER_AGENTS_DATA
        for text in known.get("instances", [])
    ]

    caught = sum(read_agent(text).kind is not AgentKind.BROWSER for text in samples)

    assert len(samples) > 2000
    assert caught / len(samples) >= 0.99


def test_names_are_of_a_closed_set_and_fit_their_column():
    names = {
        read_agent(text).name
        for known in crawleruseragents.CRAWLER_USER_AGENTS_DATA
        for text in known.get("instances", [])
    }

    assert max(map(len, names)) <= 60
    assert read_agent("Mozilla/5.0 (Windows) Invented-by-an-attacker/9").name == "Other"


@pytest.mark.parametrize("dest", DESTS)
@pytest.mark.parametrize("mode", MODES)
def test_only_a_page_opened_in_a_window_counts(dest: str, mode: str):
    is_page = (dest, mode) == ("document", "navigate")

    verdict = rule(dest=dest, mode=mode).verdict

    assert verdict is (Verdict.COUNTED if is_page else Verdict.EMBEDDED)
    assert verdict.is_attributable is is_page


@pytest.mark.parametrize(("dest", "mode"), [("", ""), ("document", ""), ("", "navigate")])
def test_a_browser_that_does_not_say_how_is_counted_and_marked(dest: str, mode: str):
    ruling = rule(dest=dest, mode=mode)

    assert ruling.verdict is Verdict.UNVERIFIED
    assert ruling.verdict.is_attributable


def test_an_archived_link_is_not_counted():
    ruling = rule(link=LinkState(archived_at=AT))

    assert ruling == Ruling(Verdict.ARCHIVED, {"at": AT.isoformat()})


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_a_program_that_is_off_is_named(status: str):
    assert rule(link=LinkState(program_status=status)) == Ruling(
        Verdict.PROGRAM_OFF, {"status": status}
    )


def test_a_paused_programs_links_keep_earning():
    assert rule(link=LinkState(program_status="paused")).verdict is Verdict.COUNTED


def test_a_brand_that_is_not_active_counts_nothing():
    assert rule(link=LinkState(is_brand_active=False)).verdict is Verdict.PROGRAM_OFF


def test_a_visitor_who_comes_again_within_the_hour_is_marked_and_can_earn():
    ruling = rule(earlier=Earlier(seen_at=AT))

    assert ruling == Ruling(Verdict.REPEAT, {"time": AT.isoformat()})
    assert ruling.verdict.is_attributable


def test_a_flood_from_one_network_is_marked_and_can_earn():
    assert rule(earlier=Earlier(net_opens=FLOOD_LIMIT - 1)).verdict is Verdict.COUNTED
    ruling = rule(earlier=Earlier(seen_at=AT, net_opens=FLOOD_LIMIT))
    assert ruling.verdict is Verdict.LIMITED
    assert ruling.verdict.is_attributable


def test_a_browser_that_asks_not_to_be_followed_is_counted_where_the_program_honours_it():
    assert rule(has_gpc=True).verdict is Verdict.NO_CONSENT
    heard = rule(has_gpc=True, link=LinkState(is_honouring_gpc=False))
    assert heard.verdict is Verdict.COUNTED


def test_a_machine_is_a_machine_even_on_a_closed_link():
    archived = LinkState(archived_at=AT, program_status="closed")

    assert rule(method="HEAD", link=archived).verdict is Verdict.HEAD
    assert rule(agent="curl/8.5.0", link=archived).verdict is Verdict.BOT


def test_the_numbers_are_those_of_the_table():
    assert {v.name: v.value for v in Verdict} == {v.name: v.value for v in models.Verdict}


def test_keys_are_signed_64_bit_and_differ_by_salt_brand_address_and_browser():
    def key(salt: bytes = SALT, brand_id: int = 1, address: str = "1.2.3.4", agent: str = "a"):
        return make_visitor_key(salt=salt, brand_id=brand_id, address=address, user_agent=agent)

    keys = {
        key(),
        key(salt=bytes([1]) * 32),
        key(brand_id=2),
        key(address="1.2.3.5"),
        key(agent="b"),
    }

    assert len(keys) == 5
    assert key() == key()
    assert all(-(2**63) <= k < 2**63 for k in keys)


def test_a_network_key_is_shared_by_neighbours_only():
    def key(address: str):
        return make_net_key(salt=SALT, brand_id=1, address=address)

    assert key("203.0.113.9") == key("203.0.113.200")
    assert key("203.0.113.9") != key("203.0.114.9")
    assert key("2001:db8:1::1") == key("2001:db8:1:ffff::2")
    assert key("2001:db8:1::1") != key("2001:db8:2::1")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (0, "", "10.0.0.1"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "not an address", "10.0.0.1"),
        (1, "203.0.113.9:5123", "203.0.113.9"),
        (1, "[2001:db8::1]:5123", "2001:db8::1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_shoppers_address_is_counted_from_the_right(
    proxies: int, forwarded: str, expected: str
):
    read = read_client_ip(remote_addr="10.0.0.1", forwarded_for=forwarded, trusted_proxies=proxies)

    assert read == expected


def test_an_address_nobody_can_read_is_empty_and_harms_nothing():
    assert read_client_ip(remote_addr="", forwarded_for="", trusted_proxies=0) == ""
    assert name_network("") == ""
