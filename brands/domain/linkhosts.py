"""Which names may carry a brand's links, and for which domain their cookie may be set."""

from brands.domain.destinations import Refused, normalise_domain

LINK_HOST = "fairshare.link_host"
"""Names, in the environment of a request, the link domain it came under; no header can."""
CHALLENGE_PATH = "/.well-known/fairshare/"


def read_host(text: str) -> str | Refused:
    """Return the host as browsers name it, or why it is none."""
    return normalise_domain(text)


def read_cookie_domain(text: str, host: str) -> str | Refused:
    """Return the domain above a host for which a cookie may be set; "" where none is wanted.

    A browser itself refuses a domain under which strangers register names, such as co.uk.
    """
    if not text.strip():
        return ""
    domain = normalise_domain(text)
    if isinstance(domain, Refused):
        return domain
    return domain if host.endswith(f".{domain}") else Refused("url.outside", domain)


def read_asked_host(text: str) -> str:
    """Return the name in a Host header, without port and case."""
    name, colon, port = text.strip().lower().rpartition(":")
    return (name if colon and port.isdigit() else text.strip().lower()).rstrip(".")
