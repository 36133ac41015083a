"""A request to a link, read from the names WSGI gives its parts (PEP 3333)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from brands.domain.linkhosts import LINK_HOST, read_asked_host
from tracking.domain.agent import read_agent
from tracking.domain.verdict import Visit
from tracking.domain.visitor import read_client_ip

# What advertising networks add to an address: passed on, and kept as yes or no.
PAID_MARKERS = (
    "gclid",
    "gbraid",
    "wbraid",
    "dclid",
    "fbclid",
    "msclkid",
    "ttclid",
    "twclid",
    "li_fat_id",
    "epik",
    "ScCid",
    "yclid",
    "rdt_cid",
)
# Today's name first; the others are what older browsers sent for the same.
PURPOSES = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
MAX_QUERY = 8000
MAX_PARAMETERS = 50
MAX_MARKER = 512

_SUB_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_HOST = re.compile(r"[a-z0-9.-]{1,120}", re.ASCII)
_KEPT = re.compile(r"(?:^|;) *fs_click=([A-Za-z0-9_-]{50,200}) *(?:;|$)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who asks for what. `referrer` is a host, never a path; `to` is not checked yet.

    `host`: the name that was asked, "" where none was said. `kept`: the cookie's click tokens.
    """

    host: str
    path: str
    query: Mapping[str, str]
    address: str
    user_agent: str
    referrer: str
    kept: str
    visit: Visit

    @property
    def to(self) -> str:
        """The page of the shop the link should lead to instead of its own, as it was written."""
        return self.query.get("to", "")

    @property
    def sub_id(self) -> str:
        """The creator's own mark: 64 of `[A-Za-z0-9_.-]`, or "" when it is anything else."""
        sub_id = self.query.get("sub", "")
        return sub_id if _SUB_ID.fullmatch(sub_id) else ""

    @property
    def paid_markers(self) -> dict[str, str]:
        """The advertising networks' parameters that came along."""
        named = PAID_MARKERS if self.query else ()
        return {name: self.query[name][:MAX_MARKER] for name in named if self.query.get(name)}


def read_ask(meta: Mapping[str, Any], *, trusted_proxies: int) -> Ask:
    """Read a request; what cannot be read is taken as absent."""
    user_agent = meta.get("HTTP_USER_AGENT", "")
    kept = _KEPT.search(meta.get("HTTP_COOKIE", ""))
    return Ask(
        host=meta.get(LINK_HOST) or read_asked_host(meta.get("HTTP_HOST", "")),
        path=meta.get("PATH_INFO", ""),
        query=_read_query(meta.get("QUERY_STRING", "")),
        address=read_client_ip(
            remote_addr=meta.get("REMOTE_ADDR", ""),
            forwarded_for=meta.get("HTTP_X_FORWARDED_FOR", ""),
            trusted_proxies=trusted_proxies,
        ),
        user_agent=user_agent,
        referrer=_read_referrer(meta.get("HTTP_REFERER", "")),
        kept=kept[1] if kept else "",
        visit=Visit(
            method=meta.get("REQUEST_METHOD", ""),
            purpose=" ".join(meta[name] for name in PURPOSES if name in meta).lower(),
            fetch_dest=meta.get("HTTP_SEC_FETCH_DEST", "").strip().lower(),
            fetch_mode=meta.get("HTTP_SEC_FETCH_MODE", "").strip().lower(),
            has_gpc=meta.get("HTTP_SEC_GPC", "").strip() == "1",
            agent=read_agent(user_agent),
        ),
    )


def _read_query(text: str) -> dict[str, str]:
    """Return the parameters; the first of a name holds."""
    if len(text) > MAX_QUERY:
        return {}
    try:
        pairs = parse_qsl(text, errors="replace", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        return {}
    return dict(reversed(pairs))


def _read_referrer(text: str) -> str:
    try:
        host = urlsplit(text).hostname or ""
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""
