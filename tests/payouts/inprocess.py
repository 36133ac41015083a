"""Stripe's client that calls the stand-in in this process: for tests that send very often."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from payouts.rails.stripe.accounts import StripeOnboarding
from payouts.rails.stripe.adapter import StripeRail
from payouts.rails.stripe.standin import StripeStandin


class InProcess(stripe.HTTPClient):
    """Hand each request to the stand-in; a connection it drops is an error of the connection."""

    name = "standin"

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
        parts = urlsplit(url)
        response = self._standin.handle(
            method=method.upper(),
            path=parts.path,
            headers=headers or {},
            form_params=dict(parse_qsl(post_data or parts.query, keep_blank_values=True)),
        )
        if response.is_dropped:
            raise stripe.APIConnectionError("dropped", should_retry=False)
        return response.body.decode(), response.status, response.headers

    def close(self) -> None:
        """Nothing is open."""


def make_rail(standin: StripeStandin, key: str) -> StripeRail:
    return StripeRail(key=key, expects_live=False, client=_client(standin, key))


def make_onboarding(standin: StripeStandin, key: str) -> StripeOnboarding:
    return StripeOnboarding(key=key, expects_live=False, client=_client(standin, key))


def _client(standin: StripeStandin, key: str) -> stripe.StripeClient:
    return stripe.StripeClient(key, max_network_retries=0, http_client=InProcess(standin))
