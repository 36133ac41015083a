"""Anybody may say that he has a passkey: what is none is a wrong one, never an error."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.addresses import undone
from tests.makers import make_user
from tests.safety import make_factors

pytestmark = pytest.mark.django_db

# No JSON, JSON that is no object, and what a reader of JSON trips over.
TEXTS = [
    *("", "x", "1", "[]", '"x"', "null", "true", "NaN", "{}", '{"id": 1}', '{"response": []}'),
    *("[" * 5000, '{"a":' * 2000, "9" * 5000, '{"id": ' + "9" * 5000 + "}", '{"id": "\\ud800"}'),
]
LEAVES = ["AA", "_w", "", "=", "\u00e9", "A" * 9999, 1, None, [], {"a": "b"}]
SHOWN = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "clientExtensionResults": {},
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
        "authenticatorData": "A" * 60,
        "attestationObject": "o2NmbXRkbm9uZQ",
        "signature": "AAAA",
        "userHandle": "MQ",
    },
}


def list_credentials() -> Iterator[str]:
    yield from TEXTS
    for leaf in LEAVES:
        for name in SHOWN:
            yield json.dumps({**SHOWN, name: leaf})
        for name in SHOWN["response"]:
            response: Any = SHOWN["response"]
            yield json.dumps({**SHOWN, "response": {**response, name: leaf}})


@pytest.mark.parametrize(
    "name", ["mfa_login_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn"]
)
def test_what_is_no_passkey_is_refused(name):
    user, client = make_user(), Client()
    make_factors(user)
    if name != "mfa_login_webauthn":
        client.force_login(user)
    state = client.get(reverse(name), headers={"X-Requested-With": "XMLHttpRequest"})

    assert state.status_code == 200
    for credential in list_credentials():
        cache.clear()  # guesses are counted, and soon refused unread
        with undone():
            answer = client.post(reverse(name), {"credential": credential, "name": "Phone"})

        assert answer.status_code < 500, credential[:200]
        assert name != "mfa_login_webauthn" or "_auth_user_id" not in client.session
    assert user.authenticator_set.count() == 3
