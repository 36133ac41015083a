"""What the pages of a brand ask for: the names in their addresses, and the forms they send."""

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from django.http import HttpResponse
from django.urls import Resolver404, resolve

from tests.addresses import Address, Asker, Side, list_addresses
from tests.everything import Everything
from tests.pageforms import PageForm, read_forms

_NAME = re.compile(r'(?:\?|&amp;)([a-z_]+)=[^"]*"')


@dataclass(frozen=True)
class Stop:
    """One page, and who reads it."""

    address: Address
    url: str
    asker: Asker


@dataclass(frozen=True)
class Posting:
    """One form: where it goes, and who sends it."""

    name: str
    url: str
    asker: Asker
    form: PageForm


@dataclass
class Survey:
    """All pages that are there to read, by their owners."""

    stops: list[Stop] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    postings: dict[tuple[str, ...], Posting] = field(default_factory=dict)


def survey(world: Everything) -> Survey:
    """Read every page as whom it is for, and note what it asks."""
    found = Survey()
    askers: dict[Side, tuple[Asker, ...]] = {
        "brand": (Asker(world.owner),),
        "creator": (Asker(world.creator),),
        "operator": (Asker(world.operator),),
        "anyone": (Asker(world.owner), Asker()),
    }
    for address in list_addresses():
        for asker in askers.get(address.side, ()):  # programs with a key read no pages
            url = address.url(world)
            if "GET" in asker.methods(url):
                found.stops.append(Stop(address, url, asker))
                _note(found, url, asker, asker.ask(url))
    return found


def _note(found: Survey, url: str, asker: Asker, answer: HttpResponse) -> None:
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return
    page = answer.content.decode()
    found.names.update(_NAME.findall(page))
    found.names.update(name for form in read_forms(page, "get") for name in form.offered)
    for form in read_forms(page, "post"):
        to = urljoin(url, form.action)
        name = _name_of(to)
        found.postings.setdefault((name, *sorted(form.offered)), Posting(name, to, asker, form))


def _name_of(url: str) -> str:
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return url
