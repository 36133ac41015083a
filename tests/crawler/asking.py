"""What is asked of each address: whose ids stand in it, what hangs on it, what is sent along."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import urlencode

from tests.addresses import Address
from tests.crawler.town import Town
from tests.pageforms import read_forms

ID = re.compile(r"[a-z]{2,6}_[0-9a-z]{20}")
# Names under which pages read an id or a search, on top of those in their own forms.
QUERIES = ("program", "creator", "group", "link", "code", "store", "order", "q", "before", "invite")
# Fields of rows that no form of a page offers.
EXTRAS: Mapping[str, str] = {
    "is_staff": "1",
    "is_superuser": "1",
    "is_active": "0",
    "status": "approved",
    "role": "owner",
    "amount_minor": "1",
    "covered_at": "2020-01-01",
    "released_at": "2020-01-01",
    "clock_offset_s": "99999999",
    "is_demo": "1",
    "public_id": "prg_00000000000000000000",
    "id": "1",
    "pk": "1",
}


@dataclass(frozen=True)
class Ask:
    """One request; `twin` is the same address with ids that do not exist."""

    address: Address
    method: str
    url: str
    data: Mapping[str, str] = field(default_factory=dict)
    twin: str = ""
    is_extra: bool = False

    def __str__(self) -> str:
        what = f" {dict(self.data)}" if self.data else ""
        return f"{self.method} {self.address.name} {self.url}{what}"[:300]


def list_foreign(town: Town, address: Address) -> Iterator[tuple[str, str]]:
    """Return each address with at least one part of theirs, and its twin of nothing."""
    ours, theirs = town.ours.ids, town.theirs.ids
    keys = {part: address.key(part) for part in address.parts}
    parts = [part for part, key in keys.items() if theirs.get(key) != ours.get(key)]
    for mix in product((False, True), repeat=len(parts)):
        if not any(mix):
            continue
        foreign = [part for part, is_foreign in zip(parts, mix, strict=True) if is_foreign]
        taken = {part: theirs[keys[part]] for part in foreign}
        nothing = {part: unknown(value) for part, value in taken.items()}
        yield address.url(town.ours, **taken), address.url(town.ours, **nothing)


def unknown(value: object) -> object:
    """Return an id of the same shape that nobody has."""
    if isinstance(value, int):
        return 2_000_000_000
    text = str(value)
    return text[:-4] + "zzzz" if ID.fullmatch(text) else f"{text[:-1]}~"[:-1] + "q9"


def list_queries(town: Town, page: str) -> Iterator[str]:
    """Return queries with their ids for a page of ours, by the filters it shows and by habit."""
    offered = read_forms(page, "get")
    names = dict.fromkeys([*QUERIES, *(name for form in offered for name in form.offered)])
    ids = {str(value) for value in town.theirs.ids.values()}
    by_kind = {value.partition("_")[0]: value for value in ids if ID.fullmatch(value)}
    for name in names:
        yield urlencode({name: "zq-"})
        near = [value for kind, value in by_kind.items() if kind[0] == name[0]]
        for value in near or [by_kind["prg"]]:
            yield urlencode({name: value})


def list_bodies(town: Town, address: Address, page: str) -> Iterator[tuple[dict[str, str], bool]]:
    """Return what is posted to an address of ours, and whether it holds more than is asked."""
    least = dict(address.fill(town.ours))
    yield least, False
    if address.side == "key":  # what it names in its body is theirs, one at a time
        for name, value in address.fill(town.theirs).items():
            yield {**least, name: value}, False
    forms = read_forms(page, "post")
    for form in forms:
        swapped = {name: swap(town, value) for name, value in form.offered.items()}
        if swapped != form.offered:
            yield {**least, **swapped}, False
    brand = town.theirs.brand
    asked = {name for form in forms for name in form.offered}
    extras = {**EXTRAS, "brand": str(brand.pk), "brand_id": str(brand.pk)}
    yield {**{name: value for name, value in extras.items() if name not in asked}, **least}, True


def swap(town: Town, value: str) -> str:
    """Return theirs for an id of ours."""
    if not ID.fullmatch(value):
        return value
    kind = value.partition("_")[0]
    same = [one for one in map(str, town.theirs.ids.values()) if one.startswith(f"{kind}_")]
    return same[0] if same else value
