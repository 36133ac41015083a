"""Set a demo brand up as its owner would: policy, program, groups, rules, terms, stores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from affiliates.services.utm import create_template
from brands.domain.schedule import Schedule
from brands.models import Program, ProgramStatus
from brands.services.brands import create_brand
from brands.services.connections import create_connection
from brands.services.groups import create_group
from brands.services.payouts import set_payout_policy
from brands.services.programs import create_program, set_program_status, update_program
from brands.services.rules import RuleDraft
from core.models import Brand
from portal.demo.calendar import Calendar
from portal.demo.rules import publish
from portal.demo.world import Shop
from tracking.integrations import get_adapter

MARKS = {
    "name": "Campaigns",
    "source": "{creator}",
    "medium": "affiliate",
    "campaign": "{program}",
    "content": "{link}",
    "term": "{subid}",
    "is_default": True,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What a brand is and offers; the minimum is in minor units of the currency."""

    name: str
    zone: str
    currency: str
    minimum: int
    domain: str
    program: str
    about: str
    own_terms: str = ""
    groups: Mapping[str, tuple[str, int | None]] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"https://{self.domain}/"


def open_brand(offer: Offer, *, calendar: Calendar, owner_id: int, now: datetime) -> Brand:
    """Open a brand and mark it as invented."""
    brand = create_brand(
        owner_id=owner_id,
        name=offer.name,
        time_zone=offer.zone,
        currency=offer.currency,
        now=now,
    )
    brand.is_demo, brand.site_url = True, offer.url
    brand.save(update_fields=["is_demo", "site_url"])
    set_payout_policy(
        brand_id=brand.pk,
        schedule=Schedule(day=calendar.run_day),
        minimums={offer.currency: offer.minimum},
        approval_limits={},
        recovery_days=90,
        actor_id=owner_id,
        now=now,
    )
    return brand


def open_program(
    offer: Offer, *, brand: Brand, rules: list[RuleDraft], owner_id: int, now: datetime
) -> Program:
    """Make the brand's program with a group for each kind of creator, and start it."""
    program = create_program(
        brand_id=brand.pk,
        name=offer.program,
        currency=offer.currency,
        landing_url=offer.url,
        domains=[offer.domain],
        actor_id=owner_id,
        now=now,
        about=offer.about,
        own_terms=offer.own_terms,
    )
    if offer.limits:  # before there are terms: they need no notice
        update_program(program_id=program.pk, actor_id=owner_id, now=now, **offer.limits)
    for name, (partner_type, hold_days) in offer.groups.items():
        create_group(
            program_id=program.pk,
            name=name,
            partner_type=partner_type,
            hold_days=hold_days,
            actor_id=owner_id,
            now=now,
        )
    publish(program, rules, effective_from=now, actor_id=owner_id, now=now)
    create_template(program_id=program.pk, facts=MARKS, actor_id=owner_id, now=now)
    return set_program_status(
        program_id=program.pk, status=ProgramStatus.LIVE, actor_id=owner_id, now=now
    )


def open_shop(
    *,
    brand: Brand,
    name: str,
    url: str,
    actor_id: int,
    now: datetime,
    platform: str = "generic",
) -> Shop:
    """Connect a store; without a platform one that posts the generic webhook."""
    return Shop(
        create_connection(
            brand_id=brand.pk,
            traits=get_adapter(platform).traits,
            name=name,
            shop_url=url,
            actor_id=actor_id,
            now=now,
        )
    )


def make_calendar(offer: Offer, now: datetime) -> Calendar:
    return Calendar(now, ZoneInfo(offer.zone))
