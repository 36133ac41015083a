"""Read settings from the environment: typed, `NAME_FILE` for secrets, one sentence when wrong.

No sentence repeats a value that may hold a secret.
"""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environ import Env

SECRETS = frozenset(
    {
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
        "FIELD_ENCRYPTION_KEYS",
        "CLICK_TOKEN_KEYS",
        "DATABASE_URL",
        "MIGRATION_DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "METRICS_TOKEN",
        "BACKUP_KEY",
    }
)
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Setting:
    """What was read: the value, None for a secret, and where it came from."""

    name: str
    value: str | None
    is_set: bool
    source: str  # "file", "environment" or "default"


settings_read: dict[str, Setting] = {}
"""Every setting asked for so far, for the operator's page."""


def text(name: str, default: str = "") -> str:
    """Return the value of NAME, or of the file NAME_FILE names, without outer whitespace.

    An empty value is none: the default holds.
    """
    given, source = _look_up(name)
    value = given or default
    settings_read[name] = Setting(
        name=name,
        value=None if name in SECRETS else value,
        is_set=bool(value),
        source=source if given else "default",
    )
    return value


def required(name: str) -> str:
    """Return the value of NAME.

    :raises ImproperlyConfigured: it is empty.
    """
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Set {name}, or {name}_FILE with a path.")
    return value


def flag(name: str, *, default: str = "0") -> bool:
    """Return NAME as a yes or no."""
    value = text(name, default).lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}; use 1 or 0.")
    return value in TRUE


def number(name: str, default: int, low: int, high: int) -> int:
    """Return NAME as an integer within bounds."""
    value = text(name, str(default))
    if not (value.isascii() and value.lstrip("-").isdigit()) or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} is {value!r}; use a whole number from {low} to {high}.")
    return int(value)


def listed(name: str, default: str = "") -> list[str]:
    """Return NAME split at commas."""
    return [part for part in (p.strip() for p in text(name, default).split(",")) if part]


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return NAME split at commas, each an address or a network such as 10.20.0.0/16."""
    try:
        return [ip_network(part) for part in listed(name)]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}: {error}; use addresses or networks such as 10.20.0.0/16."
        ) from None


def one_of(name: str, default: str, choices: Collection[str]) -> str:
    """Return NAME, one of `choices`."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; use one of {', '.join(choices)}.")
    return value


def site_url(name: str, default: str) -> str:
    """Return NAME as scheme://host[:port], no path."""
    value = text(name, default).rstrip("/")
    try:
        parts = urlsplit(value)
        fits = parts.scheme in {"http", "https"} and parts.hostname and not parts.path
        fits = fits and (parts.port is None or parts.port > 0)
    except ValueError:  # no port number
        fits = False
    if not fits:
        raise ImproperlyConfigured(f"{name} is {value!r}; use https://host without a path.")
    return value


def database(name: str) -> dict[str, Any]:
    """Return the PostgreSQL database that NAME names, as Django's settings want it."""
    return dict(_read_address(name, required(name), ("postgres", "postgresql"), Env.db_url_config))


def redis_url(name: str, default: str) -> str:
    """Return NAME, the address of a Redis-compatible server."""
    value = text(name, default)
    _read_address(name, value, ("redis", "rediss", "unix"), lambda url: urlsplit(url).port)
    return value


def mail_server(name: str) -> dict[str, Any]:
    """Return the mail server that NAME names as EMAIL_ settings; none when NAME is empty."""
    value = text(name)
    schemes = ("smtp+tls", "smtp+ssl", "smtp")
    return dict(_read_address(name, value, schemes, Env.email_url_config)) if value else {}


def fernet_keys(name: str) -> list[str]:
    """Return NAME split at commas, each a key that Fernet takes."""
    required(name)
    keys = listed(name)
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        raise ImproperlyConfigured(
            f"{name}: each key is 32 random bytes in URL-safe base64, 44 characters."
        ) from None
    return keys


def _look_up(name: str) -> tuple[str, str]:
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return os.environ.get(name, "").strip(), "environment"
    try:
        return Path(file).read_text(encoding="utf-8").strip(), "file"
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", "it is no UTF-8 text")
        raise ImproperlyConfigured(f"{name}_FILE: {file} cannot be read ({why}).") from None


def _read_address(
    name: str, value: str, schemes: tuple[str, ...], read: Callable[[str], Read]
) -> Read:
    try:
        if value.partition("://")[0] in schemes:
            return read(value)
    except ValueError:  # a port that is no number, a broken IPv6 address
        pass
    raise ImproperlyConfigured(
        f"{name} is not an address of the form {schemes[0]}://user:password@host:port/name."
    )
