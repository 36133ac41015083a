"""What reading the products of a shop has in common: answers as objects, names of groups."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tracking.integrations.reading import Node, load_object, split_list
from tracking.integrations.shopapi import Ask, get_list
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import PullFailed

MOST_PAGES = 200

GetPage = Callable[[str], tuple[dict[str, str], str]]
"""Gives names by their ids from the page at a cursor, empty at first, and the next cursor."""


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


def read_names(get_page: GetPage) -> dict[str, str]:
    """Return all names by their ids.

    :raises PullFailed: `too_large`, or what a page raises.
    """
    names, cursor = get_page("")
    for _ in range(MOST_PAGES):
        if not cursor:
            return names
        more, cursor = get_page(cursor)
        names |= more
    raise PullFailed("too_large")


def find_texts(node: Node, name: str, inner: str) -> list[str]:
    """Return one text of each object of a list, of those that have it."""
    return [found for one in node.nodes(name) if (found := one.text(inner))]
