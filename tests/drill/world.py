"""A brand with one approved run of many payouts, each of a creator of his own."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from affiliates.models import Affiliate, Affiliation
from brands.models import RailKind
from core.models import Brand, User
from ledger.models import AccountKind, EntryKind
from ledger.services import Cause, Draft, Leg, post_entries
from payouts.domain.plan import hash_payments
from payouts.models import Payout, PayoutMethod, PayoutPlan, PlanStatus
from tests.makers import make_brand, make_sandbox

CHUNK = 500


@dataclass
class Payee:
    """One creator of the run; amounts differ, so that none passes for another's."""

    number: int
    id: UUID = field(default_factory=uuid4)

    @property
    def amount(self) -> int:
        return 5_000 + self.number

    def payment(self, account: str) -> tuple[UUID, int, str, str, str]:
        return (self.id, self.amount, "EUR", "stripe", account)

    def line(self, account: str) -> dict[str, object]:
        return {
            "affiliation": str(self.id),
            "name": f"Creator {self.number}",
            "payable_minor": self.amount,
            "recovered_minor": 0,
            "amount_minor": self.amount,
            "remainder_minor": 0,
            "rail": "stripe",
            "destination": account,
        }


def approve_run(*, count: int, account: str, now: datetime) -> Brand:
    """Make the run as an approval leaves it; everybody is paid to the one account."""
    brand = make_sandbox(make_brand("Drill", now=now), now=now)
    payees = [Payee(number) for number in range(count)]
    plan = PayoutPlan.objects.create(
        brand=brand,
        currency="EUR",
        period=f"{now:%Y-%m}",
        status=PlanStatus.APPROVED,
        content={"lines": [payee.line(account) for payee in payees], "left_out": []},
        content_hash=hash_payments(payee.payment(account) for payee in payees),
        total_minor=sum(payee.amount for payee in payees),
        planned_at=now,
        approved_at=now,
    )
    for start in range(0, count, CHUNK):
        _add(brand, plan, payees[start : start + CHUNK], account, now)
    return brand


def _add(brand: Brand, plan: PayoutPlan, payees: list[Payee], account: str, now: datetime) -> None:
    users = User.objects.bulk_create(
        User(email=f"drill{p.number}-{brand.pk}@mail.example", password="!") for p in payees
    )
    affiliates = Affiliate.objects.bulk_create(
        Affiliate(user=user, display_name=f"Creator {p.number}", created_at=now)
        for p, user in zip(payees, users, strict=True)
    )
    Affiliation.objects.bulk_create(
        Affiliation(id=p.id, brand=brand, affiliate=affiliate, email_hash="", created_at=now)
        for p, affiliate in zip(payees, affiliates, strict=True)
    )
    methods = PayoutMethod.objects.bulk_create(
        PayoutMethod(
            brand=brand,
            affiliation_id=p.id,
            rail=RailKind.STRIPE,
            external_account=f"acct_{p.number}",
            is_ready=True,
            changed_at=now,
        )
        for p in payees
    )
    payouts = Payout.objects.bulk_create(
        Payout(
            brand=brand,
            plan=plan,
            affiliation_id=p.id,
            method=method,
            rail=RailKind.STRIPE,
            currency="EUR",
            amount_minor=p.amount,
            destination=account,
            approved_at=now,
        )
        for p, method in zip(payees, methods, strict=True)
    )
    drafts = [d for p, payout in zip(payees, payouts, strict=True) for d in _drafts(p, payout)]
    post_entries(brand_id=brand.pk, drafts=drafts, now=now)


def _drafts(payee: Payee, payout: Payout) -> list[Draft]:
    """Return how the money came to stand in payout."""
    way = (
        (EntryKind.ACCRUE, "accrue", AccountKind.COMMISSION_EXPENSE, AccountKind.PENDING),
        (EntryKind.RELEASE, "release", AccountKind.PENDING, AccountKind.PAYABLE),
        (EntryKind.APPROVE_PAYOUT, "approve", AccountKind.PAYABLE, AccountKind.IN_PAYOUT),
    )
    return [
        Draft(
            kind=kind,
            key=f"payout:{payout.public_id}:{name}",
            currency="EUR",
            legs=(_leg(source, -payee.amount, payee), _leg(target, payee.amount, payee)),
            cause=Cause("payout", payout.public_id),
        )
        for kind, name, source, target in way
    ]


def _leg(kind: AccountKind, amount: int, payee: Payee) -> Leg:
    return Leg(kind, amount, None if kind == AccountKind.COMMISSION_EXPENSE else payee.id)
