"""Two brands with their programs, creators and stores, and a stand-in of Stripe beside them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from math import ceil
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import stripe

from affiliates.models import Enrollment
from brands.domain.rules import Conditions
from brands.models import Group, Program, RailKind, StoreConnection
from brands.selectors import get_default_group
from brands.services.payouts import change_payout_policy, lock_policy, set_rail
from brands.services.programs import change_program, set_program_status
from brands.services.rules import RuleDraft
from core.clock import database_now
from core.models import Brand, User
from payouts.models import PayoutMethod, TaxRate
from payouts.rails.stripe.accounts import StripeOnboarding
from payouts.rails.stripe.adapter import StripeRail
from payouts.rails.stripe.direct import make_direct_client
from payouts.rails.stripe.standin import StripeStandin, namespace_of
from payouts.rails.stripe.standin_faults import Fault
from payouts.rails.stripe.standin_store import Json, MemoryStore
from payouts.services.methods import set_rail_account
from payouts.services.railevents import refresh_account
from payouts.services.tax import Declaration, declare_tax
from payouts.services.taxrates import (
    BrandParty,
    add_tax_rate,
    set_tax_country,
    set_tax_party,
)
from tests.machine.caps import Cap
from tests.machine.oracle import Rule
from tests.machine.tax import Declared, Rate
from tests.makers import (
    get_creator,
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_draft_program,
    make_enrollment,
    make_group,
    make_member,
    make_rules,
    make_sandbox,
    make_user,
)

CURRENCIES = {"EUR": 2, "JPY": 0, "KWD": 3}
STEPS = {"EUR": 1, "JPY": 1, "KWD": 10}
VIP = "VIP"
FUNDS = 10**14


def percent_rules(bps: int) -> tuple[Rule, ...]:
    """Cups pay their own rate, VIPs theirs, the rest what the program pays just now."""
    return (
        Rule("percent", 2000, product="cup", cap={"EUR": 30_000, "JPY": 40_000}),
        Rule("percent", 1750, group=VIP),
        Rule("percent", bps),
    )


def flat_rules(bps: int) -> tuple[Rule, ...]:
    """A pen pays by the piece, an order once; in a currency without an amount a rate pays."""
    return (
        Rule("flat_item", amounts={"EUR": 150, "JPY": 90, "KWD": 505}, product="pen"),
        Rule("flat_order", amounts={"EUR": 500, "JPY": 333}),
        Rule("percent", bps),
    )


RULES = {"percent": percent_rules, "flat": flat_rules}
CAPS: Mapping[str, Mapping[str, int]] = {"percent": {"EUR": 5_000, "KWD": 9_000}, "flat": {}}


STYLES = (("percent", "flat"), ("percent",))
ZONES = ("Pacific/Auckland", "America/Los_Angeles")
PERIOD_CAPS: Mapping[tuple[int, str], tuple[Cap, ...]] = {
    (0, "percent"): (Cap("month", {"EUR": 6_000, "JPY": 60_000}), Cap("lifetime", {"EUR": 20_000})),
    (0, "flat"): (Cap("week", {"EUR": 1_300, "KWD": 1_500}), Cap("lifetime", {"EUR": 1_500}, True)),
    (1, "percent"): (Cap("quarter", {"EUR": 6_500}), Cap("lifetime", {"EUR": 7_000}, True)),
}
HOMES = ("DE", "TH")
LONG_AGO = date(2020, 1, 1)
RATES = (
    (
        Rate("vat", "DE", 1_900, LONG_AGO),
        Rate("withholding", "DE", 500, LONG_AGO),
        Rate("withholding", "", 150, LONG_AGO),
    ),
    (Rate("vat", "TH", 700, LONG_AGO), Rate("withholding", "TH", 300, LONG_AGO)),
)
SAID = (
    (Declared("DE", True, True, 0), Declared("FR", True, True, 0)),
    (Declared("TH", False, False, 0), None),
)


@dataclass
class Place:
    """A creator's place in a program, and his code."""

    enrollment: Enrollment
    style: str
    code: str

    @property
    def party(self) -> UUID:
        return UUID(str(self.enrollment.affiliation_id))


