"""What a run of chaos works on: a shop whose links are opened, and brands that pay creators."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from brands.models import Program, RailKind, RailSettings
from brands.services.brands import move_clock
from core.clock import brand_now
from core.models import Brand
from payouts.models import PayoutMethod
from payouts.rails.registry import LIMITS
from payouts.services.planning import make_plan
from tests.drill.standin import KEY, SqliteStore, open_account
from tests.makers import (
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_link,
    make_member,
    make_program,
    make_sandbox,
)
from tests.shop import Shop, code, line
from tracking.tasks import release_brand

CREATORS = 4
BEFORE = timedelta(hours=1)  # the first order may be older than the last rule


@dataclass(frozen=True)
class Town:
    """Ids and secrets for those who act from outside, and names for whoever counts afterwards.

    `links`: slug by the id of its affiliation, as the ledger knows it. `runs`: what approves each
    run, by its public id.
    """

    connection: str
    secret: str
    links: dict[str, str]
    runs: dict[str, dict[str, str]]

    def orders(self) -> dict[str, Any]:
        """Return what whoever acts from outside is told."""
        return {
            "hook": f"/hooks/{self.connection}",
            "secret": self.secret,
            "slugs": list(self.links.values()),
            "runs": self.runs,
        }


def build_town(*, state: Path, payouts: int, per_run: int) -> Town:
    """Make the shop, and for each run a brand whose creators earned and were released."""
    now = datetime.now(UTC) - BEFORE
    program = make_program(make_brand("Chaos", now=now), now=now)
    links = dict(_open_link(program, number, now) for number in range(CREATORS))
    shop = make_connection(program.brand)
    runs: dict[str, dict[str, str]] = {}
    store = SqliteStore(state)
    for number in range(0, payouts, per_run):
        runs |= _draft_run(store, min(per_run, payouts - number))
    return Town(
        connection=shop.public_id,
        secret=shop.secret,
        links=links,
        runs=runs,
    )


def _open_link(program: Program, number: int, now: datetime) -> tuple[str, str]:
    enrollment, slug = make_enrollment(program, now=now), f"chaos-{number}"
    make_link(enrollment, slug=slug, now=now)
    return str(enrollment.affiliation_id), slug


def _draft_run(store: SqliteStore, count: int) -> dict[str, dict[str, str]]:
    """Let creators of a new brand sell, pass their hold, and stand in the draft of a run."""
    now = datetime.now(UTC) - BEFORE
    brand = make_sandbox(make_brand(now=now), now=now)
    program = make_program(brand, now=now)
    shop = Shop(make_connection(brand))
    for number in range(count):
        enrollment = make_enrollment(program, user=make_member(brand, "analyst").user, now=now)
        make_code(enrollment, f"PAY{number}")
        PayoutMethod.objects.create(
            brand=brand,
            affiliation=enrollment.affiliation,
            rail=RailKind.STRIPE,
            external_account=open_account(store),
            is_ready=True,
            changed_at=now,
        )
        total = str(Decimal(1_000) + number)
        shop.pay(str(number), total=total, lines=[line("1", total)], discounts=code(f"PAY{number}"))
    _release(brand)
    return _ask_for_run(brand)


def _release(brand: Brand) -> None:
    RailSettings.objects.update_or_create(
        brand=brand,
        rail=RailKind.STRIPE,
        defaults={"secret_key": KEY, "is_enabled": True, "updated_at": datetime.now(UTC)},
    )
    hold_s = int(timedelta(days=31).total_seconds())
    owner = get_owner(brand)
    move_clock(brand_id=brand.pk, seconds=hold_s, actor_id=owner.pk, now=datetime.now(UTC))
    brand.refresh_from_db()
    release_brand(brand)


def _ask_for_run(brand: Brand) -> dict[str, dict[str, str]]:
    owner = get_owner(brand)
    plan = make_plan(
        brand_id=brand.pk, currency="EUR", limits=LIMITS, actor_id=owner.pk, now=brand_now(brand)
    )
    client = Client()
    client.force_login(owner)
    address = reverse("payouts:run-approve", args=[brand.slug, plan.public_id])
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {plan.public_id: {"path": address, "hash": plan.content_hash, "session": session}}
