"""One turn of a sender of a drill, at the drill's time."""

from pathlib import Path

from payouts.rails.stripe.adapter import StripeRail
from payouts.rails.stripe.client import make_client
from payouts.services.driving import drive_brand
from tests.drill.standin import KEY, Clock


def drive(*, brand_id: int, url: str, clock: Path) -> None:
    """Send and resolve everything open, once."""
    client = make_client(key=KEY, base_url=url, read_timeout_s=20)
    rail = StripeRail(key=KEY, expects_live=False, client=client)
    now = Clock(clock).now()
    drive_brand(brand_id=brand_id, rail=rail, now=now, real_now=now)
