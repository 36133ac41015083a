"""/r/<slug> from the request to the row, through the WSGI entry and through Django."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.urls import reverse

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
from tests.tracking.asking import BROWSER, Reply, ask, click_of, only_click, share
from tracking.domain.verdict import FLOOD_LIMIT
from tracking.models import Click, ClickAgent, ClickReferrer, Verdict, VisitorSalt

pytestmark = pytest.mark.django_db(transaction=True)

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
        assert Click.objects.get().verdict == verdict
        Click.objects.all().delete()


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


def test_the_sub_id_of_the_click_stands_in_the_utm_values_that_ask_for_it():
    share(link={"utm": {"source": "crt_1", "term": "post {subid}"}, "sub_ids": ["home"]})

    values = [
        parse_qs(urlsplit(ask("/r/anna", query).location).query)["utm_term"]
        for query in ("", "sub=news-7", "sub=a%40b.example")
    ]

    assert values == [["post home"], ["post news-7"], ["post home"]]


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
