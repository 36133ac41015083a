"""Bring Django up for a process of ours; a wrong setting ends it with one sentence."""

import os

import django
from django.core.exceptions import ImproperlyConfigured


def set_up() -> None:
    """Load the settings and the apps.

    :raises SystemExit: a setting is missing or wrong; the text says which and what would be right.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise SystemExit(f"Fairshare cannot start: {error}") from None
