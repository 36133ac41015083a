"""Read settings from the environment: typed, `NAME_FILE` for secrets, one sentence when wrong."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


def text(name: str, default: str = "") -> str:
    """Return the value of NAME, or of the file NAME_FILE names, without outer whitespace."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE: {file} cannot be read ({error.strerror})."
            ) from None
    return os.environ.get(name, default).strip()


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


def site_url(name: str, default: str) -> str:
    """Return NAME as scheme://host[:port], no path."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ImproperlyConfigured(f"{name} is {value!r}; use https://host without a path.")
    return value