@dataclass
class House:
    """A brand with all that is its own."""

    brand: Brand
    owner_id: int
    store: StoreConnection
    key: str
    programs: dict[str, Program] = field(default_factory=dict)
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    caps: dict[int, tuple[Cap, ...]] = field(default_factory=dict)  # by program, as it began
    declared: dict[UUID, Declared] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.brand.time_zone)

    @property
    def parties(self) -> list[UUID]:
        return sorted({place.party for place in self.places})

    def place_of(self, party: UUID) -> Place:
        return next(place for place in self.places if place.party == party)


def make_houses(now: datetime) -> list[House]:
    return [_make_house(number, styles, now) for number, styles in enumerate(STYLES)]


def open_accounts(houses: list[House], now: datetime) -> MemoryStore:
    """Give every creator an account; returns what Stripe knows then."""
    bank = Bank(now)
    for house in houses:
        for party in house.parties:
            bank.open_account(house, party)
    return bank.store


def publish(house: House, style: str, bps: int, *, at: datetime, now: datetime) -> None:
    """Publish a version of a program's rules whose last one pays this rate."""
    group = house.groups[style, VIP].pk
    drafts = [_draft(rule, group) for rule in RULES[style](bps)]
    make_rules(house.programs[style], drafts, effective_from=at, now=now)


def set_caps(house: House, program_id: int, caps: tuple[Cap, ...], now: datetime) -> None:
    program = Program.objects.get(pk=program_id)
    changes = {
        cap.field: cap.amounts[program.currency] if cap.is_of_all else dict(cap.amounts)
        for cap in caps
    }
    change_program(program, changes, actor_id=house.owner_id, now=now)


def declare(house: House, party: UUID, said: Declared, now: datetime) -> None:
    vat = "registered" if said.is_registered else "none"
    declare_tax(
        affiliation_id=party,
        declaration=Declaration(said.country, "business", vat, {}, said.agrees),
        actor_id=get_creator(house.place_of(party).enrollment).pk,
        now=now,
    )


def add_rate(house: House, rate: Rate, now: datetime) -> None:
    row = TaxRate(
        kind=rate.kind,
        country=rate.country,
        rate_bps=rate.bps,
        starts_on=rate.since,
        note="As entered",
    )
    add_tax_rate(brand_id=house.brand.pk, rate=row, actor_id=house.owner_id, now=now)


def set_minimum(house: House, minor: int, now: datetime) -> None:
    policy = lock_policy(house.brand.pk)
    minimums = dict.fromkeys(CURRENCIES, minor)
    change_payout_policy(policy, {"minimums": minimums}, actor_id=house.owner_id, now=now)


def set_clocks(houses: list[House], now: datetime) -> None:
    """Put each brand's clock at a time: the database's own guards go by it."""
    offset_s = max(0, ceil((now - database_now()).total_seconds()))
    Brand.objects.filter(pk__in=[house.brand.pk for house in houses]).update(
        clock_offset_s=offset_s
    )


class Bank:
    """The stand-in of Stripe, with a clock of its own and an account for each creator."""

    def __init__(self, now: datetime, known: MemoryStore | None = None) -> None:
        """Open with a copy of what another bank knows: what is added here is forgotten."""
        self.now = now
        self.store = MemoryStore()
        if known is not None:
            self.store._values = dict(known._values)
            self.store._groups = deepcopy(known._groups)
            self.store._kinds = deepcopy(known._kinds)
        self.standin = StripeStandin(
            store=self.store,
            clock=lambda: self.now,
            opening_funds={name.lower(): FUNDS for name in CURRENCIES},
        )

    def rail(self, house: House) -> StripeRail:
        return StripeRail(key=house.key, expects_live=False, client=self._client(house))

    def _client(self, house: House) -> stripe.StripeClient:
        return make_direct_client(standin=self.standin, key=house.key)

    def open_account(self, house: House, party: UUID) -> PayoutMethod:
        """Give a creator a new account that can receive, as the rail would say."""
        onboarding = StripeOnboarding(key=house.key, expects_live=False, client=self._client(house))
        account = onboarding.create_account(
            country="DE", email="creator@mail.example", metadata={}, idempotency_key=str(uuid4())
        )
        self.standin.complete_onboarding(namespace=namespace_of(house.key), account=account)
        method = set_rail_account(
            affiliation_id=party,
            external_account=account,
            actor_id=get_creator(house.place_of(party).enrollment).pk,
            now=self.now,
        )
        return refresh_account(
            method=method, onboarding=onboarding, expects_live=False, now=self.now
        )

    def fail(self, house: House, *faults: Fault) -> None:
        self.standin.plan_faults(namespace=namespace_of(house.key), faults=faults)

    @contextmanager
    def refusing(self, house: House) -> Iterator[None]:
        """Let Stripe stop every account of a brand for as long as the block lasts."""
        namespace = namespace_of(house.key)
        methods = PayoutMethod.objects.filter(brand=house.brand)
        accounts = list(methods.values_list("external_account", flat=True))
        for account in accounts:
            self.standin.restrict(namespace=namespace, account=account)
        yield
        for account in accounts:
            self.standin.complete_onboarding(namespace=namespace, account=account)

    def reverse(self, house: House, transfer: str) -> None:
        response = self.standin.handle(
            method="POST",
            path=f"/v1/transfers/{transfer}/reversals",
            headers={"Authorization": f"Bearer {house.key}", "Idempotency-Key": str(uuid4())},
            form_params={},
        )
        assert response.status == 200, response.body

    def transfers(self, house: House) -> list[Json]:
        """The truth: what Stripe really did."""
        return self.store.list(namespace=namespace_of(house.key), kind="transfer")


