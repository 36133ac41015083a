"""For whom something of a brand is meant: some of its creators, or all of them."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Segment:
    """What a creator must be; a part that is empty asks for nothing. Groups by their public id.

    `activity`: "with" or "without" an order within the last `days`.
    """

    groups: tuple[str, ...] = ()
    partner_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    activity: str = ""
    days: int = 0

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Return the segment a row holds."""
        parts: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stored.items()
        }
        return cls(**parts)

    def store(self) -> dict[str, Any]:
        """Return what a row holds of it: the parts that ask for something."""
        parts = {name: value for name, value in asdict(self).items() if value}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in parts.items()}

    def fits(self, *, group: str, partner_type: str) -> bool:
        """Tell whether a place in a program of that group and kind is meant."""
        return _takes(self.groups, group) and _takes(self.partner_types, partner_type)

    def takes(self, *, language: str, tags: Collection[str], is_active: bool) -> bool:
        """Tell whether a creator of this language, these tags, with orders or without is meant."""
        wanted = {"with": True, "without": False}.get(self.activity, is_active)
        is_tagged = not self.tags or not set(self.tags).isdisjoint(tags)
        return _takes(self.languages, language) and is_tagged and wanted == is_active


def _takes(wanted: Collection[str], value: str) -> bool:
    return not wanted or value in wanted
