"""Reach the stand-in in this process, by httpx and without a socket."""

import httpx

from payouts.rails.paypal.standin import PayPalStandin

NOWHERE = "https://standin.invalid"


class DirectTransport(httpx.BaseTransport):
    """A transport of httpx that hands each request to the stand-in."""

    def __init__(self, standin: PayPalStandin) -> None:
        self._standin = standin

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the stand-in's answer.

        :raises httpx.ReadTimeout: the answer comes too late.
        :raises httpx.ReadError: the stand-in drops the connection.
        """
        response = self._standin.handle(
            method=request.method,
            path=request.url.raw_path.decode(),
            headers=dict(request.headers.items()),
            body=request.read(),
        )
        if response.is_dropped:
            raise httpx.ReadError("the connection was dropped", request=request)
        if response.delay_s:
            raise httpx.ReadTimeout("the answer comes too late", request=request)
        return httpx.Response(response.status, headers=response.headers, content=response.body)
