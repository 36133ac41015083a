"""A brand's own link domain: proven before it works, then it serves that brand's links alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from brands.models import LinkHost
from brands.services.linkhosts import (
    HostIsOurs,
    HostTaken,
    Reach,
    check_link_host,
    remove_link_host,
    set_link_host,
)
from core.models import Brand
from tests.addresses import CHROME
from tests.makers import (
    NOW,
    get_owner,
    make_asset,
    make_brand,
    make_enrollment,
    make_link,
    make_member,
)

HOST = "go.shop.example"

pytestmark = pytest.mark.django_db


def put(brand: Brand, host: str = HOST, cookie_domain: str = "") -> LinkHost:
    return set_link_host(
        brand_id=brand.pk,
        host=host,
        cookie_domain=cookie_domain,
        actor_id=get_owner(brand).pk,
        now=NOW,
    )


def prove(brand: Brand, host: str = HOST, cookie_domain: str = "") -> LinkHost:
    row = put(brand, host, cookie_domain)
    assert check_link_host(row=row, reach=reach(row), now=NOW) == ""
    row.refresh_from_db()
    return row


def reach(row: LinkHost, **changes: Any) -> Reach:
    """Play a name that leads here and answers for its brand."""

    def resolve(host: str) -> set[str]:
        found: set[str] = changes.get("addresses", {"203.0.113.1"})
        if host == row.host and not found:
            raise OSError("not known")
        return found if host == row.host else {"203.0.113.1", "2001:db8::1"}

    def read(url: str) -> str:
        assert url == f"https://{row.host}/.well-known/fairshare/{row.challenge}"
        if "body" in changes and changes["body"] is None:
            raise OSError("refused")
        return str(changes.get("body", f"{row.challenge}\n"))

    return Reach(resolve, read)


def visit(host: str, path: str, **headers: str) -> Any:
    return Client(headers={"host": host, "user-agent": CHROME, **headers}).get(path)


@pytest.mark.parametrize(
    ("changes", "failure", "is_pointed"),
    [
        ({"addresses": set()}, "unknown", False),
        ({"addresses": {"198.51.100.7"}}, "elsewhere", False),
        ({"body": None}, "silent", True),
        ({"body": "something else"}, "other", True),
        ({}, "", True),
    ],
)
def test_a_name_is_proven_step_by_step_and_says_where_it_stands(changes, failure, is_pointed):
    row = put(make_brand())

    assert check_link_host(row=row, reach=reach(row, **changes), now=NOW) == failure

    row.refresh_from_db()
    assert (row.failure, row.pointed_at is not None) == (failure, is_pointed)
    assert row.state == ("failed" if failure else "verified")
    assert (row.next_check_at is None) is not bool(failure)


def test_a_name_that_never_comes_is_no_longer_looked_for_after_a_week():
    row = put(make_brand())

    check_link_host(row=row, reach=reach(row, body=None), now=NOW + timedelta(days=8))

    row.refresh_from_db()
    assert row.next_check_at is None


def test_a_name_carries_the_links_of_one_brand():
    first, second = make_brand(), make_brand()
    waiting = put(second)
    prove(first)

    assert check_link_host(row=waiting, reach=reach(waiting), now=NOW) == ""

    waiting.refresh_from_db()
    assert (waiting.state, waiting.failure) == ("failed", "taken")
    with pytest.raises(HostTaken):
        put(second)
    with pytest.raises(HostIsOurs):
        put(second, settings.SITE_HOST)


def test_another_name_has_to_be_proven_anew_and_the_old_one_is_gone():
    brand = make_brand()
    prove(brand)

    changed = put(brand, cookie_domain="shop.example")
    assert changed.state == "verified"
    moved = put(brand, "links.shop.example")

    assert moved.state == "waiting"
    assert visit(HOST, "/r/anna").status_code == 400
    remove_link_host(brand_id=brand.pk, actor_id=get_owner(brand).pk, now=NOW)
    assert not LinkHost.objects.exists()


def test_the_proxy_may_ask_for_a_certificate_only_once_the_name_leads_here():
    row = put(make_brand())
    ask = f"{reverse('brands:link-host-ask')}?domain="

    before = Client().get(ask + HOST).status_code
    check_link_host(row=row, reach=reach(row, body=None), now=NOW)

    assert (before, Client().get(ask + HOST).status_code) == (404, 200)
    for other in ("", "evil.example", f"{HOST}.evil.example", "%00", settings.SITE_HOST):
        assert Client().get(ask + other).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_domain_serves_links_pictures_and_the_snippet_and_nothing_else():
    link = make_link(slug="anna")
    prove(link.brand)
    asset = make_asset(link.enrollment.program)

    assert visit(HOST, "/r/anna")["Location"].startswith("https://shop.example/cups?fs_click=")
    assert visit(HOST, f"/i/anna/{asset.public_id}").status_code == 200
    gone = visit(HOST, "/r/nobody")
    assert (gone.status_code, gone["Content-Type"]) == (404, "text/plain; charset=utf-8")
    for path in (
        "/",
        "/accounts/login/",
        "/me/",
        f"/b/{link.brand.slug}/",
        "/hooks/con_1",
        "/static/css/app.css",
        "/internal/link-host",
        "/.well-known/fairshare/guess",
        "/.well-known/fairshare/%00",
    ):
        assert visit(HOST, path).status_code == 404, path


@pytest.mark.django_db(transaction=True)
def test_it_never_serves_what_is_another_brands():
    link = make_link(slug="anna")
    prove(link.brand)
    other = make_link(make_enrollment(user=get_owner(make_brand())), slug="berta")
    asset = make_asset(other.enrollment.program)

    assert visit(HOST, "/r/berta").status_code == 404
    assert visit(HOST, "/r/?ref=berta").status_code == 404
    assert visit(HOST, f"/i/berta/{asset.public_id}").status_code == 404
    assert visit("testserver", "/r/berta").status_code == 302
    assert visit("testserver", "/r/anna").status_code == 302


def test_a_name_that_is_not_proven_is_refused_but_answers_its_challenge():
    row = put(make_brand())

    assert visit(HOST, "/r/anna").status_code == 400
    answer = visit(HOST, f"/.well-known/fairshare/{row.challenge}")
    assert (answer.status_code, answer.content.decode()) == (200, row.challenge)
    assert visit("other.example", f"/.well-known/fairshare/{row.challenge}").status_code == 404


def test_a_manager_sets_it_and_reads_what_to_do(client):
    brand = make_brand()
    client.force_login(get_owner(brand))
    url = reverse("brands:link-host", args=[brand.slug])

    wrong = client.post(url, {"action": "set", "host": "shop", "cookie_domain": ""})
    outside = client.post(url, {"action": "set", "host": HOST, "cookie_domain": "other.example"})
    done = client.post(
        url,
        {"action": "set", "host": "GO.shop.example", "cookie_domain": "shop.example"},
        follow=True,
    )

    assert (wrong.status_code, outside.status_code) == (422, 422)
    assert f"{HOST}. CNAME {settings.SITE_HOST}." in done.content.decode()
    row = LinkHost.objects.get()
    assert (row.host, row.cookie_domain, row.state) == (HOST, "shop.example", "waiting")
    client.post(url, {"action": "remove"})
    assert not LinkHost.objects.exists()


def test_who_only_reads_may_look_and_not_set(client):
    brand = make_brand()
    client.force_login(make_member(brand, "analyst").user)
    url = reverse("brands:link-host", args=[brand.slug])

    assert client.get(url).status_code == 200
    assert client.post(url, {"action": "set", "host": HOST}).status_code in {403, 404}
    assert not LinkHost.objects.exists()


def test_creators_share_links_under_it(client):
    link = make_link(slug="anna")
    prove(link.brand)
    client.force_login(link.enrollment.affiliation.affiliate.user)

    page = client.get(reverse("affiliates:link-detail", args=[link.public_id]))

    assert f"https://{HOST}/r/anna" in page.content.decode()
