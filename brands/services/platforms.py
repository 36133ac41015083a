"""What connecting a store of some platform asks of a brand. The adapters themselves are tracking's.

Texts are for the brand's people, translated lazily where they are words and not names.
"""

import re
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise

MOST_KEYS = 3
SLUG = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")


@dataclass(frozen=True, slots=True)
class KeyField:
    """A key of the store's own API, as its maker calls it; `example` shows how one begins.

    `is_optional`: not every shop has one; only what comes last may be.
    """

    label: Text
    example: str = ""
    is_secret: bool = True
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """The address of the shop where one is needed; `pattern` is what the whole of it must match.

    `is_optional`: the keys alone need it.
    """

    label: Text
    help: Text = ""
    pattern: str = ""
    error: Text = ""
    is_optional: bool = False

    def fits(self, given: str) -> bool:
        return not self.pattern or re.fullmatch(self.pattern, given) is not None


@dataclass(frozen=True, slots=True)
class Traits:
    """How a store of one platform is connected.

    `platform`: its name in rows and addresses. `name`, `about`: what it is called, one sentence.
    `is_posting`: it has an address here to post to, and a secret.
    `secret_name`: the shop makes the signing secret and calls it so; empty: one is made here.
    `secret_help`: where the shop shows it. `has_plain_secret`: made of letters and digits only.
    `has_secret_address`: nothing is signed, so the secret is the end of the address.
    `keys`: of the store's own API, at most three. `keys_why` says what they bring and what is
    missing without them, `keys_how` where they are made.
    `is_polled`: with its keys it is asked every few minutes for what it failed to post.
    `needs_fetch`: what it posts only tells of a change; the order is fetched with the keys.
    """

    platform: str
    name: Text
    about: Text
    is_posting: bool = True
    secret_name: Text = ""
    secret_help: Text = ""
    has_plain_secret: bool = False
    has_secret_address: bool = False
    address: Address | None = None
    keys: tuple[KeyField, ...] = ()
    keys_why: Text = ""
    keys_how: Text = ""
    is_polled: bool = False
    needs_fetch: bool = False

    def __post_init__(self) -> None:
        if not SLUG.match(self.platform):
            raise ValueError(f"{self.platform!r} is no name of a platform")
        if len(self.keys) > MOST_KEYS:
            raise ValueError(f"a store has at most {MOST_KEYS} keys")
        if (self.is_polled or self.needs_fetch) and not self.keys:
            raise ValueError("nothing is fetched without a key")

    @property
    def gives_secret(self) -> bool:
        return bool(self.secret_name)
