"""The one way out to an address that a brand typed: https, to the public internet, and no further.

The name is resolved once, every address it has must be public, and the connection goes to the
address that was checked, with the name kept for TLS and the Host header: an answer that changes
between check and connection (DNS rebinding) finds nobody asking again. Redirects are not followed,
proxies of the environment are not used.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpcore

PORTS = frozenset({443, 8443})
CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 15.0
MAX_URL = 2048

# Addresses of IPv6 that lead to one of IPv4 the checks would not see.
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("::/96"))

Resolve: TypeAlias = Callable[[str, int], list[str]]


class EgressFailed(Exception):
    """No answer. Codes: bad_address, not_allowed, not_found, unreachable, timeout, too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in lower case, of a repeated one the last."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an answer is read, and how long it may take from first to last."""

    size_bytes: int
    total_s: float = 60.0


def resolve(host: str, port: int) -> list[str]:
    """Return every address of a host, as the system knows it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Tell whether an address is of the public internet, and not one that leads elsewhere."""
    ip = _parse(address)
    if ip is None or not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    if isinstance(ip, IPv4Address):
        return True
    leads_elsewhere = ip.ipv4_mapped or ip.sixtofour or ip.teredo
    return not leads_elsewhere and not any(ip in network for network in _TRANSLATED)


def fetch(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    limits: Limits,
    body: bytes = b"",
    allows_loopback: bool = False,
    resolver: Resolve = resolve,
) -> Answer:
    """Ask a stranger's server once.

    `allows_loopback`: also this machine, over plain http too; for an installation on loopback.

    :raises EgressFailed: whatever else happens than an answer.
    """
    address = _check_url(url, allows_loopback=allows_loopback)
    ends_at = time.monotonic() + limits.total_s
    backend = _Guard(resolver, allows_loopback=allows_loopback)
    timeouts = {"connect": CONNECT_TIMEOUT_S, "read": READ_TIMEOUT_S, "write": READ_TIMEOUT_S}
    sent = {"host": address, "accept-encoding": "identity", **headers}
    try:
        with (
            httpcore.ConnectionPool(network_backend=backend, retries=0) as pool,
            pool.stream(
                method,
                url,
                headers=list(sent.items()),
                content=body or None,
                extensions={"timeout": timeouts},
            ) as response,
        ):
            content = _read(response.iter_stream(), limits.size_bytes, ends_at)
            told = {name.decode("latin-1").lower(): value for name, value in response.headers}
    except httpcore.TimeoutException as error:
        raise EgressFailed("timeout") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise EgressFailed("unreachable") from error
    except (httpcore.UnsupportedProtocol, UnicodeError) as error:
        raise EgressFailed("bad_address") from error
    texts = {name: value.decode("latin-1") for name, value in told.items()}
    return Answer(response.status, texts, content)


class _Guard(httpcore.NetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, resolver: Resolve, *, allows_loopback: bool) -> None:
        self._resolver = resolver
        self._allows_loopback = allows_loopback
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = EgressFailed("not_found")
        for address in self._checked(host, port):
            try:
                return self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        raise EgressFailed("not_allowed")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            addresses = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise EgressFailed("not_found") from error
        if not all(self._is_allowed(address, port) for address in addresses):
            raise EgressFailed("not_allowed")
        return addresses

    def _is_allowed(self, address: str, port: int) -> bool:
        if self._allows_loopback and _is_loopback(address):
            return True
        return is_public(address) and port in PORTS


def _check_url(url: str, *, allows_loopback: bool) -> str:
    """Return what the Host header says.

    :raises EgressFailed: `bad_address`: no https, a user in it, or no host.
    """
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        is_safe = parts.scheme == "https" or (allows_loopback and _is_local_http(parts.hostname))
        is_plain = url.isascii() and url.isprintable() and len(url) <= MAX_URL
        port = parts.port
        if is_safe and is_plain and parts.hostname and "@" not in parts.netloc and port != 0:
            return parts.netloc
    raise EgressFailed("bad_address")


def _is_local_http(host: str | None) -> bool:
    return host == "localhost" or (host is not None and _is_loopback(host))


def _is_loopback(address: str) -> bool:
    ip = _parse(address)
    return ip is not None and ip.is_loopback


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address.partition("%")[0])
    except ValueError:
        return None


def _read(stream: Iterable[bytes], size_bytes: int, ends_at: float) -> bytes:
    content = bytearray()
    for part in stream:
        content += part
        if len(content) > size_bytes:
            raise EgressFailed("too_large")
        if time.monotonic() > ends_at:
            raise EgressFailed("timeout")
    return bytes(content)
