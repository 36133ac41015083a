"""Reach the stand-in in this process, where no web server runs: by the SDK, without a socket."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from payouts.rails.stripe.standin import StripeStandin

NOWHERE = "http://standin.invalid"  # stands in the SDK's log; nothing is sent there


class DirectTransport(stripe.HTTPClient):
    """A transport of Stripe's SDK that hands each request to the stand-in."""

    name = "direct"

    def __init__(self, standin: StripeStandin) -> None:
        super().__init__()
        self._standin = standin

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Return body, status and headers.

        :raises stripe.APIConnectionError: the stand-in drops the connection.
        """
        parts = urlsplit(url)
        response = self._standin.handle(
            method=method.upper(),
            path=parts.path,
            headers=dict(headers or {}),
            form_params=dict(parse_qsl(post_data or parts.query, keep_blank_values=True)),
        )
        if response.is_dropped:
            raise stripe.APIConnectionError("the connection was dropped")  # type: ignore[no-untyped-call]
        named = {name.lower(): value for name, value in response.headers.items()}
        return response.body.decode(), response.status, named


def make_direct_client(*, standin: StripeStandin, key: str) -> stripe.StripeClient:
    """Make a client of a stand-in's platform, without retries like every other."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": NOWHERE},
        max_network_retries=0,
        http_client=DirectTransport(standin),
    )
