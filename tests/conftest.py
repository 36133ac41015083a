"""Fixtures every test may use; no test reaches a machine other than this one."""

import gc
import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db.models.signals import pre_save
from django.utils import timezone, translation

from core.models import OutboxEvent
from core.topics import find_faults
from tests.chromium import ARGUMENTS, find_chromium
from tests.database import committed, django_db_setup
from tracking import redirect

__all__ = ["committed", "django_db_setup"]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop of its own

# Each client of a test would look for all static files anew; a live server finds them by itself.
settings.WHITENOISE_USE_FINDERS = False

# A busy machine is no failure: tests hold behaviour, never time.
hypothesis.settings.register_profile(
    "gate", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("gate")

_connect = socket.socket.connect


class OutsideConnection(Exception):
    """A test tried to reach another machine."""


def _connect_on_loopback(sock: socket.socket, address: Any) -> None:
    if sock.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
        raise OutsideConnection(f"a test tried to reach {address[0]}")
    _connect(sock, address)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


socket.socket.connect = _connect_on_loopback  # type: ignore[assignment, method-assign]


def _hold_to_the_catalogue(instance: OutboxEvent, **_: Any) -> None:
    """Let no test, whatever it is about, emit an event that core.topics does not describe."""
    faults = find_faults(instance.topic, instance.payload)
    assert not faults, faults


pre_save.connect(_hold_to_the_catalogue, sender=OutboxEvent, weak=False)


def pytest_collection_finish() -> None:
    """Leave all that was imported out of every later search for garbage: it stays to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _start_in_english_and_utc() -> None:
    """Forget the language and time zone that a request of another test left on this thread."""
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the Chromium of this machine instead of one Playwright would download."""
    found = find_chromium()
    if found is None:
        pytest.fail("no Chromium here: `make test` fetches one, or set CHROMIUM to its path")
    program, environment = found
    return {
        **browser_type_launch_args,
        "executable_path": program,
        "env": {**os.environ, **environment},
        "args": list(ARGUMENTS),
    }


@pytest.fixture(autouse=True)
def _fresh_redirect() -> Iterator[None]:
    """Let no test inherit the redirect's memory or leave its connections to the next database."""
    yield
    redirect.forget()
