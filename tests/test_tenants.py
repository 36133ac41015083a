"""What the crawl does not try: pages that pick a program of a brand by their query (I-40).

Each refusal stands beside a positive control: the same address works for the one it belongs to.
That operators' pages are theirs alone, and brands' pages nobody else's, is held by test_headers.
"""

from dataclasses import dataclass

import pytest

from tests.addresses import Asker, is_reached, list_addresses
from tests.everything import Everything, make_everything

pytestmark = pytest.mark.django_db


@dataclass
class Neighbours:
    """Two brands with rows of every kind, and the owner of the second."""

    ours: Everything
    theirs: Everything
    owner: Asker


@pytest.fixture(scope="module")
def town(committed: None) -> Neighbours:
    ours, theirs = make_everything("Anna"), make_everything("Cem")
    return Neighbours(ours, theirs, Asker(theirs.owner))


def test_no_page_takes_the_program_of_another_brand(town):
    """Pages that pick a program by `?program=` refuse a foreign one; others do not read it."""
    picking, seen, asker = 0, [], town.owner
    for address in (one for one in list_addresses() if one.side == "brand"):
        url = address.url(town.theirs)
        own, foreign = (
            f"{url}?program={world.ids['program_id']}" for world in (town.theirs, town.ours)
        )
        if "GET" not in asker.methods(url):
            continue
        if asker.ask(f"{url}?program=prg_nothing").status_code == 404:
            picking += 1
            seen += [] if is_reached(asker.ask(own)) else [f"{address.name} refuses its own"]
            seen += [
                f"{method} {address.name}: {status}"
                for method in sorted(asker.methods(foreign))
                if (status := asker.ask(foreign, method, address.form).status_code) != 404
            ]
        elif town.ours.brand.name.encode() in b"".join(asker.ask(foreign)):
            seen.append(f"{address.name} shows another brand")

    assert picking > 5
    assert seen == []
