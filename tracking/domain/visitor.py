"""Keys that tell one day's visitors apart without keeping who they are.

A key is 64 bits of HMAC-SHA256 under a random salt of the UTC day, which is deleted after 48 h:
from then on nobody, the operator included, can say which address made it. Keys of two brands
never match.
"""

import hmac
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

V4_PREFIX = 24
V6_PREFIX = 48


def read_client_ip(*, remote_addr: str, forwarded_for: str, trusted_proxies: int) -> str:
    """Return the address of the shopper, or "" where none can be read.

    With n trusted proxies it is the nth entry of X-Forwarded-For from the right: all to its left
    is what the shopper says of himself. A shorter list did not pass all proxies: it is not used.
    """
    parts = forwarded_for.split(",") if trusted_proxies else []
    if trusted_proxies and len(parts) >= trusted_proxies:
        address = _read_address(parts[-trusted_proxies])
        if address is not None:
            return str(address)
    return str(_read_address(remote_addr) or "")


def name_network(address: str) -> str:
    """Name the /24 or /48 an address lies in; an unreadable one is returned as it is."""
    read = _read_address(address)
    if read is None:
        return address
    prefix = V4_PREFIX if read.version == 4 else V6_PREFIX
    return f"{read.version}:{int(read) >> read.max_prefixlen - prefix:x}"


def make_visitor_key(*, salt: bytes, brand_id: int, address: str, user_agent: str) -> int:
    """Return the key of one browser at one address, as a signed 64-bit number."""
    return _key(salt, f"visitor\0{brand_id}\0{address}\0{user_agent}")


def make_net_key(*, salt: bytes, brand_id: int, address: str) -> int:
    """Return the key of the network an address lies in, as a signed 64-bit number."""
    return _key(salt, f"net\0{brand_id}\0{name_network(address)}")


def _key(salt: bytes, text: str) -> int:
    digest = hmac.digest(salt, text.encode("utf-8", "surrogatepass"), "sha256")
    return int.from_bytes(digest[:8], "big", signed=True)


@lru_cache(maxsize=8192)
def _read_address(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip()
    if text.startswith("["):  # [v6]:port
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # v4:port
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
