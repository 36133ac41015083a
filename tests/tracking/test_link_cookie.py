"""Under its own link domain a brand's links set the cookie of the shop, and lead nobody away."""

from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import httpx
import pytest
from django.conf import settings

from core.ids import uuid7
from tests.brands.test_linkhosts import HOST, prove
from tests.hostile_addresses import list_hostile
from tests.makers import DOMAIN, make_link
from tests.tracking.asking import Reply, ask
from tests.tracking.test_redirect_targets import is_of_shop
from tracking.domain.token import make_token, split_tokens

pytestmark = pytest.mark.django_db(transaction=True)

NEEDLES = [
    "\r\nSet-Cookie: a=b",
    "%0d%0aSet-Cookie:a=b",
    "\x00",
    "é",
    ";Domain=evil.example",
    "a b",
]


@pytest.fixture
def link():
    made = make_link(slug="anna")
    prove(made.brand, cookie_domain=DOMAIN)
    return made


def cookie_of(reply: Reply) -> str:
    return SimpleCookie(reply.headers["Set-Cookie"])["fs_click"].value


def test_a_click_is_kept_for_the_shop_as_long_as_it_can_earn(link):
    reply = ask("/r/anna", HTTP_HOST=HOST)

    assert reply.headers["Set-Cookie"] == (
        f"fs_click={reply.token}; Domain={DOMAIN}; Path=/; Max-Age={30 * 86400};"
        " Secure; SameSite=Lax"
    )
    assert "Set-Cookie" not in ask("/r/anna").headers
    assert "Set-Cookie" not in ask("/r/anna", HTTP_HOST="testserver").headers


@pytest.mark.parametrize(
    "environ",
    [{"HTTP_SEC_GPC": "1"}, {"HTTP_USER_AGENT": "curl/8.5.0"}, {"REQUEST_METHOD": "HEAD"}],
)
def test_who_gets_no_token_gets_no_cookie(link, environ):
    assert "Set-Cookie" not in ask("/r/anna", HTTP_HOST=HOST, **environ).headers


def test_a_brand_that_names_no_domain_sets_none():
    prove(make_link(slug="anna").brand)

    assert "Set-Cookie" not in ask("/r/anna", HTTP_HOST=HOST).headers


def test_the_first_click_and_the_last_two_stay(link):
    def made(days: int) -> str:
        at = datetime.now(UTC) - timedelta(days=days)
        return make_token(settings.CLICK_TOKEN_KEYS, uuid7(at), link.pk)

    first, second, third = made(20), made(10), made(5)
    forged = third[:-4] + "AAAA"
    for kept, stays in (
        (first + second + third, [first, third]),
        (made(40) + first, [first]),
        (forged, []),
        ("x" * 77, []),
    ):
        reply = ask("/r/anna", HTTP_HOST=HOST, HTTP_COOKIE=f"a=b; fs_click={kept}; c=d")

        assert split_tokens(cookie_of(reply)) == [*stays, reply.token]


def test_no_hostile_page_leads_away_from_the_shop_under_it(link):
    hostile = list_hostile(DOMAIN)

    assert len(hostile) > 300
    for to in hostile:
        reply = ask("/r/anna", str(httpx.QueryParams({"to": to})), HTTP_HOST=HOST)

        assert reply.status == "302 Found", to
        assert is_of_shop(reply.location), to
        assert cookie_of(reply).endswith(reply.token), to


@pytest.mark.parametrize("needle", NEEDLES)
@pytest.mark.parametrize(
    "name",
    ["HTTP_COOKIE", "HTTP_REFERER", "HTTP_X_FORWARDED_HOST", "HTTP_USER_AGENT", "HTTP_ORIGIN"],
)
def test_no_header_gets_into_an_answer(link, name, needle):
    value = (
        f"fs_click={'A' * 50}{needle}" if name == "HTTP_COOKIE" else f"https://x.example/{needle}"
    )

    reply = ask("/r/anna", HTTP_HOST=HOST, **{name: value})

    said = "".join(f"{key}: {text}\n" for key, text in reply.headers.items())
    assert said.count("\n") == len(reply.headers)
    assert "evil.example" not in said and "x.example" not in said and "a=b" not in said
    assert is_of_shop(reply.location)


@pytest.mark.parametrize(
    "host", ["evil.example", f"{HOST}.evil.example", f"{HOST}@evil.example", f"evil.{HOST}", "a b"]
)
def test_a_name_that_is_nobodys_opens_no_link(link, host):
    assert not ask("/r/anna", HTTP_HOST=host).status.startswith("302")


@pytest.mark.parametrize("host", [f"{HOST}:443", HOST.upper(), f"{HOST}."])
def test_the_same_name_written_otherwise_does(link, host):
    assert ask("/r/anna", HTTP_HOST=host).headers["Set-Cookie"]
