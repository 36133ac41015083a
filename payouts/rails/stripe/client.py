"""The Stripe client: one key, the mode it may act in, no retries of the SDK's own."""

import stripe

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 25.0
_LIVE = ("sk_live_", "rk_live_")
_TEST = ("sk_test_", "rk_test_")

stripe.enable_telemetry = False  # it would write an id into the home of the process


class WrongKey(ValueError):
    """The key is none of Stripe's, or of the other mode."""


def is_live_key(key: str) -> bool:
    """Tell whether a secret or restricted key moves real money.

    :raises WrongKey: the text is no secret or restricted key.
    """
    if key.startswith(_LIVE):
        return True
    if key.startswith(_TEST):
        return False
    raise WrongKey("a Stripe key starts with sk_test_, rk_test_, sk_live_ or rk_live_")


def check_key(key: str, *, expects_live: bool) -> None:
    """Refuse a key of the other mode: a sandbox holds test keys, a real brand live ones.

    :raises WrongKey: without the key in its text.
    """
    if is_live_key(key) != expects_live:
        expected, given = ("live", "test") if expects_live else ("test", "live")
        raise WrongKey(f"a {expected} key is needed here, this is a {given} key")


def make_client(
    *,
    key: str,
    base_url: str | None = None,
    connect_timeout_s: float = CONNECT_TIMEOUT_S,
    read_timeout_s: float = READ_TIMEOUT_S,
) -> stripe.StripeClient:
    """Make a client without retries: whether to send again is decided from the stored attempt."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": base_url.rstrip("/")} if base_url else None,
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=(connect_timeout_s, read_timeout_s)),
    )
