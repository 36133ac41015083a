"""A sandbox brand with a creator who has released money and an account at the stand-in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from affiliates.models import Affiliation, Enrollment
from brands.models import RailKind
from brands.services.brands import move_clock
from core.clock import brand_now
from core.models import Brand
from ledger.models import AccountKind
from ledger.selectors import get_balance
from payouts.models import Payout, PayoutMethod, PayoutPlan
from payouts.rails.registry import LIMITS
from payouts.services import moves
from payouts.services.approval import approve_plan
from payouts.services.methods import set_bank_method
from payouts.services.planning import make_plan
from tests.makers import (
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_member,
    make_program,
    make_sandbox,
)
from tests.shop import Shop, code
from tracking.tasks import release_brand

BANK = {"account_name": "Test creator", "iban": "DE89370400440532013000"}


@dataclass
class Books:
    """One brand, its shop, one creator; amounts in minor units of EUR."""

    brand: Brand
    shop: Shop
    enrollment: Enrollment
    orders: int = 0

    @property
    def affiliation(self) -> Affiliation:
        return self.enrollment.affiliation

    @property
    def now(self) -> datetime:
        self.brand.refresh_from_db()
        return brand_now(self.brand)

    @property
    def owner_id(self) -> int:
        return get_owner(self.brand).pk

    def earn(self, amount: str) -> str:
        """Sell for ten times the commission wanted; returns the order's number."""
        self.orders += 1
        number = f"n{self.orders}"
        total = f"{float(amount) * 10:.2f}"
        line = {"id": "1", "title": "Thing", "quantity": 1, "gross": total}
        self.shop.pay(number, total=total, lines=[line], discounts=code("PAYME"))
        return number

    def pass_days(self, days: int) -> None:
        move_clock(
            brand_id=self.brand.pk, seconds=days * 86_400, actor_id=self.owner_id, now=self.now
        )
        self.brand.refresh_from_db()
        release_brand(self.brand)

    def release(self, amount: str) -> str:
        number = self.earn(amount)
        self.pass_days(31)
        return number

    def plan(self, currency: str = "EUR") -> PayoutPlan:
        return make_plan(
            brand_id=self.brand.pk,
            currency=currency,
            limits=LIMITS,
            actor_id=self.owner_id,
            now=self.now,
        )

    def approve(self, plan: PayoutPlan | None = None) -> list[Payout]:
        plan = plan or self.plan()
        return approve_plan(
            plan_id=plan.pk,
            seen_hash=plan.content_hash,
            limits=LIMITS,
            actor_id=self.owner_id,
            now=self.now,
        )

    def balance(self, kind: AccountKind) -> int:
        return get_balance(
            brand_id=self.brand.pk,
            kind=kind,
            currency="EUR",
            party_id=UUID(str(self.affiliation.pk)),
        )


def make_books() -> Books:
    brand = make_sandbox(make_brand())
    program = make_program(brand)
    enrollment = make_enrollment(program, user=make_member(brand, "analyst").user)
    make_code(enrollment, "PAYME")
    return Books(brand, Shop(make_connection(brand)), enrollment)


def add_bank(books: Books, details: dict[str, str] = BANK) -> PayoutMethod:
    return set_bank_method(
        affiliation_id=books.affiliation.pk,
        details=details,
        actor_id=books.affiliation.affiliate.user_id,
        now=books.now,
    )


def add_stripe(books: Books, account: str) -> PayoutMethod:
    """Give the creator an account that is ready, as a refresh would find it."""
    return PayoutMethod.objects.create(
        brand=books.brand,
        affiliation=books.affiliation,
        rail=RailKind.STRIPE,
        external_account=account,
        is_ready=True,
        changed_at=books.now - timedelta(days=30),
    )


def pay_by_file(books: Books) -> Payout:
    (payout,) = books.approve()
    moves.hand_over_file(file_id=payout.file_id, actor_id=books.owner_id, now=books.now)
    return moves.confirm_payout(
        payout_id=payout.pk, reference="BANK-1", actor_id=books.owner_id, now=books.now
    )


def make_owing() -> Books:
    """100.00 were paid out; 30.00 of them were refunded afterwards."""
    books = make_books()
    add_bank(books)
    number = books.release("100.00")
    pay_by_file(books)
    books.shop.refund(number, "r1", "300.00")
    return books