def _make_house(number: int, styles: tuple[str, ...], now: datetime) -> House:
    brand = make_sandbox(make_brand(now=now), now=now)
    brand.time_zone = ZONES[number]
    brand.save(update_fields=["time_zone"])
    key = f"sk_test_standin_house{number}"
    house = House(brand, get_owner(brand).pk, make_connection(brand, now=now), key)
    set_rail(
        brand_id=brand.pk,
        rail=RailKind.STRIPE,
        secret_key=key,
        webhook_secret="whsec_house",
        actor_id=house.owner_id,
        now=now,
    )
    people = [make_user(name=name) for name in ("Anna", "Ben")]
    for person in people:
        make_member(brand, "analyst", user=person)  # a sandbox is for its team alone
    for style in styles:
        _make_program(house, style, PERIOD_CAPS[number, style], now)
        house.places += [_join(house, style, person, now) for person in people]
    set_minimum(house, 1, now)
    _set_taxes(house, number, now)
    return house


def _set_taxes(house: House, number: int, now: datetime) -> None:
    set_tax_country(
        brand_id=house.brand.pk, country=HOMES[number], actor_id=house.owner_id, now=now
    )
    party = BrandParty(f"House {number}", "Street 1", "", "SB-")
    set_tax_party(brand_id=house.brand.pk, party=party, actor_id=house.owner_id, now=now)
    for rate in RATES[number]:
        add_rate(house, rate, now)
    parties = dict.fromkeys(place.party for place in house.places)
    for who, said in zip(parties, SAID[number], strict=True):
        if said is not None:
            house.declared[who] = replace(said, year=now.astimezone(house.zone).year)
            declare(house, who, said, now)


def _make_program(house: House, style: str, caps: tuple[Cap, ...], now: datetime) -> None:
    program = house.programs[style] = make_draft_program(house.brand, now=now)
    house.groups[style, ""] = get_default_group(program)
    house.groups[style, VIP] = make_group(program, VIP)
    publish(house, style, 1000, at=now, now=now)
    set_program_status(program_id=program.pk, status="live", actor_id=house.owner_id, now=now)
    change_program(program, {"cap_order": dict(CAPS[style])}, actor_id=house.owner_id, now=now)
    house.caps[program.pk] = caps
    set_caps(house, program.pk, caps, now)


def _join(house: House, style: str, person: User, now: datetime) -> Place:
    enrollment = make_enrollment(house.programs[style], user=person, now=now)
    code = make_code(enrollment, now=now)
    return Place(enrollment, style, code.text)


def _draft(rule: Rule, vip: int) -> RuleDraft:
    return RuleDraft(
        name=rule.kind,
        kind=rule.kind,
        rate_bps=rule.bps,
        amounts=rule.amounts,
        cap_order=rule.cap,
        conditions=Conditions(
            products=(rule.product,) if rule.product else (),
            groups=(vip,) if rule.group else (),
        ),
    )
