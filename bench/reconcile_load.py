"""Many orders out of one: its rows are read as text and loaded again by COPY with other ids."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.db import connection, transaction

from affiliates.models import Affiliate, Affiliation, Enrollment
from brands.services.fanout import fan_out
from core.clock import database_now
from core.models import Mail, MailStatus, User
from core.outbox import take_waiting
from ledger.models import Account, AccountKind, Entry, EntryKind, Posting
from payouts.domain.plan import hash_payments
from payouts.models import PayoutMethod
from tests.makers import make_brand, make_code, make_connection, make_enrollment, make_program
from tests.shop import Shop, code
from tracking.models import Attribution, Commission, CommissionChange, Decision, EarnedTotal, Order

FIRST = 10_000_000  # ids from here on are ours
PARTY = (AccountKind.PENDING, AccountKind.PAYABLE, AccountKind.IN_PAYOUT)
Row = dict[str, object]


@dataclass(frozen=True)
class Seed:
    """The rows of the one real order, by table, each as text by column."""

    brand_id: int
    amount: int
    rows: dict[str, dict[str, str | None]]


@dataclass(frozen=True)
class Creator:
    """One creator and where his money stands, by kind of account."""

    affiliation: str
    enrollment: int
    method: int
    accounts: dict[str, int]


def load(*, orders: int, creators: int) -> int:
    """Load the orders of one brand; returns its id."""
    seed = _make_seed()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL statement_timeout = 0")
        people = _make_creators(seed, creators)
        brand_accounts = _brand_accounts(seed)
        numbers = range(orders)
        copy = _Copier(seed, people)
        copy.orders(numbers)
        copy.entries(numbers, brand_accounts)
        copy.payouts(orders, brand_accounts)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
    return seed.brand_id


def _make_seed() -> Seed:
    program = make_program(make_brand("Bench", now=database_now() - timedelta(days=90)))
    enrollment = make_enrollment(program)
    make_code(enrollment, "BENCH")
    shop = Shop(make_connection(program.brand))
    order = shop.pay("seed", discounts=code("BENCH"))
    commission = Commission.objects.get(brand=program.brand)
    assert commission.amount_minor
    take_waiting(now=database_now(), limit=100, hand_on=fan_out)
    Mail.objects.update(status=MailStatus.KEPT, text="", html="")
    tables = {
        Order: order.pk,
        Attribution: Attribution.objects.get(order=order).pk,
        Decision: Decision.objects.get(order=order).pk,
        Commission: commission.pk,
        CommissionChange: CommissionChange.objects.get(commission=commission).pk,
        Entry: Entry.objects.get(cause_id=commission.public_id).pk,
        Enrollment: enrollment.pk,
    }
    rows = {model._meta.db_table: _read(model._meta.db_table, pk) for model, pk in tables.items()}
    return Seed(program.brand_id, commission.amount_minor, rows)


def _read(table: str, pk: int) -> dict[str, str | None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        names = [column.name for column in cursor.description]
        cursor.execute(
            f"SELECT {', '.join(f'{n}::text' for n in names)} FROM {table} WHERE id = %s", [pk]
        )
        return dict(zip(names, cursor.fetchone(), strict=True))


def _make_creators(seed: Seed, count: int) -> list[Creator]:
    now = database_now()
    users = User.objects.bulk_create(
        (User(email=f"bench{n}@mail.example", password="!") for n in range(count)), 1000
    )
    people = Affiliate.objects.bulk_create(
        (Affiliate(user=u, display_name="Creator", created_at=now) for u in users), 1000
    )
    places = Affiliation.objects.bulk_create(
        (
            Affiliation(brand_id=seed.brand_id, affiliate=a, email_hash="", created_at=now)
            for a in people
        ),
        1000,
    )
    like = Enrollment.objects.get(brand=seed.brand_id)
    shared = ("brand_id", "program_id", "group_id", "terms_id", "terms_accepted_at", "joined_at")
    joined = Enrollment.objects.bulk_create(
        (Enrollment(affiliation=p, **{n: getattr(like, n) for n in shared}) for p in places), 1000
    )
    methods = PayoutMethod.objects.bulk_create(
        (
            PayoutMethod(
                brand_id=seed.brand_id,
                affiliation=p,
                rail="stripe",
                external_account=f"acct_{n}",
                is_ready=True,
                changed_at=now,
            )
            for n, p in enumerate(places)
        ),
        1000,
    )
    accounts = Account.objects.bulk_create(
        (
            Account(brand_id=seed.brand_id, kind=kind, party_id=p.pk, currency="EUR")
            for p in places
            for kind in PARTY
        ),
        1000,
    )
    return [
        Creator(
            str(place.pk),
            joined[n].pk,
            methods[n].pk,
            {a.kind: a.pk for a in accounts[n * len(PARTY) : (n + 1) * len(PARTY)]},
        )
        for n, place in enumerate(places)
    ]


def _brand_accounts(seed: Seed) -> dict[str, int]:
    expense = Account.objects.get(brand=seed.brand_id, kind=AccountKind.COMMISSION_EXPENSE)
    clearing = Account.objects.create(
        brand_id=seed.brand_id, kind=AccountKind.CLEARING_STRIPE, currency="EUR"
    )
    return {"expense": expense.pk, "clearing": clearing.pk}


@dataclass(frozen=True)
class _Copier:
    """Load what belongs to order n: it is creator n % count's, and a quarter of each are paid."""

    seed: Seed
    people: list[Creator]

    def of(self, n: int) -> Creator:
        return self.people[n % len(self.people)]

    def state(self, n: int) -> int:
        """0: paid, 1: released, 2 and 3: pending."""
        return n // len(self.people) % 4

    def orders(self, numbers: range) -> None:
        long_ago = "2026-01-01 00:00+00"
        self._copies(
            Order,
            numbers,
            lambda n: {
                "public_id": f"ord_b{n}",
                "external_order_id": f"b{n}",
                "external_number": n,
            },
        )
        self._copies(
            Attribution,
            numbers,
            lambda n: {"order_id": FIRST + n, "enrollment_id": self.of(n).enrollment},
        )
        self._copies(
            Decision,
            numbers,
            lambda n: {"order_id": FIRST + n, "enrollment_id": self.of(n).enrollment},
        )

        def commission(n: int) -> Row:
            released = long_ago if self.state(n) < 2 else None
            paid = long_ago if self.state(n) == 0 else None
            return {
                "public_id": f"cmn_b{n}",
                "order_id": FIRST + n,
                "enrollment_id": self.of(n).enrollment,
                "affiliation_id": self.of(n).affiliation,
                "release_at": long_ago if released else "2027-01-01 00:00+00",
                "released_at": released,
                "covered_at": paid,
                "paid_at": paid,
            }

        self._copies(Commission, numbers, commission)
        self._total(numbers)
        self._copies(
            CommissionChange, numbers, lambda n: {"commission_id": FIRST + n, "entry_id": FIRST + n}
        )

    def _total(self, numbers: range) -> None:
        """Keep what the orders of each creator come to."""
        program_id = Enrollment.objects.values_list("program_id", flat=True).get(
            pk=self.people[0].enrollment
        )
        EarnedTotal.objects.bulk_create(
            EarnedTotal(
                brand_id=self.seed.brand_id,
                program_id=program_id,
                enrollment_id=who.enrollment,
                currency="EUR",
                amount_minor=self.seed.amount * len(numbers[place :: len(self.people)]),
            )
            for place, who in enumerate(self.people)
        )

    def entries(self, numbers: range, brand: dict[str, int]) -> None:
        """Load what each commission posted: earned, and where it is so, released."""
        count = len(numbers)
        self._copies(
            Entry,
            numbers,
            lambda n: {"key": f"commission:cmn_b{n}:change:1", "cause_id": f"cmn_b{n}"},
        )
        released = [n for n in numbers if self.state(n) < 2]
        self._copies(
            Entry,
            released,
            lambda n: {
                "id": FIRST + count + n,
                "kind": EntryKind.RELEASE.value,
                "key": f"commission:cmn_b{n}:release",
                "cause_id": f"cmn_b{n}",
            },
        )
        amount = self.seed.amount

        def postings() -> Iterator[tuple[int, int, int, int]]:
            for n in numbers:
                yield FIRST + 2 * n, FIRST + n, brand["expense"], -amount
                yield FIRST + 2 * n + 1, FIRST + n, self.of(n).accounts["pending"], amount
            for n in released:
                entry, accounts = FIRST + count + n, self.of(n).accounts
                yield FIRST + 2 * entry, entry, accounts["pending"], -amount
                yield FIRST + 2 * entry + 1, entry, accounts["payable"], amount

        self._postings(postings())

    def payouts(self, orders: int, brand: dict[str, int]) -> None:
        """Load one paid payout a creator, of all his orders that are paid."""
        covered = dict[int, list[int]]()
        for n in range(orders):
            if self.state(n) == 0:
                covered.setdefault(n % len(self.people), []).append(n)
        made = [(c, self.people[c], ns, self.seed.amount * len(ns)) for c, ns in covered.items()]
        self._plan(made)
        base = FIRST + 8 * orders
        names = "id, public_id, brand_id, plan_id, affiliation_id, method_id, rail, currency"
        names += ", amount_minor, destination, destination_hint, status, code, detail, reference"
        self._copy(
            "payouts_payout",
            f"{names}, approved_at, sent_at, paid_at, closed_at",
            (
                (
                    *(FIRST + c, f"pay_b{c}", self.seed.brand_id, FIRST),
                    *(who.affiliation, who.method, "stripe", "EUR", amount, f"acct_{c}"),
                    *("", "paid", "", "", f"tr_{c}", NOW, NOW, NOW, NOW),
                )
                for c, who, _, amount in made
            ),
        )
        self._copy(
            "payouts_payoutitem",
            "brand_id, payout_id, posting_id, commission_id, amount_minor, is_covering",
            (
                (
                    *(self.seed.brand_id, FIRST + c, FIRST + 2 * (FIRST + orders + n) + 1),
                    *(FIRST + n, self.seed.amount, True),
                )
                for c, _, ns, _ in made
                for n in ns
            ),
        )
        self._copy(
            "payouts_payoutattempt",
            "brand_id, payout_id, key, parameters, parameters_hash, status, external_id, code,"
            " detail, calls, created_at, claimed_until, closed_at, absence_reason",
            (
                (
                    *(self.seed.brand_id, FIRST + c, str(uuid4())),
                    *(json.dumps({"amount_minor": amount, "currency": "EUR"}), "", "accepted"),
                    *(f"tr_{c}", "", "", 1, NOW, NOW, NOW, ""),
                )
                for c, _, _, amount in made
            ),
        )
        steps = (("approve_payout", "payable", "in_payout"), ("pay", "in_payout", "clearing"))
        entries, postings = list[tuple[object, ...]](), list[tuple[int, int, int, int]]()
        for place, (c, who, _, amount) in enumerate(made):
            for step, (kind, source, target) in enumerate(steps):
                entry = base + 2 * place + step
                key = f"payout:pay_b{c}:{kind}"
                entries.append((entry, self.seed.brand_id, kind, key, "payout", f"pay_b{c}", NOW))
                accounts = who.accounts | brand
                first = 8 * FIRST + 2 * entry
                postings += [
                    (first, entry, accounts[source], -amount),
                    (first + 1, entry, accounts[target], amount),
                ]
        self._copy("ledger_entry", "id, brand_id, kind, key, cause_type, cause_id, at", entries)
        self._postings(postings)

    def _plan(self, made: list[tuple[int, Creator, list[int], int]]) -> None:
        lines = [
            {
                "affiliation": who.affiliation,
                "payable_minor": amount,
                "amount_minor": amount,
                "remainder_minor": 0,
            }
            for _, who, _, amount in made
        ]
        row = (
            *(FIRST, "run_b", self.seed.brand_id, "EUR", "2026-01", "approved"),
            *(json.dumps({"lines": lines, "left_out": []}), hash_payments([]), 0, NOW, NOW),
        )
        names = "id, public_id, brand_id, currency, period, status, content, content_hash"
        self._copy("payouts_payoutplan", f"{names}, total_minor, planned_at, approved_at", [row])

    def _copies(self, model: type, numbers: Iterable[int], change: Callable[[int], Row]) -> None:
        table = model._meta.db_table  # type: ignore[attr-defined]  # of every model
        like = self.seed.rows[table]
        self._copy(
            table,
            ", ".join(like),
            (tuple((like | {"id": FIRST + n} | change(n)).values()) for n in numbers),
        )

    def _postings(self, rows: Iterable[tuple[int, int, int, int]]) -> None:
        brand = self.seed.brand_id
        self._copy(
            Posting._meta.db_table,
            "id, brand_id, entry_id, account_id, amount_minor",
            ((pk, brand, entry, account, amount) for pk, entry, account, amount in rows),
        )

    def _copy(self, table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)


NOW = "2026-01-01 00:00+00"
