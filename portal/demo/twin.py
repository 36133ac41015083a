"""The sandbox twin of the demo's first brand: one sale, from its order to a payout by Stripe.

The payout's answer is lost on the way, and found by looking: unknown first, then paid.
"""

from datetime import datetime, timedelta

from brands.models import RailKind, RailSettings
from brands.services.brands import move_clock, open_sandbox
from core.models import Brand
from payouts.models import Payout
from payouts.rails.registry import LIMITS, make_standin
from payouts.rails.stripe.accounts import StripeOnboarding
from payouts.rails.stripe.adapter import StripeRail
from payouts.rails.stripe.direct import make_direct_client
from payouts.rails.stripe.standin import namespace_of
from payouts.rails.stripe.standin_faults import Fault
from payouts.services.approval import approve_plan
from payouts.services.methods import set_rail_account
from payouts.services.planning import make_plan
from payouts.services.railevents import refresh_account
from payouts.services.sending import resolve_payout, send_payout
from portal.demo.cast import PRODUCTS, STANDARD, Creator
from portal.demo.deliveries import RECEIVED_AFTER
from portal.demo.people import join
from portal.demo.rules import RULES_OF_NOW
from portal.demo.saffron import OFFER
from portal.demo.sales import Sale, order_body
from portal.demo.setup import make_calendar, open_program, open_shop
from portal.demo.world import World
from tracking.services.release import release_commissions

TESTER = Creator("analyst", "Nils (demo)", STANDARD, 0, code="TEST10", message="I test.")
AHEAD = timedelta(days=31)
LATER = timedelta(minutes=10)  # between the lost answer and the look-up


def build_twin(real: World, *, now: datetime) -> Brand:
    """Open the twin and let one sale travel the whole chain; its clock ends 31 days ahead."""
    began = now - timedelta(hours=6)
    twin = open_sandbox(brand_id=real.brand.pk, actor_id=real.owner_id, now=began)
    program = open_program(OFFER, brand=twin, rules=RULES_OF_NOW, owner_id=real.owner_id, now=began)
    shop = open_shop(brand=twin, name="Test shop", url=OFFER.url, actor_id=real.owner_id, now=began)
    world = World(twin, make_calendar(OFFER, now), program, [shop], real.team)
    join(world, TESTER, at=began)
    _sell(world, now - timedelta(minutes=20))
    _pass_days(world, now)
    _pay(world, now)
    return twin


def _sell(world: World, placed_at: datetime) -> None:
    goods = {product.key: product for product in PRODUCTS}
    sale = Sale(
        placed_at=placed_at,
        basket=((goods["grinder"], 2), (goods["board"], 2)),
        shopper="tester@mail.example",
        code=TESTER.code,
    )
    at = placed_at + RECEIVED_AFTER
    world.shops[0].send("order.paid", order_body(sale, "T-1", tokens=(), at=at), at=at)


def _pass_days(world: World, now: datetime) -> None:
    world.brand = move_clock(
        brand_id=world.brand.pk,
        seconds=int(AHEAD.total_seconds()),
        actor_id=world.owner_id,
        now=now,
    )
    release_commissions(brand_id=world.brand.pk, now=now + AHEAD)


def _pay(world: World, now: datetime) -> None:
    """Approve a run; its first answer gets lost, and a look-up finds what became of it."""
    row = RailSettings.objects.get(brand=world.brand, rail=RailKind.STRIPE)
    standin, key = make_standin(), row.secret_key or ""
    rail = StripeRail(
        key=key, expects_live=False, client=make_direct_client(standin=standin, key=key)
    )
    _open_account(world, row, now + AHEAD)
    payout = _approve(world, now + AHEAD)
    standin.plan_faults(namespace=namespace_of(key), faults=[Fault("timeout_after")])
    for step, real_now in ((send_payout, now - LATER), (resolve_payout, now)):
        step(payout_id=payout.pk, rail=rail, now=now + AHEAD, real_now=real_now)


def _open_account(world: World, row: RailSettings, now: datetime) -> None:
    standin, key = make_standin(), row.secret_key or ""
    onboarding = StripeOnboarding(
        key=key, expects_live=False, client=make_direct_client(standin=standin, key=key)
    )
    enrollment = world.enrollments[TESTER.key]
    account = onboarding.create_account(
        country="DE",
        email="tester@mail.example",
        metadata={},
        idempotency_key=enrollment.public_id,
    )
    standin.complete_onboarding(namespace=namespace_of(key), account=account)
    method = set_rail_account(
        affiliation_id=enrollment.affiliation_id,
        external_account=account,
        actor_id=world.users[TESTER.key],
        now=now,
    )
    refresh_account(method=method, onboarding=onboarding, expects_live=False, now=now)


def _approve(world: World, now: datetime) -> Payout:
    plan = make_plan(
        brand_id=world.brand.pk,
        currency=OFFER.currency,
        limits=LIMITS,
        actor_id=world.team["finance"],
        now=now,
    )
    (payout,) = approve_plan(
        plan_id=plan.pk,
        seen_hash=plan.content_hash,
        limits=LIMITS,
        actor_id=world.owner_id,
        now=now,
    )
    return payout
