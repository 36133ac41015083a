"""Send one parcel: signed at the moment it leaves (Standard Webhooks, v1), by the guarded way."""

import time
from collections.abc import Collection

from brands.services.courier import Post
from brands.services.delivering import Outcome, Parcel
from core.clock import utc_now
from core.egress import EgressFailed, Limits, Network, Resolve, fetch, resolve
from core.signing import sign_standard_webhooks

LIMITS = Limits(size_bytes=64 * 1024, total_s=15, is_cut=True)
HEADERS = {"content-type": "application/json", "user-agent": "Fairshare-Webhooks/1"}


def make_post(
    *, allows_loopback: bool, networks: Collection[Network], resolver: Resolve = resolve
) -> Post:
    """Return what sends parcels of this installation."""

    def post(parcel: Parcel) -> Outcome:
        began = time.monotonic()
        answer, code = None, ""
        signed = sign_standard_webhooks(
            secrets=parcel.secrets, event_id=parcel.event_id, body=parcel.body, now=utc_now()
        )
        try:
            answer = fetch(
                method="POST",
                url=parcel.url,
                headers=HEADERS | signed,
                body=parcel.body,
                limits=LIMITS,
                allows_loopback=allows_loopback,
                networks=networks,
                resolver=resolver,
            ).status
        except EgressFailed as failure:
            code = failure.code
        return Outcome(answer, code, round((time.monotonic() - began) * 1000))

    return post
