"""Nobody is led away: not by a page somebody may name, not by `next` (ASVS 3.7.2).

The judge is a second reader of addresses, the one browsers agree on (WHATWG), not our own check.
"""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlencode

import ada_url
import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.http import HttpResponse
from django.test import override_settings
from django.urls import reverse

from affiliates.forms import LinkForm
from affiliates.models import AssetKind
from affiliates.services.links import DestinationRefused, create_link
from brands.domain.destinations import Refused, normalise_domain
from brands.forms.programs import ProgramForm, TrackingForm
from brands.services.programs import LandingRefused, update_program
from tests.addresses import Asker
from tests.hostile_addresses import EVIL, HOSTS, NUMBERS, list_hostile
from tests.makers import DOMAIN, NOW, get_owner, make_asset, make_enrollment, make_user

pytestmark = pytest.mark.django_db

HOST = "testserver"
HERE = f"http://{HOST}/accounts/login/"
HOSTILE = list_hostile(DOMAIN)
LEADING = list_hostile(HOST)
# All of them are tried on the check itself (test_redirect_targets), and where asking is cheap; of
# the rest each door gets other ones.
DOORS = 5
SOME = [
    f"//{EVIL}",
    f"https:{EVIL}",
    f"/\\{EVIL}",
    f"https://{HOST}@{EVIL}/",
    "javascript:alert(1)",
]
PASSWORD = "a long pass phrase"


def is_of_shop(address: str) -> bool:
    url = ada_url.URL(address)
    return (url.protocol, url.hostname, url.port) == ("https:", DOMAIN, "") and not url.username


def is_here(address: str) -> bool:
    """Say whether a browser on one of our pages would stay with us."""
    url = ada_url.URL(address, base=HERE)
    return url.hostname == HOST and url.protocol in {"http:", "https:"}


def test_no_link_leads_to_a_page_outside_the_program():
    enrollment = make_enrollment()

    def make(url: str) -> str:
        made = create_link(enrollment_id=enrollment.pk, destination_url=url, actor_id=None, now=NOW)
        return made.destination_url

    assert_refused(make, DestinationRefused, HOSTILE[0::DOORS])
    for url in HOSTILE[1::DOORS]:
        data = {"enrollment": enrollment.public_id, "destination_url": url}
        form = LinkForm(data, enrollments=[enrollment], templates=[])
        assert not form.is_valid() or is_of_shop(form.cleaned_data["destination_url"]), url


def test_no_program_lands_outside_its_domains():
    program = make_enrollment().program
    owner = get_owner(program.brand)

    def land(url: str) -> str:
        changed = update_program(program_id=program.pk, actor_id=owner.pk, now=NOW, landing_url=url)
        return changed.landing_url

    assert_refused(land, LandingRefused, HOSTILE[2::DOORS])
    for url in HOSTILE[3::DOORS]:
        data = {"landing_url": url, "domains": DOMAIN, "name": "Tea", "currency": "EUR"}
        for form in (ProgramForm(data), TrackingForm(data, program=program)):
            form.is_valid()
            assert "landing_url" in form.errors or is_of_shop(form.cleaned_data["landing_url"]), url


def test_a_landing_page_that_cannot_be_read_is_no_error():
    """The domain of the landing page is taken where none is given."""
    for url in HOSTILE:
        form = ProgramForm({"landing_url": url, "name": "Tea", "currency": "EUR"})
        if form.is_valid():
            landing = ada_url.URL(form.cleaned_data["landing_url"])
            assert landing.hostname in form.cleaned_data["domains"], url


def test_no_asset_leads_outside_the_program():
    program = make_enrollment().program

    def show(url: str) -> str:
        return make_asset(program, AssetKind.LINK, url=url).url

    assert_refused(show, DestinationRefused, [url for url in HOSTILE[4::DOORS] if url.strip()])


def test_a_domain_is_the_host_a_browser_would_go_to():
    """Every fifth letter there is in the first plane, beside the hosts of the list."""
    letters = [f"a{chr(code)}b.example" for code in range(0x80, 0xD800, 5)]
    listed = [one.partition("://")[2].strip("/") for one in [*HOSTS, *NUMBERS]]

    for text in [*listed, *letters]:
        host = normalise_domain(text)
        if not isinstance(host, Refused):
            assert read_host(f"https://{text.strip()}/") in {host, ""}, text


def read_host(address: str) -> str:
    """Return the host a browser would ask, "" where it would ask none."""
    try:
        return str(ada_url.URL(address).hostname)
    except ValueError:
        return ""


def assert_refused(
    make: Callable[[str], str], refusal: type[Exception], urls: Sequence[str]
) -> None:
    for url in urls:
        try:
            kept = make(url)
        except refusal:
            continue
        assert is_of_shop(kept), url


def test_the_choice_of_a_language_leads_nobody_away():
    asker = Asker()

    for url in LEADING:
        answer = asker.ask(reverse("core:preferences"), "POST", {"next": url, "language": "en"})

        assert is_here(answer["Location"]), url


def test_logging_in_leads_nobody_away():
    """Who is logged in already is sent on at once: by the same check, without a password."""
    asker = Asker(make_user())

    for url in LEADING[::2]:
        answer = asker.ask(f"{reverse('account_login')}?{urlencode({'next': url})}")

        assert answer.status_code == 302
        assert is_here(answer["Location"]), url


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_no_page_of_an_account_leads_away():
    cache.clear()  # so many log-ins in a minute are refused
    own = f"/b/?{urlencode({'a': '//' + EVIL})}"

    for url in SOME:
        assert [at for at in map(read_end, walk_account(url)) if not is_here(at)] == [], url
    assert [read_end(answer) for answer in walk_account(own)].count(own) == 8


def walk_account(url: str) -> Iterator[HttpResponse]:
    """Go to each page that leads on, with `next` in its address and in its form."""
    user = make_user()
    user.password = make_password(PASSWORD)
    user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    proof = {"login": user.email, "password": PASSWORD}
    for name in ("account_login", "account_logout", "account_reauthenticate", "core:again-by-mail"):
        at = reverse(name)
        asker = Asker(None if name == "account_login" else user)
        yield asker.ask(at, "POST", {**proof, "next": url})
        yield asker.ask(f"{at}?{urlencode({'next': url})}", "POST", proof)


def read_end(answer: HttpResponse) -> str:
    """Return where an answer leads, or would lead after the page it leads to."""
    assert answer.status_code in {302, 303}
    to = ada_url.URL(answer["Location"], base=HERE)
    later = ada_url.URLSearchParams(to.search).get("next")
    return later or answer["Location"]


@pytest.mark.parametrize("path", [f"//{EVIL}/accounts", f"/\\{EVIL}/accounts", f"/%5c{EVIL}/me"])
def test_a_slash_that_is_added_leads_nobody_away(path):
    answer = Asker().ask(path)

    assert answer.status_code == 404 or is_here(answer["Location"])
