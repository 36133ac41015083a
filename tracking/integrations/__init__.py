"""The platforms of stores: one folder each, found by itself.

A folder here whose package has `traits` is an adapter: see
`tracking.services.adapters` for what it must have, `docs/stores/adapters.md` for how one is made.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import cast

from django.utils.translation import gettext_lazy as _

from brands.models import StoreConnection
from tracking.models import StoreEvent
from tracking.services.adapters import FILES, Adapter
from tracking.services.catalogues import Catalogue
from tracking.services.codebooks import BookTraits, CodeBook
from tracking.services.sources import Poller, Source

FILE_CODES = BookTraits(kinds=("percent", "amount"), once_label=_("Once a customer"), keys_need="")
"""What codes can be where a person takes them into the shop from a file."""


class UnknownPlatform(LookupError):
    """No adapter reads this platform."""


@cache
def list_adapters() -> Mapping[str, Adapter]:
    """Return every adapter by its platform, in the order of their folders.

    :raises ValueError: two read one platform.
    """
    found: dict[str, Adapter] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        package = importlib.import_module(module.name) if module.ispkg else None
        if package is None or not hasattr(package, "traits"):
            continue
        adapter = cast("Adapter", package)
        if adapter.traits.platform in found:
            raise ValueError(f"{module.name} reads {adapter.traits.platform}, as another does")
        found[adapter.traits.platform] = adapter
    return found


def get_adapter_of(event: StoreEvent) -> Adapter:
    """Return the adapter that reads a delivery: its store's, or that of files."""
    return get_adapter(FILES if event.upload_id else event.connection.platform)


def get_adapter(platform: str) -> Adapter:
    """Return the adapter of a platform.

    :raises UnknownPlatform: for a platform without one.
    """
    try:
        return list_adapters()[platform]
    except KeyError:
        raise UnknownPlatform(platform) from None


def find_template(platform: str, name: str) -> str:
    """Return a template of an adapter's own folder as text; empty where it has none of that name.

    `setup.html`: steps in the shop, as items of a list. `click.html`: how the click travels.
    """
    path = Path(str(get_adapter(platform).__file__)).with_name(name)
    return path.read_text("utf-8") if path.is_file() else ""


def list_polled() -> list[str]:
    """Return the platforms that can be asked which orders changed."""
    return [name for name, one in list_adapters().items() if one.traits.is_polled]


def list_reporting() -> list[str]:
    """Return the platforms whose shops tell of orders without a person."""
    traits = {name: one.traits for name, one in list_adapters().items()}
    return [name for name, one in traits.items() if one.is_posting or one.is_polled]


def list_fetched() -> list[str]:
    """Return the platforms of which one order can be fetched."""
    return [name for name, one in list_adapters().items() if hasattr(one, "open_source")]


def list_catalogues() -> list[str]:
    """Return the platforms whose products can be read."""
    return [name for name, one in list_adapters().items() if hasattr(one, "open_catalogue")]


def open_catalogue(connection: StoreConnection, *, allows_loopback: bool) -> Catalogue:
    """Return the products of a shop, to be asked for with the keys of the connection.

    :raises UnknownPlatform: its platform gives none.
    """
    adapter = get_adapter(connection.platform)
    opener: Callable[..., Catalogue] | None = getattr(adapter, "open_catalogue", None)
    if opener is None:
        raise UnknownPlatform(connection.platform)
    return opener(connection, allows_loopback=allows_loopback)


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> Source:
    """Return the shop's own interface, to be asked with the keys of the connection.

    :raises UnknownPlatform: its platform has none.
    """
    adapter = get_adapter(connection.platform)
    opener: Callable[..., Source] | None = getattr(adapter, "open_source", None)
    if opener is None:
        raise UnknownPlatform(connection.platform)
    return opener(connection, allows_loopback=allows_loopback)


def open_poller(connection: StoreConnection, *, allows_loopback: bool) -> Poller:
    """Return the interface of a shop whose platform `is_polled`."""
    return cast("Poller", open_source(connection, allows_loopback=allows_loopback))


def find_code_traits(platform: str) -> BookTraits | None:
    """Return what codes of a platform can be; None where its shops keep none from outside."""
    adapter = list_adapters().get(platform)
    found: BookTraits | None = getattr(adapter, "code_traits", None)
    return found


def list_code_platforms() -> list[str]:
    """Return the platforms whose shops let codes be made from outside."""
    return [name for name in list_adapters() if find_code_traits(name)]


def open_codes(
    connection: StoreConnection, *, real_now: datetime, allows_loopback: bool
) -> CodeBook:
    """Return the codes of a shop, to be kept with the keys of the connection.

    :raises UnknownPlatform: its platform has none.
    """
    opener: Callable[..., CodeBook] | None = getattr(
        get_adapter(connection.platform), "open_codes", None
    )
    if opener is None:
        raise UnknownPlatform(connection.platform)
    return opener(connection, real_now=real_now, allows_loopback=allows_loopback)
