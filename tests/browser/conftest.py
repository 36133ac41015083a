"""What every walk through a browser starts from."""

from collections.abc import Callable

import pytest
from django.core.cache import cache

from core.models import User
from tests.addresses import CHROME
from tests.browser.people import Person

OpenBrowser = Callable[..., Person]


@pytest.fixture
def site(live_server, settings) -> str:
    settings.SITE_URL = settings.INTERNAL_URL = live_server.url
    cache.clear()  # who asks for a code again waits for minutes
    return str(live_server.url)


@pytest.fixture
def open_browser(new_context, site) -> OpenBrowser:
    """Return a function that gives a person a browser of his own."""

    def open_one(user: User | None = None, *, language: str = "en", **options) -> Person:
        locale = {"en": "en-GB", "fa": "fa-IR"}[language]
        context = new_context(locale=locale, user_agent=CHROME, **options)
        return Person(context, site, user, language=language)

    return open_one
