"""A slice of `make fuzz`, and proof that it would find what it looks for."""

from datetime import UTC, datetime

import pytest

from core.signing import Verified
from tests.fuzz.run import BY_ADDRESS, make_stores, try_inputs
from tests.fuzz.senders import OURS, SENDERS, THEIRS
from tracking.integrations import get_adapter, list_adapters
from tracking.integrations.shopify import parser, signature

pytestmark = pytest.mark.django_db

SLICE = range(1500)


@pytest.fixture
def stores():
    return make_stores()


def test_every_platform_that_posts_has_a_sender():
    posting = {name for name, one in list_adapters().items() if one.traits.is_posting}

    assert posting - SENDERS.keys() <= {"prestashop"}


def test_nothing_hostile_is_believed_or_breaks_anything(stores):
    found = try_inputs(SLICE)

    assert (found.errors, found.forgeries) == ([], [])
    assert found.kinds["answered 200"] and found.kinds["answered 401"]
    assert found.inputs == len(SLICE) > BY_ADDRESS


def test_a_check_that_believes_everybody_is_found(stores, monkeypatch):
    monkeypatch.setattr(signature.signing, "verify", lambda **_facts: Verified(0))

    assert try_inputs(SLICE).forgeries


def test_a_parser_that_chokes_is_found(stores, monkeypatch):
    def choke(*_facts):
        raise KeyError("id")

    monkeypatch.setattr(parser, "read_order", choke)

    assert try_inputs(SLICE).errors


@pytest.mark.parametrize("platform", sorted(SENDERS.keys() & list_adapters().keys()))
def test_what_a_sender_sends_is_believed(platform):
    """Else nothing signed would be hostile, and nothing tampered a surprise."""
    sender, now = SENDERS[platform], datetime.now(UTC)
    body = b'{"eventCreated":1,"eventId":"e"}'
    sent = sender.deliver(OURS, body, now, "evt-1", "")

    for secret, is_right in ((sender.secret(OURS), True), (sender.secret(THEIRS), False)):
        verdict = get_adapter(platform).verify(
            headers=sent.headers, body=sent.body, secrets=[secret], now=now, address=sent.address
        )
        assert isinstance(verdict, Verified) is is_right
