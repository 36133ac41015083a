"""How a shop takes a discount code from an address, so that a link applies it.

A pattern is one of two: `?NAME={code}` adds a parameter to the page's own address;
`/PATH{code}?NAME={path}` is an address of the same shop that takes the code and leads on to the
page. Both stay on the page's host whatever code and page say, so what the page's check allowed
holds for the result.
"""

import re
from collections.abc import Collection
from urllib.parse import quote, unquote_plus

MAX_PATTERN = 120
SHOPIFY = "/discount/{code}?redirect={path}"  # Shopify, "Shareable discount links"
STRIPE = "?prefilled_promo_code={code}"  # Stripe, "URL parameters of payment links"
STRIPE_HOST = "buy.stripe.com"
SHOPIFY_HOSTS = ".myshopify.com"

_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}"
_PARAMETER = re.compile(rf"(?:\{{destination\}})?\?({_NAME})=\{{code\}}")
_PATH = re.compile(rf"((?:/[A-Za-z0-9_-]+)*/)\{{code\}}\?({_NAME})=\{{path\}}")
_OURS = re.compile(r"(?:fs_|utm_).*", re.IGNORECASE)
_ORIGIN = re.compile(r"(https?://[^/?#]+)([^#]*)(.*)")
# A path that a shop could take for another host, or that names itself in a roundabout way.
_ROUNDABOUT = re.compile(r"//|/\.{1,2}(?:/|$)|%2e|%2f|%5c|\\", re.IGNORECASE)


def is_pattern(text: str) -> bool:
    """Tell whether this is one of the two forms, with a parameter that is not one of ours."""
    found = _PARAMETER.fullmatch(text) or _PATH.fullmatch(text)
    is_short = len(text) <= MAX_PATTERN
    return is_short and found is not None and not _OURS.fullmatch(found.groups()[-1])


def find_pattern(own: str, host: str) -> str:
    """Return how codes are applied on a host: as its program says, else as is known of the host."""
    if own:
        return own
    if host == STRIPE_HOST:
        return STRIPE
    return SHOPIFY if host.endswith(SHOPIFY_HOSTS) else ""


def can_apply(own: str, domains: Collection[str]) -> bool:
    """Tell whether on one host of a program at least a code can be applied by an address."""
    return any(find_pattern(own, host) for host in domains)


def apply_code(own: str, address: str, code: str) -> str:
    """Return the address by which the shop applies the code and shows the page.

    The page itself where nobody knows how, where it has the parameter already, or where its path
    could be read in two ways. `address` is one that was allowed, with all that is added to it.
    """
    found = _ORIGIN.fullmatch(address)
    if not code or found is None:
        return address
    origin, rest, fragment = found.groups()
    pattern = find_pattern(own, origin.rpartition("/")[2])
    if parameter := _PARAMETER.fullmatch(pattern):
        return _add(origin + rest, parameter[1], code) + fragment
    path = _PATH.fullmatch(pattern)
    if path is None or _ROUNDABOUT.search(rest.partition("?")[0]):
        return address
    before, name = path.groups()
    onward = quote(rest if rest.startswith("/") else f"/{rest}", safe="/")
    return f"{origin}{before}{quote(code, safe='')}?{name}={onward}{fragment}"


def _add(address: str, name: str, code: str) -> str:
    base, _, query = address.partition("?")
    parts = query.split("&") if query else []
    if name in {unquote_plus(part.partition("=")[0]) for part in parts}:
        return address
    added = f"{name}={quote(code, safe='')}"
    return f"{base}?{'&'.join([*parts, added])}"
