"""The one way out to an address that a brand typed: https, to the public internet, and no further.

The name is resolved once, every address it has must be public, and the connection goes to the
address that was checked, with the name kept for TLS and the Host header: an answer that changes
between check and connection (DNS rebinding) finds nobody asking again. Redirects are not followed,
proxies of the environment are not used.
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
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
Network: TypeAlias = IPv4Network | IPv6Network


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
    """How much of an answer is read, and how long it may take from first to last.

    `is_cut`: what is longer is left unread, instead of being a failure.
    """

    size_bytes: int
    total_s: float = 60.0
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """What of private places this installation lets in: this machine, or networks of its own.

    There also plain http and every port are allowed.
    """

    loopback: bool = False
    networks: Collection[Network] = ()

    def __bool__(self) -> bool:
        return self.loopback or bool(self.networks)

    def has(self, address: str) -> bool:
        ip = _parse(address)
        if ip is None:
            return False
        return (self.loopback and ip.is_loopback) or any(ip in one for one in self.networks)


NOTHING = Allowed()


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


def fetch(  # noqa: PLR0913  # one question, how much it may take, and where it may go
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    limits: Limits,
    body: bytes = b"",
    allows_loopback: bool = False,
    networks: Collection[Network] = (),
    resolver: Resolve = resolve,
) -> Answer:
    """Ask a stranger's server once.

    `allows_loopback`: also this machine, over plain http too; for an installation on loopback.
    `networks`: also these, of the operator's own, in the same way.

    :raises EgressFailed: whatever else happens than an answer.
    """
    allowed = Allowed(allows_loopback, networks)
    address = check_url(url, allowed)
    ends_at = time.monotonic() + limits.total_s
    is_plain = urlsplit(url).scheme == "http"
    backend = _Guard(resolver, allowed, ends_at, is_plain=is_plain)
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
            content = _read(response.iter_stream(), limits)
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
    """Opens connections to checked addresses only, which end at a time."""

    def __init__(
        self, resolver: Resolve, allowed: Allowed, ends_at: float, *, is_plain: bool
    ) -> None:
        self._resolver = resolver
        self._allowed = allowed
        self._ends_at = ends_at
        self._is_plain = is_plain
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
                stream = self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
                return _Timed(stream, self._ends_at)
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
        if self._allowed.has(address):
            return True
        return is_public(address) and port in PORTS and not self._is_plain


class _Timed(httpcore.NetworkStream):
    """A connection on which nothing takes longer than is left, however slowly bytes drip."""

    def __init__(self, inner: httpcore.NetworkStream, ends_at: float) -> None:
        self._inner = inner
        self._ends_at = ends_at

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._left(timeout, httpcore.ConnectTimeout)
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, left), self._ends_at)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _left(self, timeout: float | None, late: type[Exception]) -> float:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise late
        return left if timeout is None else min(left, timeout)


def check_url(url: str, allowed: Allowed = NOTHING) -> str:
    """Return what the Host header says; asks nobody.

    :raises EgressFailed: `bad_address`: no https, a user in it, or no host.
    """
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        is_http = parts.scheme == "http" and (
            bool(allowed.networks) or (allowed.loopback and _is_local(parts.hostname))
        )
        is_safe = parts.scheme == "https" or is_http
        is_plain = url.isascii() and url.isprintable() and len(url) <= MAX_URL
        port = parts.port
        if is_safe and is_plain and parts.hostname and "@" not in parts.netloc and port != 0:
            return parts.netloc
    raise EgressFailed("bad_address")


def _is_local(host: str | None) -> bool:
    return host == "localhost" or (host is not None and Allowed(loopback=True).has(host))


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address.partition("%")[0])
    except ValueError:
        return None


def _read(stream: Iterable[bytes], limits: Limits) -> bytes:
    content = bytearray()
    for part in stream:
        content += part
        if len(content) > limits.size_bytes:
            if limits.is_cut:
                break
            raise EgressFailed("too_large")
    return bytes(content[: limits.size_bytes])
