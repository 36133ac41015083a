"""A name of this machine that somebody makes up stands in no answer and in no mail (TRUST 3.3)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Mail
from tests.addresses import CHROME, Asker, list_addresses, undone
from tests.everything import Everything, make_everything
from tests.makers import make_user
from tests.survey import Posting, survey

pytestmark = pytest.mark.django_db

EVIL = "evil.example"
# What proxies and frameworks elsewhere take for the name that was asked.
FORGED = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Forwarded-Port": "6666",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "X-Forwarded-Proto": "https",
    "X-Host": EVIL,
    "X-Original-Host": EVIL,
    "X-Original-URL": f"//{EVIL}/",
    "X-Rewrite-URL": f"//{EVIL}/",
    "X-HTTP-Host-Override": EVIL,
    "Forwarded": f"for=1.2.3.4;host={EVIL};proto=https",
    "Origin": f"https://{EVIL}",
    "Referer": f"https://{EVIL}/",
    "User-Agent": CHROME,
}
HOSTS = [EVIL, f"testserver.{EVIL}", f"{EVIL}:80", f"testserver@{EVIL}", f"testserver, {EVIL}", ""]
# Links answer before any framework, name no host of ours and never read the one that was asked;
# machines ask whether we are well by whatever name they know.
NAMELESS = {"tracking:redirect", "tracking:redirect-by-parameter", "tracking:r/<path:slug>"}
PASSING = "a long pass phrase"


@pytest.fixture(scope="module")
def world(committed: None) -> Everything:
    return make_everything()


@pytest.mark.parametrize("host", HOSTS)
def test_a_name_that_is_not_ours_is_refused(host):
    for path in ("/", "/accounts/login/", "/me/", "/hooks/con_1", "/nothing/"):
        answer = Client(headers={"host": host}).get(path)

        assert answer.status_code == 400, path
        assert EVIL not in f"{answer.content.decode()}{answer.headers}"


def test_no_address_answers_to_a_name_that_is_not_ours(world):
    client = Client(headers={"host": EVIL, "user-agent": CHROME})
    client.force_login(world.owner)
    for address in list_addresses():
        with undone():
            answer = client.generic("GET", address.url(world))

        assert answer.status_code == 400 or address.name in NAMELESS, address.name
        assert EVIL not in str(answer.headers), address.name


def test_what_a_proxy_might_say_of_a_name_is_in_no_answer_and_no_mail(world):
    """Every form of every page is sent, as its owner, with a name somebody made up."""
    mailed, wrong = set[str](), []
    for posting in survey(world).postings.values():
        answer, letters = send(posting)
        if letters:
            mailed.add(posting.name)
        said = f"{answer.getvalue().decode(errors='replace')}{answer.headers}{letters}"
        if EVIL in said or ":6666" in str(answer.headers):
            wrong.append(posting.name)

    assert not wrong, wrong
    assert len(mailed) > 5


def send(posting: Posting) -> tuple[Any, list[str]]:
    client = Client(headers=FORGED)
    client.cookies = posting.asker.client.cookies
    with undone():
        before = Mail.objects.count()
        answer: Any = client.post(posting.url, posting.form.fields)
        later = Mail.objects.order_by("-pk")[: Mail.objects.count() - before]
        letters = [f"{mail.subject}{mail.text}{mail.html}" for mail in later]
    return answer, letters


@pytest.mark.parametrize("name", ["account_reset_password", "account_signup"])
def test_a_mail_about_an_account_links_to_the_name_in_the_settings(name, settings):
    """By whatever other name of ours it was asked for: that may be one only machines know."""
    settings.SITE_URL = "https://fairshare.example"
    settings.ALLOWED_HOSTS = ["fairshare.example", "web"]
    user = make_user()
    asker = Asker()
    asker.client.defaults["HTTP_HOST"] = "web"
    asker.client.post(reverse(name), {"email": user.email, "password1": PASSING})

    (mail,) = Mail.objects.filter(to=user.email)
    assert "https://fairshare.example/accounts/password/reset/" in mail.text
    assert "//web" not in mail.text
