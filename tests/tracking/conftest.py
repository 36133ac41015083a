"""The redirect keeps connections and memory of its own: each test begins without."""

import pytest

from tracking import redirect


@pytest.fixture(autouse=True)
def _fresh_redirect():
    redirect.forget()
    yield
    redirect.forget()
