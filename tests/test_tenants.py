"""What the crawl does not try: pages that pick a program, and operators (I-40).

Each refusal stands beside a positive control: the same address works for the one it belongs to.
"""

from dataclasses import dataclass

import pytest

from tests.addresses import Address, Asker, is_reached, list_addresses
from tests.everything import Everything, make_everything
from tests.makers import make_user

pytestmark = pytest.mark.django_db


@dataclass
class Neighbours:
    """Two brands, each with people and rows of every kind, and somebody from nowhere."""

    ours: Everything
    theirs: Everything
    owner: Asker
    other_owner: Asker
    creator: Asker
    stranger: Asker


@pytest.fixture(scope="module")
def town(committed: None) -> Neighbours:
    ours, theirs = make_everything("Anna"), make_everything("Cem")
    return Neighbours(
        ours=ours,
        theirs=theirs,
        owner=Asker(ours.owner),
        other_owner=Asker(theirs.owner),
        creator=Asker(ours.creator),
        stranger=Asker(make_user()),
    )


def addresses_of(side: str) -> list[Address]:
    found = [address for address in list_addresses() if address.side == side]
    assert found
    return found


def open_to(address: Address, url: str, *askers: Asker) -> list[str]:
    """Return for whom of these the address is more than a missing page."""
    return [
        f"{method} {address.name} for {number}: {status}"
        for number, asker in enumerate(askers)
        for method in sorted(asker.methods(url))
        if (status := asker.ask(url, method, address.form).status_code) != 404
    ]


def works_for(address: Address, url: str, asker: Asker) -> bool:
    return any(is_reached(asker.ask(url, method, address.form)) for method in asker.methods(url))


def test_no_page_takes_the_program_of_another_brand(town):
    """Pages that pick a program by `?program=` refuse a foreign one; others do not read it."""
    picking, seen = 0, []
    for address in addresses_of("brand"):
        url = address.url(town.theirs)
        own, foreign = (
            f"{url}?program={world.ids['program_id']}" for world in (town.theirs, town.ours)
        )
        if "GET" not in town.other_owner.methods(url):
            continue
        asker = town.other_owner
        if asker.ask(f"{url}?program=prg_nothing").status_code == 404:
            picking += 1
            seen += [] if is_reached(asker.ask(own)) else [f"{address.name} refuses its own"]
            seen += open_to(address, foreign, asker)
        elif town.ours.brand.name.encode() in b"".join(asker.ask(foreign)):
            seen.append(f"{address.name} shows another brand")

    assert picking > 5
    assert seen == []


def test_the_operators_pages_are_there_for_operators_alone(town):
    operator, others = Asker(town.ours.operator), (town.owner, town.creator, town.stranger)
    dead, seen = [], []
    for address in addresses_of("operator"):
        url = address.url(town.ours)
        dead += [] if works_for(address, url, operator) else [address.name]
        seen += open_to(address, url, *others)

    assert dead == []
    assert seen == []


def test_an_operator_is_no_member_of_a_brand(town):
    seen = [
        found
        for address in addresses_of("brand")
        for found in open_to(address, address.url(town.ours), Asker(town.ours.operator))
    ]

    assert seen == []
