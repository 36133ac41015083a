"""What reading the products of a shop has in common: answers as objects, names of groups."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tracking.integrations.reading import Node, load_object, split_list
from tracking.integrations.shopapi import Ask, get_list
from tracking.services.adapters import PayloadRefused
from tracking.services.catalogues import CataloguePage
from tracking.services.sources import PullFailed

MOST_PAGES = 200


class GroupedCatalogue(ABC):
    """The products of a shop that tells the names of their groups apart from them."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self._names: dict[str, str] | None = None

    def read_page(self, cursor: str) -> CataloguePage:
        """Return the products at a cursor; all names are asked for ahead of the first of them."""
        if self._names is None:
            self._names = self._read_names()
        return self.list_products(cursor, self._names)

    def _read_names(self) -> dict[str, str]:
        names, cursor = self.list_names("")
        for _ in range(MOST_PAGES):
            if not cursor:
                return names
            more, cursor = self.list_names(cursor)
            names |= more
        raise PullFailed("too_large")

    @abstractmethod
    def list_names(self, cursor: str) -> tuple[dict[str, str], str]:
        """Return names by their ids from the page at a cursor, empty at first, and the next."""

    @abstractmethod
    def list_products(self, cursor: str, names: Mapping[str, str]) -> CataloguePage:
        """Return the products at a cursor, in groups of these names."""


@contextmanager
def told_as_products() -> Iterator[None]:
    """Say of an answer that cannot be read that it is no list of products.

    :raises PullFailed: `no_list`.
    """
    try:
        yield
    except PayloadRefused as refusal:
        raise PullFailed("no_list") from refusal


def ask_object(ask: Ask, path: str) -> Node:
    """Return the object of an answer.

    :raises PullFailed: there is none.
    """
    with told_as_products():
        return load_object(get_list(ask, path))


def ask_objects(ask: Ask, path: str) -> list[Node]:
    """Return the objects of an answer that is a list.

    :raises PullFailed: it is none.
    """
    with told_as_products():
        return [load_object(body) for body in split_list(get_list(ask, path))]


def find_texts(node: Node, name: str, inner: str) -> list[str]:
    """Return one text of each object of a list, of those that have it."""
    return [found for one in node.nodes(name) if (found := one.text(inner))]
