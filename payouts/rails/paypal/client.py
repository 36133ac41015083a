"""The PayPal client: OAuth 2 client credentials over httpx, no retries of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from payouts.services.rails import UnknownCode

LIVE_URL = "https://api-m.paypal.com"
TEST_URL = "https://api-m.sandbox.paypal.com"
TIMEOUT = httpx.Timeout(25.0, connect=5.0)
UNKEPT = httpx.Limits(max_keepalive_connections=0)  # nobody closes a client that drove a rail
MAX_BYTES = 2_000_000
UNAUTHORIZED = 401


class NoAnswer(Exception):
    """No answer that proves anything: it may have been carried out."""

    def __init__(self, code: UnknownCode, detail: str) -> None:
        super().__init__(code, detail)
        self.code: UnknownCode = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Answer:
    """What PayPal answered: a status and a JSON object."""

    status: int
    body: Mapping[str, Any]

    @property
    def is_well(self) -> bool:
        return 200 <= self.status < 300

    @property
    def name(self) -> str:
        """PayPal's own name of an error."""
        return str(self.body.get("name") or self.body.get("error") or "")

    def describe(self) -> str:
        """Say what happened for the operator: never what was sent."""
        message = str(self.body.get("message") or self.body.get("error_description") or "")
        debug = f" ({self.body['debug_id']})" if self.body.get("debug_id") else ""
        return f"{self.status} {self.name}: {message[:200]}{debug}"


class PayPalClient:
    """One app of one PayPal account; its token is fetched when needed and kept while it holds."""

    def __init__(
        self,
        *,
        client_id: str,
        secret: str,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._auth = (client_id, secret)
        self._http = httpx.Client(
            base_url=base_url, timeout=TIMEOUT, limits=UNKEPT, transport=transport
        )
        self._token = ""

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Make one request. A token that ran out is fetched anew once: the request was not heard.

        :raises NoAnswer: nothing that can be trusted came back.
        """
        if not self._token:
            refused = self._log_in()
            if refused is not None:
                return refused
        answer = self._request(method, path, body)
        if answer.status == UNAUTHORIZED:
            refused = self._log_in()
            return refused or self._request(method, path, body)
        return answer

    def _log_in(self) -> Answer | None:
        """Fetch a token; what PayPal answers when it gives none."""
        answer = self._send(
            self._http.build_request(
                "POST", "/v1/oauth2/token", data={"grant_type": "client_credentials"}
            ),
            auth=httpx.BasicAuth(*self._auth),
        )
        token = answer.body.get("access_token")
        if not answer.is_well:
            return answer
        if not isinstance(token, str) or not token:
            raise NoAnswer("unreadable", "a token was not given")
        self._token = token
        return None

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._send(self._http.build_request(method, path, json=body, headers=headers))

    def _send(self, request: httpx.Request, auth: httpx.Auth | None = None) -> Answer:
        try:
            response = self._http.send(request, auth=auth)
        except httpx.TimeoutException as error:
            raise NoAnswer("timeout", type(error).__name__) from error
        except httpx.HTTPError as error:
            raise NoAnswer("connection", type(error).__name__) from error
        if len(response.content) > MAX_BYTES:
            raise NoAnswer("unreadable", "an answer of too many bytes")
        try:
            body = response.json()
        except ValueError as error:
            code: UnknownCode = "server_error" if response.status_code >= 500 else "unreadable"
            raise NoAnswer(code, f"{response.status_code}: no JSON") from error
        if not isinstance(body, dict):
            raise NoAnswer("unreadable", f"{response.status_code}: no object")
        return Answer(response.status_code, body)
