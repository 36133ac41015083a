"""What the platforms of stores ask of a brand. Reading what they send is tracking's part."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """How a store of one platform is connected.

    `gives_secret`: the shop makes the signing secret, so it is pasted in; else one is made here.
    `is_posting`: it has an address here to post to, and a secret.
    `takes_keys`: orders it failed to post can be fetched with keys of its own API.
    """

    gives_secret: bool = False
    takes_keys: bool = False
    needs_address: bool = False
    is_posting: bool = True


TRAITS: Mapping[str, Traits] = {
    "shopify": Traits(gives_secret=True),
    "woocommerce": Traits(takes_keys=True, needs_address=True),
    "generic": Traits(),
    "csv": Traits(is_posting=False),
}
