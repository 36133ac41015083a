"""Which pages a link may lead to: https pages on a program's own domains, exactly.

Browsers read addresses more generously than RFC 3986 (WHATWG URL Standard): they drop tabs and
newlines, take a backslash for a slash and percent-decode hosts. What two readers could read
differently is refused, and what is accepted is written anew in one plain form.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote

MAX_URL = 2000
MAX_HOST = 253
MAX_PORT = 65535
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

_SHAPE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMERIC_END = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")
_FRAGMENT = re.compile(r"#(?:[A-Za-z0-9._~!$'()*+,;:=&/-]|%[0-9A-Fa-f]{2})*")
# IDNA 2003 and 2008 name different hosts for these, or one of them drops them.
_UNCLEAR = re.compile(
    r"[ßẞς\u115f\u1160\u13a0-\u13ff\u17b4\u17b5\u1806\u180f\u200c\u200d\uab70-\uabbf\U000e0100-\U000e01ef]"
)
_SAFE = "!$&'()*+,;=:@/~%-._"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an address was not taken: a code and, where it helps, the part that was wrong."""

    code: str
    detail: str = ""


class _Refusal(Exception):
    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.refused = Refused(code, detail)


def check_destination(
    url: str, domains: Collection[str], *, allow_local: bool = False
) -> str | Refused:
    """Return the address in its plain form, or why it is refused.

    `domains` are hosts as `normalise_domain` returns them; a host must equal one of them.
    `allow_local` also takes http and any port on a loopback host, for trying things out.
    """
    try:
        return _check(url, domains, allow_local=allow_local)
    except _Refusal as refusal:
        return refusal.refused


def normalise_domain(text: str, *, allow_local: bool = False) -> str | Refused:
    """Return a host a brand allows, in lower case ASCII (IDNA), or why it is none.

    An address literal, a single label and a name that ends in a number are refused.
    """
    try:
        host = _normalise_host(text.strip())
    except _Refusal as refusal:
        return refusal.refused
    if host in LOOPBACK:
        return host if allow_local else Refused("url.local", host)
    return host if "." in host else Refused("url.host", host)


def _check(url: str, domains: Collection[str], *, allow_local: bool) -> str:
    _check_characters(url)
    match = _SHAPE.fullmatch(url)
    if match is None:
        raise _Refusal("url.scheme")
    scheme, authority, path, query, fragment = (part or "" for part in match.groups())
    host, port = _split_authority(authority)
    is_local = allow_local and host in LOOPBACK
    _check_scheme(scheme.lower(), is_local=is_local)
    if host not in domains:
        raise _Refusal("url.outside", host)
    if fragment and not _FRAGMENT.fullmatch(fragment):
        raise _Refusal("url.fragment")
    where = host + _check_port(scheme.lower(), port, is_local=is_local)
    plain = f"{scheme.lower()}://{where}{_encode(path or '/')}{_encode(query, more='?')}{fragment}"
    if len(plain) > MAX_URL:
        raise _Refusal("url.long")
    return plain


def _check_characters(url: str) -> None:
    if len(url) > MAX_URL:
        raise _Refusal("url.long")
    if "\\" in url:
        raise _Refusal("url.backslash")
    if any(char == " " or unicodedata.category(char)[0] in "CZ" for char in url):
        raise _Refusal("url.character")


def _check_scheme(scheme: str, *, is_local: bool) -> None:
    if scheme != "https" and not (scheme == "http" and is_local):
        raise _Refusal("url.scheme", scheme)


def _split_authority(authority: str) -> tuple[str, str]:
    if "@" in authority:
        raise _Refusal("url.userinfo")
    if authority.startswith("[::1]"):
        host, rest = "[::1]", authority[5:]
        if rest and not rest.startswith(":"):
            raise _Refusal("url.host", authority)
        return host, rest[1:]
    host, _, port = authority.partition(":")
    return _normalise_host(host), port


def _normalise_host(text: str) -> str:
    if text == "[::1]":
        return text
    if len(text) > MAX_HOST:
        raise _Refusal("url.host", text[:80])
    if _UNCLEAR.search(text):
        raise _Refusal("url.host_unclear", text[:80])
    host = text.lower() if text.isascii() else _encode_host(text)
    labels = host.split(".")
    is_name = all(_LABEL.fullmatch(label) for label in labels)
    if not is_name or (_NUMERIC_END.fullmatch(labels[-1]) and host not in LOOPBACK):
        raise _Refusal("url.host", text[:80])
    return host


def _encode_host(text: str) -> str:
    """Return a host in ASCII; refused where today's Unicode and that of IDNA 2003 read another."""
    if any(unicodedata.category(char) == "Cn" for char in text):  # a later Unicode may map it
        raise _Refusal("url.host", text[:80])
    try:
        host, plain = (
            form.encode("idna").decode().lower()
            for form in (text, unicodedata.normalize("NFKC", text).casefold())
        )
    except UnicodeError:
        raise _Refusal("url.host", text[:80]) from None
    if host != plain:
        raise _Refusal("url.host_unclear", text[:80])
    return host


def _check_port(scheme: str, port: str, *, is_local: bool) -> str:
    if port in {"", "443" if scheme == "https" else "80"}:
        return ""
    if is_local and port.isascii() and port.isdigit() and 0 < int(port) <= MAX_PORT:
        return f":{int(port)}"
    raise _Refusal("url.port", port[:8])


def _encode(text: str, *, more: str = "") -> str:
    return quote(text, safe=_SAFE + more)
