"""Where a request comes from: its network, and whether its browser is known to the account."""

import ipaddress
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer

KNOWN_COOKIE = "fs_known"
KNOWN_AGE_S = 180 * 24 * 3600


def network_of(address: str) -> str:
    """Return the first address of the network: /24 of IPv4, /48 of IPv6; "" gives itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    length = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network(f"{found}/{length}", strict=False).network_address)


def known_device(request: Any, email: str) -> str:
    """Return the mark of a browser that has logged in with the address before, else ""."""
    try:
        mark = Signer(salt=f"device {email}").unsign(request.COOKIES.get(KNOWN_COOKIE, ""))
    except BadSignature:
        return ""
    return str(mark)


def remember_device(response: Any, *, email: str, mark: str) -> None:
    """Mark a browser as one that this address logs in with."""
    response.set_cookie(
        KNOWN_COOKIE,
        Signer(salt=f"device {email}").sign(mark),
        max_age=KNOWN_AGE_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
