"""A real brand with released money, a limit, and people who may approve payouts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from affiliates.models import Affiliation
from brands.models import PayoutPolicy
from core.clock import database_now
from core.factors import FactorProof
from core.models import Brand, User
from ledger.models import AccountKind, EntryKind
from ledger.services import Cause, Draft, Leg, post_entry
from payouts.models import Payout, PayoutPlan
from payouts.rails.registry import LIMITS
from payouts.services.approval import approve_plan
from payouts.services.methods import set_bank_method
from payouts.services.planning import make_plan
from tests.makers import get_owner, make_brand, make_enrollment, make_member, make_program
from tests.payouts.ledger_world import BANK
from tests.safety import make_app


@dataclass
class Team:
    """Owner and finance have an authenticator app; one creator has money. Amounts are cents."""

    brand: Brand
    owner: User
    finance: User
    place: Affiliation
    now: datetime
    entries: int = 0

    def earn(self, minor: int) -> None:
        self.entries += 1
        legs = (
            Leg(AccountKind.COMMISSION_EXPENSE, -minor),
            Leg(AccountKind.PAYABLE, minor, self.place.pk),
        )
        cause = Cause("test", str(self.entries))
        draft = Draft(EntryKind.RAISE, f"earned:{self.entries}", "EUR", legs, cause)
        post_entry(brand_id=self.brand.pk, draft=draft, now=self.now)

    def limit(self, **limits: int) -> None:
        PayoutPolicy.objects.filter(brand=self.brand).update(approval_limits=limits)

    def plan(self) -> PayoutPlan:
        return make_plan(
            brand_id=self.brand.pk,
            currency="EUR",
            limits=LIMITS,
            actor_id=self.owner.pk,
            now=self.now,
        )

    def prove(self, plan: PayoutPlan, person: User) -> FactorProof:
        return FactorProof(user_id=person.pk, about=plan.public_id, at=self.now)

    def approve(self, plan: PayoutPlan, person: User, **changes: Any) -> list[Payout]:
        asked = {
            "plan_id": plan.pk,
            "seen_hash": plan.content_hash,
            "limits": LIMITS,
            "actor_id": person.pk,
            "now": self.now,
            "proof": self.prove(plan, person),
        }
        return approve_plan(**{**asked, **changes})


def make_team(*, earned: int = 10_000, limit: int = 10_000) -> Team:
    brand = make_brand()
    owner, finance = get_owner(brand), make_member(brand, "finance").user
    for person in (owner, finance):
        make_app(person)
    brand.members.update(joined_at=brand.created_at)
    place = make_enrollment(make_program(brand)).affiliation
    team = Team(brand, owner, finance, place, database_now())
    set_bank_method(
        affiliation_id=place.pk, details=BANK, actor_id=place.affiliate.user_id, now=team.now
    )
    team.earn(earned)
    team.limit(EUR=limit)
    return team
