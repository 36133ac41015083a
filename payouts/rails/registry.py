"""Which rail a brand's settings mean: the real one, or for a sandbox the stand-in."""

from django.conf import settings

from brands.models import RailKind, RailSettings
from brands.selectors import read_details
from core.clock import database_now
from core.money import EXPONENTS
from payouts.domain.export_paypal import LIMITS as PAYPAL_LIMITS
from payouts.domain.export_sepa import LIMITS as SEPA_LIMITS
from payouts.domain.export_wise import LIMITS as WISE_LIMITS
from payouts.domain.kinds import HAND_RAILS
from payouts.domain.limits import RailLimits
from payouts.rails.byfile import FileRail
from payouts.rails.paypal.adapter import PayPalRail
from payouts.rails.paypal.standin import PayPalStandin
from payouts.rails.stripe.accounts import StripeOnboarding
from payouts.rails.stripe.adapter import StripeRail
from payouts.rails.stripe.amounts import LIMITS as STRIPE_LIMITS
from payouts.rails.stripe.standin import StripeStandin
from payouts.rails.stripe.store import DatabaseStore
from payouts.services.rails import Onboarding, Rail

LIMITS: dict[str, RailLimits] = {
    RailKind.CSV.value: RailLimits(currencies=frozenset(EXPONENTS)),
    RailKind.STRIPE.value: STRIPE_LIMITS,
    RailKind.SEPA.value: SEPA_LIMITS,
    RailKind.WISE.value: WISE_LIMITS,
    RailKind.PAYPAL.value: PAYPAL_LIMITS,
    RailKind.PAYPAL_CSV.value: PAYPAL_LIMITS,
    RailKind.MANUAL.value: RailLimits(currencies=frozenset(EXPONENTS)),
}
STANDINS = "/standin"
STANDIN_FUNDS = dict.fromkeys(("eur", "usd", "gbp", "jpy", "chf", "thb", "cad"), 100000000)


class RailOff(LookupError):
    """The brand has not switched this rail on, or has not given its key."""


def rail_for(row: RailSettings) -> Rail:
    """Return the rail of a brand's settings.

    :raises RailOff: no key.
    """
    if row.rail in HAND_RAILS:
        return FileRail(name=row.rail, limits=LIMITS[row.rail])
    if row.rail == RailKind.PAYPAL:
        return PayPalRail(
            client_id=read_details(row).get("client_id", ""),
            secret=_key(row),
            is_live=_is_live(row),
            base_url=_base_url(row),
        )
    return StripeRail(key=_key(row), expects_live=_is_live(row), base_url=_base_url(row))


def onboarding_for(row: RailSettings) -> Onboarding:
    """Return the onboarding of a brand's Stripe settings.

    :raises RailOff: no key, or a rail where creators have no account to open.
    """
    if row.rail != RailKind.STRIPE:
        raise RailOff(f"{row.rail} has no onboarding")
    return StripeOnboarding(key=_key(row), expects_live=_is_live(row), base_url=_base_url(row))


def make_standin() -> StripeStandin:
    """Return the stand-in over the database: sandbox brands pay through it."""
    return StripeStandin(
        store=DatabaseStore(),
        clock=database_now,
        page_url=f"{settings.SITE_URL}{STANDINS}/stripe/setup",
        opening_funds=STANDIN_FUNDS,
    )


def make_paypal_standin() -> PayPalStandin:
    """Return PayPal's stand-in over the database."""
    return PayPalStandin(store=DatabaseStore(), clock=database_now)


def _key(row: RailSettings) -> str:
    if not row.is_enabled or not row.secret_key:
        raise RailOff(f"{row.rail} of brand {row.brand_id}")
    key: str = row.secret_key
    return key


def _is_live(row: RailSettings) -> bool:
    return row.is_live and not row.brand.is_sandbox


def _base_url(row: RailSettings) -> str | None:
    """Send a sandbox's calls to the stand-in of this installation, never to the world."""
    return f"{settings.INTERNAL_URL}{STANDINS}/{row.rail}" if row.brand.is_sandbox else None
