"""A passkey is made and used in a real browser, with a key that the browser plays itself."""

import pytest

from core.factors import has_second_factor
from tests.browser.people import PASSWORD, Person
from tests.core.test_factors import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server, settings) -> str:
    # A passkey belongs to a name, and an address is none.
    settings.SITE_URL = live_server.url.replace("127.0.0.1", "localhost")
    return str(settings.SITE_URL)


def test_a_passkey_is_made_and_logs_in_without_a_password(site, new_context):
    anna = make_person("anna@mail.example")
    person = Person(new_context(locale="en-GB"), site)
    give_key(person)

    person.go("/accounts/login/").fill("Email", anna.email).fill("Password", PASSWORD)
    person.press("Log in")
    person.go("/accounts/2fa/").follow("Add a passkey")
    person.press("Add a passkey").sees_title("Recovery codes")
    assert has_second_factor(anna)

    person.context.clear_cookies()
    person.go("/accounts/login/").press("Log in with a passkey")
    person.page.wait_for_url(lambda url: "/login/" not in url)
    person.go("/accounts/2fa/").sees_title("Security").sees("1 passkey")


def give_key(person: Person) -> None:
    """Plug a security key that knows its owner into the browser."""
    protocol = person.context.new_cdp_session(person.page)
    protocol.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": key})
