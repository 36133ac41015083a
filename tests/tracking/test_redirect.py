"""/r/<slug> from the request to the row, through the WSGI entry and through Django."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from affiliates.models import Link
from brands.models import Program
from config.wsgi import application
from core.ids import uuid7
from core.models import Brand
from tests.makers import (
    DOMAIN,
    get_owner,
    make_brand,
    make_enrollment,
    make_link,
    make_program,
    make_sandbox,
)
from tests.tracking.agents import CHROME, IPHONE
from tracking import groupwork, redirect
from tracking.domain.token import ClickToken, read_token
from tracking.domain.verdict import FLOOD_LIMIT
from tracking.models import Click, ClickAgent, ClickReferrer, Verdict, VisitorSalt
from tracking.services.partitions import prepare_partitions

pytestmark = pytest.mark.django_db(transaction=True)

BROWSER = {
    "HTTP_USER_AGENT": CHROME,
    "HTTP_SEC_FETCH_DEST": "document",
    "HTTP_SEC_FETCH_MODE": "navigate",
    "REMOTE_ADDR": "203.0.113.9",
}

NOT_COUNTED: list[tuple[dict[str, str], Verdict]] = [
    ({"REQUEST_METHOD": "HEAD"}, Verdict.HEAD),
    ({"HTTP_SEC_PURPOSE": "prefetch;prerender"}, Verdict.PREFETCH),
    ({"HTTP_X_MOZ": "prefetch"}, Verdict.PREFETCH),
    ({"HTTP_USER_AGENT": "WhatsApp/2.23.20.0"}, Verdict.PREVIEW),
    ({"HTTP_USER_AGENT": "curl/8.5.0"}, Verdict.BOT),
    ({"HTTP_USER_AGENT": ""}, Verdict.BOT),
    ({"HTTP_SEC_FETCH_DEST": "iframe"}, Verdict.EMBEDDED),
    ({"HTTP_SEC_FETCH_MODE": "no-cors"}, Verdict.EMBEDDED),
]


@dataclass
class Reply:
    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def location(self) -> str:
        return self.headers["Location"]

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.location).query).get("fs_click", [""])[0]


def ask(path: str, query: str = "", *, method: str = "GET", **environ: Any) -> Reply:
    """Ask the WSGI entry as a server would."""
    replies: list[Reply] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        assert len({name for name, _ in headers}) == len(headers)
        replies.append(Reply(status, dict(headers), b""))

    request = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        **BROWSER,
        **environ,
    }
    body = application(request, start)
    replies[0].body = b"".join(body)
    return replies[0]


def share(
    program: dict[str, Any] | None = None, link: dict[str, Any] | None = None, slug: str = "anna"
) -> Link:
    """Make a creator's link, then give its program and itself these values."""
    made = make_link(slug=slug)
    Program.objects.filter(pk=made.enrollment.program_id).update(**(program or {"status": "live"}))
    Link.objects.filter(pk=made.pk).update(**(link or {"name": "Tea"}))
    return made


def click_of(reply: Reply) -> Click:
    token = read_token(settings.CLICK_TOKEN_KEYS, reply.token)
    assert isinstance(token, ClickToken)
    click = Click.objects.get(pk=token.click_id)
    assert click.link_id == token.link_id
    return click


def only_click() -> Click:
    return Click.objects.get()


