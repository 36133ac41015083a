"""For whom something of a brand is meant: some of its creators, or all of them."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Segment:
    """What a creator must be; a part that is empty asks for nothing. Groups by their public id."""

    groups: tuple[str, ...] = ()
    partner_types: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Return the segment a row holds."""
        return cls(**{name: tuple(values) for name, values in stored.items()})

    def store(self) -> dict[str, Any]:
        """Return what a row holds of it: the parts that ask for something."""
        return {name: list(values) for name, values in asdict(self).items() if values}

    def fits(self, *, group: str, partner_type: str) -> bool:
        """Tell whether a creator of that group and kind is meant."""
        return _takes(self.groups, group) and _takes(self.partner_types, partner_type)


def _takes(wanted: Collection[str], value: str) -> bool:
    return not wanted or value in wanted
