"""The Admin API of a shop: REST for what is read, GraphQL for what REST has no more.

An app made in the shop's admin has a token that lasts; since 2026 apps are made in the Dev
Dashboard, and have a client id and secret that are exchanged for a token of one day (client
credentials grant). Which of the two was given is told by how the first key begins.
"""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from brands.models import StoreConnection
from core.egress import Answer, Limits, fetch
from tracking.integrations.reading import load_object
from tracking.integrations.shopapi import LIMITS
from tracking.services.adapters import PayloadRefused

VERSION = "2026-10"
TOKENS = ("shpat_", "shpca_", "shppa_")
SMALL = Limits(size_bytes=64 * 1024)
REFUSED = 401


class AdminApi:
    """One shop, asked with the keys of its connection; its address is the only host they go to."""

    def __init__(self, connection: StoreConnection, *, allows_loopback: bool) -> None:
        self._base = connection.shop_url.rstrip("/")
        self._key, self._secret = connection.api_key or "", connection.api_secret or ""
        self._allows_loopback = allows_loopback
        self._token = self._key if self._key.startswith(TOKENS) or not self._secret else ""

    def get(self, path: str) -> Answer:
        """Ask for a path of the REST API, such as `orders.json?limit=1`.

        :raises EgressFailed: no answer came.
        """
        return self._send("GET", path, b"")

    def query(self, text: str, variables: Mapping[str, object] | None = None) -> Answer:
        """Ask GraphQL; what is wrong with the question itself stands in an answer of 200.

        :raises EgressFailed: no answer came.
        """
        body = json.dumps({"query": text, "variables": variables or {}}).encode()
        return self._send("POST", "graphql.json", body)

    def _send(self, method: str, path: str, body: bytes) -> Answer:
        if not self._token:
            answer = self._exchange()
            if answer.status != 200:
                return answer
            self._token = _read_token(answer.body)
        return fetch(
            method=method,
            url=f"{self._base}/admin/api/{VERSION}/{path}",
            headers={
                "accept": "application/json",
                "content-type": "application/json",
                "user-agent": "Fairshare",
                "x-shopify-access-token": self._token,
            },
            body=body,
            limits=LIMITS,
            allows_loopback=self._allows_loopback,
        )

    def _exchange(self) -> Answer:
        """Exchange id and secret for a token; a refusal is the same as that of a token."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._key,
            "client_secret": self._secret,
        }
        answer = fetch(
            method="POST",
            url=f"{self._base}/admin/oauth/access_token",
            headers={
                "accept": "application/json",
                "content-type": "application/x-www-form-urlencoded",
                "user-agent": "Fairshare",
            },
            body=urlencode(asked).encode(),
            limits=SMALL,
            allows_loopback=self._allows_loopback,
        )
        is_refused = answer.status in {400, 403, 404} or (
            answer.status == 200 and not _read_token(answer.body)
        )
        return Answer(REFUSED, answer.headers, b"") if is_refused else answer


def _read_token(body: bytes) -> str:
    """Return the token of an answer; nothing that could not stand in a header."""
    try:
        found = load_object(body).text("access_token")
    except PayloadRefused:
        return ""
    return found if found.isascii() and found.isprintable() else ""