def break_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the database away from the redirect: no new connection, the old ones cut."""

    def refuse() -> None:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(groupwork, "connect", refuse)
    cut_connections()


def cut_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_the_click_is_stored_before_the_shopper_is_sent_on():
    link = share(link={"utm": {"source": "fairshare"}, "sub_ids": ["home"]})

    reply = ask("/r/anna", HTTP_REFERER="https://blog.example/a/path?q=1")

    click = click_of(reply)
    assert reply.status == "302 Found"
    assert reply.location.startswith(f"https://{DOMAIN}/cups?")
    assert (click.brand_id, click.enrollment_id) == (link.brand_id, link.enrollment_id)
    assert click.program_id == link.enrollment.program_id
    assert click.verdict == Verdict.COUNTED
    assert abs(click.at - datetime.now(UTC)) < timedelta(seconds=10)
    assert ClickAgent.objects.get(pk=click.agent_id).name == "Chrome"
    assert ClickReferrer.objects.get(pk=click.referrer_id).host == "blog.example"
    query = parse_qs(urlsplit(reply.location).query)
    assert query["utm_source"] == ["fairshare"]
    assert query["fs_sub1"] == ["home"]


def test_the_answer_has_the_headers_of_a_redirect_and_no_cookie_and_no_body():
    make_link(slug="anna")

    reply = ask("/r/anna")

    assert reply.body == b""
    assert {name: value for name, value in reply.headers.items() if name != "Location"} == {
        "Content-Length": "0",
        "Cache-Control": "no-store, private",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Robots-Tag": "noindex, nofollow",
    }


def test_the_same_link_works_as_a_django_page(client):
    make_link(slug="anna")

    response = client.get(reverse("tracking:redirect", args=["anna"]), headers=as_headers(BROWSER))

    assert response.status_code == 302
    assert click_of(Reply("", dict(response.items()), b"")).verdict == Verdict.COUNTED
    assert response["Cache-Control"] == "no-store, private"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert not response.cookies
    assert response.content == b""


def as_headers(environ: dict[str, str]) -> dict[str, str]:
    return {
        name.removeprefix("HTTP_").replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }


def test_a_slug_is_read_whatever_its_case():
    make_link(slug="Anna")

    assert {ask(f"/r/{slug}").status for slug in ("ANNA", "anna/", "Anna")} == {"302 Found"}


def test_a_link_that_is_not_there_gets_a_page_that_helps():
    make_link(slug="anna")

    for path in ("/r/nobody", "/r/anna.", "/r/anna),", "/r/", "/r/a/b", "/r/\xff"):
        reply = ask(path)

        assert reply.status == "404 Not Found"
        assert b"This link is not active" in reply.body
        assert b"anna" not in reply.body.replace(path.encode("latin-1"), b"")
        assert reply.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert not Click.objects.exists()


def test_a_link_can_only_be_opened():
    make_link(slug="anna")

    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        reply = ask("/r/anna", method=method)

        assert reply.status == "405 Method Not Allowed"
        assert reply.headers["Allow"] == "GET, HEAD"
    assert not Click.objects.exists()


def test_what_is_no_link_goes_to_django():
    assert ask("/no/such/page").status == "404 Not Found"
    assert ask("/rabbit").status == "404 Not Found"


def test_a_visit_that_does_not_count_is_kept_with_its_reason_and_gets_no_token():
    make_link(slug="anna")

    for environ, verdict in NOT_COUNTED:
        reply = ask("/r/anna", **environ)

        assert reply.status == "302 Found"
        assert reply.location == f"https://{DOMAIN}/cups"
        assert Click.objects.latest("id").verdict == verdict


@pytest.mark.parametrize(
    ("program", "link", "verdict", "has_token"),
    [
        ({"status": "paused"}, {}, Verdict.COUNTED, True),
        ({"status": "draft"}, {}, Verdict.PROGRAM_OFF, False),
        ({"status": "closed"}, {}, Verdict.PROGRAM_OFF, False),
        ({}, {"archived_at": datetime(2026, 8, 3, tzinfo=UTC)}, Verdict.ARCHIVED, False),
    ],
)
def test_the_state_of_link_and_program_decides(program, link, verdict, has_token):
    share(program, link)

    reply = ask("/r/anna")

    assert reply.status == "302 Found"
    assert bool(reply.token) is has_token
    assert only_click().verdict == verdict


def test_two_shoppers_behind_one_address_with_the_same_browser_are_two_clicks():
    make_link(slug="anna")

    first, second = click_of(ask("/r/anna")), click_of(ask("/r/anna"))

    assert first.pk != second.pk
    assert first.visitor_key == second.visitor_key
    assert (first.verdict, second.verdict) == (Verdict.COUNTED, Verdict.REPEAT)


def test_another_browser_or_link_is_no_repeat():
    enrollment = make_enrollment()
    make_link(enrollment, slug="anna")
    make_link(enrollment, slug="anna-two")
    ask("/r/anna")

    assert click_of(ask("/r/anna", HTTP_USER_AGENT=IPHONE)).verdict == Verdict.COUNTED
    assert click_of(ask("/r/anna-two")).verdict == Verdict.COUNTED


def test_a_flood_from_one_network_is_marked_and_still_gets_tokens():
    make_link(slug="anna")

    clicks = [
        click_of(ask("/r/anna", REMOTE_ADDR=f"203.0.113.{n}")) for n in range(FLOOD_LIMIT + 1)
    ]

    assert {click.verdict for click in clicks[:-1]} == {Verdict.COUNTED}
    assert clicks[-1].verdict == Verdict.LIMITED
    assert click_of(ask("/r/anna", REMOTE_ADDR="198.51.100.1")).verdict == Verdict.COUNTED


def test_who_asks_not_to_be_followed_is_counted_without_token_or_key():
    make_link(slug="anna")

    reply = ask("/r/anna", HTTP_SEC_GPC="1")

    click = only_click()
    assert reply.location == f"https://{DOMAIN}/cups"
    assert (click.verdict, click.visitor_key, click.net_key) == (Verdict.NO_CONSENT, 0, 0)


def test_a_program_may_leave_that_wish_to_the_shop():
    share({"is_honouring_gpc": False})

    assert click_of(ask("/r/anna", HTTP_SEC_GPC="1")).verdict == Verdict.COUNTED


def test_a_sandboxs_click_carries_the_sandboxs_time():
    twin = make_sandbox(make_brand())
    Brand.objects.filter(pk=twin.pk).update(clock_offset_s=86_400)
    make_link(make_enrollment(make_program(twin), user=get_owner(twin)), slug="anna")

    ahead = click_of(ask("/r/anna")).at - datetime.now(UTC)

    assert timedelta(hours=23) < ahead < timedelta(hours=25)


def test_sub_id_and_paid_marker_are_kept_and_passed_on():
    make_link(slug="anna")

    reply = ask("/r/anna", "sub=news-7&gclid=a%26b&evil=1")

    click = click_of(reply)
    query = parse_qs(urlsplit(reply.location).query)
    assert (click.sub_id, click.has_paid_marker) == ("news-7", True)
    assert query["fs_sub1"] == ["news-7"]
    assert query["gclid"] == ["a&b"]
    assert "evil" not in query


def test_a_sub_id_of_another_form_is_dropped():
    make_link(slug="anna")

    for sub in ("a" * 65, "a%09b", "a%20b", "%00", "%5c.", "%D8%A7"):
        assert click_of(ask("/r/anna", f"sub={sub}")).sub_id == ""


def test_a_link_may_be_asked_for_by_the_names_its_program_accepts():
    share({"ref_aliases": ["via"]})

    assert click_of(ask("/r/", "via=anna")).verdict == Verdict.COUNTED
    assert ask("/r/", "ref=Anna&to=https://shop.example/x").location.startswith(
        "https://shop.example/x?"
    )
    assert ask("/r/", "aff=anna").status == "404 Not Found"


def test_no_address_and_no_user_agent_is_stored():
    make_link(slug="anna")
    ask("/r/anna", REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT=f"{CHROME} canary-agent")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(c::text, ' ') FROM tracking_click c), "
            "(SELECT string_agg(a::text, ' ') FROM tracking_clickagent a)"
        )
        stored = " ".join(cursor.fetchone())

    assert "203.0.113" not in stored
    assert "canary" not in stored


def test_a_days_salt_is_made_once_and_old_ones_go():
    today = datetime.now(UTC).date()
    for age in (1, 2, 3):
        VisitorSalt.objects.create(day=today - timedelta(days=age), salt=bytes(32))
    make_link(slug="anna")

    ask("/r/anna")

    days = {today - day for day in VisitorSalt.objects.values_list("day", flat=True)}
    assert days == {timedelta(0), timedelta(days=1)}


# Where a shopper may be sent.

ALLOWED = {DOMAIN, "www.shop.example"}
HOSTILE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "https:///evil.example",
    "http://evil.example",
    "https://evil.example",
    f"http://{DOMAIN}",
    f"ftp://{DOMAIN}/",
    f"https://{DOMAIN}@evil.example",
    f"https://{DOMAIN}:x@evil.example/",
    f"https://evil.example\\@{DOMAIN}",
    f"https://evil.example#@{DOMAIN}/",
    f"https://evil.example?@{DOMAIN}/",
    f"https://evil.example;{DOMAIN}/",
    f"https://{DOMAIN}.evil.example/",
    f"https://evil{DOMAIN}/",
    f"https://evil.{DOMAIN}/",
    f"https://{DOMAIN}:8443/",
    f"https://{DOMAIN}:@evil.example",
    f"https://{DOMAIN}\t@evil.example",
    f"https://{DOMAIN}\n.evil.example/",
    f"https://{DOMAIN}\r\nSet-Cookie:a=b/",
    f"https://{DOMAIN}%00.evil.example/",
    f"https://{DOMAIN}\x00.evil.example/",
    f"https://{DOMAIN}%2eevil.example/",
    f"https://{DOMAIN}%2f@evil.example/",
    f"https://{DOMAIN}\u3002evil.example/",
    "https://\u0455hop.example/",
    "https://shop\u200b.example.evil.example/",
    "https://[::1]/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//shop.example",
    f"javascript://{DOMAIN}/%0aalert(1)",
    f"data:text/html,<script>//{DOMAIN}",
    "\thttps://evil.example",
    " https://evil.example",
    "h\nttps://evil.example",
    "https://" + "a" * 3000 + ".example/",
    "@evil.example",
    "?https://evil.example",
    "blob:https://shop.example/x",
    "view-source:https://shop.example/",
    f"https://{DOMAIN}/../../\\evil.example",
]

PAGES = [
    (f"https://{DOMAIN}/mugs?size=2", f"https://{DOMAIN}/mugs?size=2&"),
    (f"HTTPS://{DOMAIN.upper()}:443/a%20b", f"https://{DOMAIN}/a%20b?"),
    ("https://www.shop.example/چای", "https://www.shop.example/%DA%86%D8%A7%DB%8C?"),
]


def test_a_hostile_page_never_takes_a_shopper_elsewhere():
    share({"domains": list(ALLOWED)})

    for to in HOSTILE:
        reply = ask("/r/anna", str(httpx.QueryParams({"to": to})))

        assert reply.status == "302 Found", to
        assert not set("\r\n\t \\") & set(reply.location), to
        for host, scheme in read_twice(reply.location):
            assert (host in ALLOWED, scheme) == (True, "https"), to


def read_twice(location: str) -> Iterator[tuple[str | None, str]]:
    """Read an address as two libraries do: the standard one and another."""
    standard, other = urlsplit(location), httpx.URL(location)
    yield standard.hostname, standard.scheme
    yield other.host, other.scheme
    assert not standard.username and not other.userinfo
    assert standard.port is None and other.port is None


def test_a_page_of_the_shop_is_reached_directly():
    share({"domains": list(ALLOWED)})

    for to, start in PAGES:
        reply = ask("/r/anna", str(httpx.QueryParams({"to": to})))

        assert reply.location.startswith(f"{start}fs_click=")


def test_a_page_cannot_bring_a_token_of_its_own():
    make_link(slug="anna")
    to = str(httpx.QueryParams({"to": f"https://{DOMAIN}/?fs_click=stolen"}))

    assert "stolen" not in ask("/r/anna", to).location
    assert "stolen" not in ask("/r/anna", to, HTTP_USER_AGENT="curl/8").location


def test_a_link_whose_domain_was_taken_from_the_program_leads_to_its_landing_page():
    share({"domains": ["new.example"], "landing_url": "https://new.example/start"})

    assert ask("/r/anna").location.startswith("https://new.example/start?")


def test_a_link_with_no_allowed_address_left_is_not_active():
    share({"domains": ["new.example"]})

    assert ask("/r/anna").status == "404 Not Found"


def test_a_change_of_the_link_is_obeyed_within_five_seconds(monkeypatch):
    link = make_link(slug="anna")
    ask("/r/anna")
    type(link).objects.filter(pk=link.pk).update(destination_url=f"https://{DOMAIN}/new")

    later = monotonic() + 5
    monkeypatch.setattr("tracking.linktable.monotonic", lambda: later)

    assert ask("/r/anna").location.startswith(f"https://{DOMAIN}/new?")


# When the database is not there.


def test_without_a_database_the_shopper_arrives_uncounted_and_without_token(monkeypatch):
    make_link(slug="anna")
    ask("/r/anna")
    before = redirect.uncounted.total
    break_database(monkeypatch)

    replies = [ask("/r/anna", f"sub=lost{n}") for n in range(3)]

    assert {reply.status for reply in replies} == {"302 Found"}
    assert not any(reply.token for reply in replies)
    assert redirect.uncounted.total == before + 3
    assert not Click.objects.filter(sub_id__startswith="lost").exists()


def test_links_seen_before_still_lead_to_the_shop_when_their_time_is_over(monkeypatch):
    make_link(slug="anna")
    ask("/r/anna")
    break_database(monkeypatch)

    later = monotonic() + 600
    monkeypatch.setattr("tracking.linktable.monotonic", lambda: later)

    assert ask("/r/anna").location == f"https://{DOMAIN}/cups"


def test_a_link_never_seen_asks_to_come_again(monkeypatch):
    break_database(monkeypatch)

    reply = ask("/r/anna")

    assert reply.status == "503 Service Unavailable"
    assert reply.headers["Retry-After"] == "30"


def test_a_slow_database_does_not_keep_the_shopper_waiting(monkeypatch):
    make_link(slug="anna")
    ask("/r/anna")
    monkeypatch.setattr(groupwork, "PATIENCE_S", 0.2)
    with psycopg.connect(**other_connection()) as blocker:
        blocker.execute("LOCK TABLE tracking_click IN ACCESS EXCLUSIVE MODE")
        began = monotonic()
        reply = ask("/r/anna", "sub=slow")
        waited = monotonic() - began

    assert reply.location == f"https://{DOMAIN}/cups?fs_sub1=slow"
    assert waited < 1


def other_connection() -> dict[str, Any]:
    params = connection.get_connection_params()
    return {name: params[name] for name in ("dbname", "host", "port", "user") if name in params}


def test_killed_backends_lose_no_click_that_was_answered_with_a_token():
    make_link(slug="anna")
    replies = [ask("/r/anna")]

    def load(number: int) -> None:
        replies.extend(ask("/r/anna", REMOTE_ADDR=f"198.51.{number}.{n}") for n in range(40))

    threads = [threading.Thread(target=load, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        cut_connections()
        threads[0].join(0.05)
    for thread in threads:
        thread.join()

    tokens = [read_token(settings.CLICK_TOKEN_KEYS, reply.token) for reply in replies]
    ids = {token.click_id for token in tokens if isinstance(token, ClickToken)}
    assert len(replies) == 321
    assert len(ids) > 100
    assert Click.objects.filter(pk__in=ids).count() == len(ids)


def test_many_at_once_are_stored_together_and_each_gets_its_own_answer():
    slugs = [f"creator-{n}" for n in range(8)]
    enrollment = make_enrollment()
    links = {slug: make_link(enrollment, slug=slug).pk for slug in slugs}
    answers: list[tuple[str, Reply]] = []

    def load(slug: str) -> None:
        answers.extend(
            (slug, ask(f"/r/{slug}", HTTP_REFERER=f"https://{slug}.example/")) for _ in range(20)
        )

    threads = [threading.Thread(target=load, args=(slug,)) for slug in slugs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == Click.objects.count() == 160
    assert all(click_of(reply).link_id == links[slug] for slug, reply in answers)
    assert ClickReferrer.objects.filter(host__startswith="creator-").count() == 8


def test_a_click_of_a_month_without_partition_lands_and_is_moved_when_it_is_made():
    month = datetime(2031, 5, 1, tzinfo=UTC)
    click_id = uuid7(month + timedelta(days=3))
    Click.objects.create(
        id=click_id,
        brand_id=1,
        program_id=1,
        enrollment_id=1,
        link_id=1,
        at=month,
        visitor_key=0,
        net_key=0,
        verdict=Verdict.COUNTED,
    )
    assert partition_of(click_id) == "tracking_click_default"

    made = prepare_partitions(now=month - timedelta(days=40))

    try:
        assert made == 4
        assert partition_of(click_id) == "tracking_click_203105"
        assert prepare_partitions(now=month - timedelta(days=40)) == 0
    finally:
        drop_partitions("203103", "203104", "203105", "203106")


def partition_of(click_id: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM tracking_click WHERE id = %s", [click_id]
        )
        return str(cursor.fetchone()[0])


def drop_partitions(*months: str) -> None:
    with connection.cursor() as cursor:
        for month in months:
            cursor.execute(f"DROP TABLE tracking_click_{month}")
