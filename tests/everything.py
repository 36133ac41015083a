"""A brand in which every kind of row is there, so that every page has something to show."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.test import override_settings

from affiliates.keys import make_invite_token
from affiliates.models import Enrollment
from brands.models import Program, RailKind, RailSettings, Role
from brands.services.letters import set_sender
from brands.services.linkhosts import set_link_host
from brands.services.payouts import set_rail
from core.clock import brand_now
from core.models import Brand, Mail, User
from core.notices import APPLICATIONS
from core.refusals import confirm_url
from core.signing import make_secret
from core.stopping import stop_url
from payouts.models import Payout
from payouts.rails.registry import LIMITS, make_standin
from payouts.services import moves
from payouts.services.approval import approve_plan
from payouts.services.methods import set_bank_method
from payouts.services.planning import make_plan
from portal.api.showing import click_id
from tests.awards import make_award, make_bonus_plan
from tests.claims import make_claim, make_screenshot
from tests.makers import (
    get_owner,
    make_alarm,
    make_alike,
    make_announcement,
    make_api_key,
    make_application,
    make_asset,
    make_brand,
    make_code,
    make_code_batch,
    make_connection,
    make_deliverable,
    make_endpoint,
    make_enrollment,
    make_goal,
    make_group,
    make_invitation,
    make_kind,
    make_ladder,
    make_link,
    make_member,
    make_operator,
    make_pending_change,
    make_program,
    make_question,
    make_rules,
    make_sandbox,
    make_saved_report,
    make_store_code,
    make_unread_order,
    make_user,
    make_utm_template,
    make_vetting_point,
    make_what_if,
    percent_rule,
    send_news,
)
from tests.orders import make_click
from tests.payouts.papers import (
    make_invoice,
    make_statement,
    make_tax_document,
    make_tax_profile,
    make_tax_rate,
    make_threshold,
)
from tests.safety import make_factors, make_session
from tests.shop import Shop, code, line
from tests.storechecks import make_check, make_finding
from tests.uploads import make_fetched_product, make_products, make_read_upload
from tracking.models import StoreEvent
from tracking.selectors_brand import list_reasons
from tracking.services.deliverables import Said, answer_offer, submit_work
from tracking.services.holds import hold_commission
from tracking.tasks import release_brand

BERLIN = ZoneInfo("Europe/Berlin")  # where brands of tests are
BANK = {"account_name": "Test creator", "iban": "DE89370400440532013000"}


@dataclass
class Everything:
    """One brand with its people; `ids` holds a value for each part of an address."""

    brand: Brand
    owner: User
    creator: User
    analyst: User
    operator: User
    program: Program
    shop: Shop
    prefix: str
    ids: dict[str, Any] = field(default_factory=dict)


def make_everything(prefix: str = "Anna", *, creator: User | None = None) -> Everything:
    """Make a brand with paid, released, pending, reviewed and uncredited orders.

    One group has no hold, as an operator may allow, so that money is released today.
    """
    world = _open_brand(prefix, creator or make_user(name=prefix))
    program, shop = world.program, world.shop
    with override_settings(HOLD_DAYS_MIN=0):
        fast = make_group(program, "Trusted", hold_days=0)
    place = make_enrollment(program, user=world.creator, group=fast)
    other = make_enrollment(program, user=make_user(name=f"{prefix} the Second"))
    waiting = make_application(program, make_user(name=f"{prefix} the Third"))
    # One digit: the codes that come with an approval have two.
    mine, theirs = make_code(place, f"{prefix}1".upper()), make_code(other, f"{prefix}2".upper())
    link = make_link(place, slug=f"{prefix}-cups".lower())
    payout = _pay_out(world, place, mine.text)
    asset = make_asset(program)
    question = make_question(program)
    change = make_pending_change(make_group(program, "Slow"), now=shop.now)
    invitation = make_invitation(program, f"{prefix.lower()}@invited.example", now=shop.now)
    goal = make_goal(program, group_id=place.group_id, is_shown=True)
    offer = make_deliverable(
        program,
        enrollment_id=place.pk,
        due_on=(shop.now + timedelta(days=9)).date(),
        now=shop.now,
    )
    work = answer_offer(
        deliverable_id=offer.pk,
        enrollment_id=place.pk,
        currency="EUR",
        actor_id=world.creator.pk,
        now=shop.now,
    )
    submit_work(
        work_id=work.pk,
        said=Said(url="https://anna.example/video"),
        actor_id=world.creator.pk,
        now=shop.now,
    )
    make_ladder(program, [(other.group, 0, "later"), (fast, 3, "pending")], now=shop.now)
    coming = make_rules(
        program, [percent_rule(1200)], effective_from=shop.now + timedelta(days=30), now=shop.now
    )
    draft_news = make_announcement(brand=world.brand)
    send_news(make_announcement(brand=world.brand))
    draft = _fill_shop(world, mine.text, theirs.text)
    make_award(place, at=shop.now)
    make_products(shop.connection)
    make_fetched_product(shop.connection)
    make_store_code(shop.connection, mine, now=shop.now)
    claim = make_claim(place, "2", picture=make_screenshot(), total="100.00", now=shop.now)
    make_alike(place, other)
    key, key_text = make_api_key(world.brand, now=shop.now)
    click = make_click(link, at=shop.now - timedelta(days=1))
    check = make_check(shop.connection, now=shop.now)
    world.ids |= {
        "application_id": waiting.public_id,
        "creator_id": place.affiliation.public_id,
        "affiliation_id": place.affiliation.public_id,
        "enrollment_id": place.public_id,
        "other_id": other.affiliation.public_id,
        "code_id": mine.public_id,
        "batch_id": make_code_batch(place).public_id,
        "link_id": link.public_id,
        "group_id": fast.public_id,
        "question_id": question.public_id,
        "point_id": make_vetting_point(program).public_id,
        "program_id": program.public_id,
        "kind_id": make_kind(world.brand, "Podcast").public_id,
        "goal_id": goal.public_id,
        "report_id": make_saved_report(world.brand).public_id,
        "change_id": change.public_id,
        "click_id": click_id(click.pk),
        "key_id": key.public_id,
        "key_text": key_text,
        "bonus_id": make_bonus_plan(program).public_id,
        "deliverable_id": offer.public_id,
        "work_id": work.public_id,
        "order_id": shop.get("1").public_id,
        "commission_id": shop.commission("1").public_id,
        "why": next(iter(list_reasons(world.brand))),
        "claim_id": claim.public_id,
        "claimed_id": shop.get("2").public_id,
        "held_id": shop.commission("3").public_id,
        "event_id": StoreEvent.objects.filter(connection=shop.connection)[0].public_id,
        "plan_id": payout.plan.public_id,
        "draft_id": draft,
        "payout_id": payout.public_id,
        "file_id": payout.plan.files.get().public_id,
        "statement_id": make_statement(place.affiliation, now=shop.now).public_id,
        "tax_id": make_tax_profile(place.affiliation, now=shop.now).public_id,
        "rate_id": make_tax_rate(world.brand, actor_id=world.owner.pk, now=shop.now).public_id,
        "threshold_id": make_threshold(
            world.brand, actor_id=world.owner.pk, now=shop.now
        ).public_id,
        "invoice_id": make_invoice(payout, now=shop.now).public_id,
        "document_id": make_tax_document(place.affiliation, now=shop.now).public_id,
        "alarm_id": make_alarm(program, now=shop.now).public_id,
        "unread_id": make_unread_order(shop.connection, now=shop.now).public_id,
        "upload_id": make_read_upload(shop.connection).public_id,
        "check_id": check.public_id,
        "finding_id": make_finding(check, now=shop.now).public_id,
        "coming_version": coming.version,
        "what_if_id": make_what_if(program, now=shop.now).public_id,
        "endpoint_id": make_endpoint(world.brand, now=shop.now).public_id,
        "digest": asset.image.sha256,
        "announcement_id": draft_news.public_id,
        "asset_id": asset.public_id,
        "invitation_id": invitation.public_id,
        "template_id": make_utm_template(program).public_id,
        "invite_token": make_invite_token(make_invitation(program, now=shop.now)),
        "month": f"{brand_now(world.brand).astimezone(BERLIN):%Y-%m}",
        "link_slug": f"{prefix}-cups".lower(),
        "session_id": make_session(world.owner).pk,
        "mail_id": Mail.objects.filter(brand=world.brand, html__gt="").latest("pk").pk,
    }
    return world


def _open_brand(prefix: str, creator: User) -> Everything:
    owner = make_user(name=f"Owner of {prefix}")
    brand = make_brand(f"{prefix} & Co", owner=owner)
    program = make_program(brand)
    member = make_member(brand, Role.ANALYST)
    twin = make_sandbox(brand)
    shop = Shop(make_connection(brand))
    set_rail(
        brand_id=brand.pk,
        rail=RailKind.STRIPE,
        secret_key="sk_test_nothing",
        webhook_secret=make_secret(),
        actor_id=owner.pk,
        now=shop.now,
    )
    set_link_host(
        brand_id=brand.pk,
        host=f"go.{brand.slug}.example",
        cookie_domain=f"{brand.slug}.example",
        actor_id=owner.pk,
        now=shop.now,
    )
    world = Everything(
        brand=brand,
        owner=owner,
        creator=creator,
        analyst=member.user,
        operator=make_operator(),
        program=program,
        shop=shop,
        prefix=prefix,
    )
    world.ids = {
        "pk": make_factors(owner).pk,
        "slug": brand.slug,
        "brand_slug": brand.slug,
        "brand_id": brand.public_id,
        "program_slug": program.slug,
        "program_id": program.public_id,
        "connection_id": shop.connection.public_id,
        "member_id": member.pk,
        "twin_slug": twin.slug,
        "token": _open_setup(twin),
        "stop_token": stop_url(user_id=owner.pk, group=APPLICATIONS.name).split("/")[-2],
        "confirm_token": confirm_url(owner).split("/")[-2],
        "reply_token": _ask_for_answers(brand, owner, shop),
    }
    return world


def _pay_out(world: Everything, place: Enrollment, code_text: str) -> Payout:
    """Pay the creator 90.00 by a file whose answer is awaited."""
    set_bank_method(
        affiliation_id=place.affiliation_id,
        details=BANK,
        actor_id=world.creator.pk,
        now=world.shop.now,
    )
    _sell(world.shop, "paid", "900.00", code_text)
    release_brand(world.brand)
    plan = make_plan(brand_id=world.brand.pk, currency="EUR", limits=LIMITS, **_by_owner(world))
    (payout,) = approve_plan(
        plan_id=plan.pk, seen_hash=plan.content_hash, limits=LIMITS, **_by_owner(world)
    )
    moves.hand_over_file(file_id=payout.file_id, **_by_owner(world))
    payout.refresh_from_db()
    return payout


def _fill_shop(world: Everything, mine: str, theirs: str) -> str:
    """Send orders of every kind; returns the id of a run that waits for approval."""
    shop = world.shop
    _sell(shop, "1", "800.00", mine)
    release_brand(world.brand)
    draft = make_plan(brand_id=world.brand.pk, currency="EUR", limits=LIMITS, **_by_owner(world))
    shop.refund("paid", "r1", "20.00")
    _sell(shop, "2", "100.00", theirs)
    shop.refund("2", "r2", "25.00")
    _sell(shop, "3", "70.00", theirs)
    shop.pay("4")
    hold_commission(
        commission_id=shop.commission("3").pk, reason="An order of the office", **_by_owner(world)
    )
    return str(draft.public_id)


def _sell(shop: Shop, number: str, total: str, code_text: str) -> None:
    lines: Sequence[dict[str, Any]] = [line("1", total, title="Ceramic cups")]
    shop.pay(number, total=total, lines=lines, discounts=code(code_text))


def _by_owner(world: Everything) -> dict[str, Any]:
    return {"actor_id": get_owner(world.brand).pk, "now": brand_now(world.brand)}


def _ask_for_answers(brand: Brand, owner: User, shop: Shop) -> str:
    """Return the token of the page where answers to the brand are agreed to."""
    address = f"help@{brand.slug}.example"
    set_sender(brand_id=brand.pk, from_name="", reply_to=address, actor_id=owner.pk, now=shop.now)
    text = Mail.objects.filter(to=address).latest("pk").text
    return text.partition("/mail/reply-to/")[2].partition("/")[0]


def _open_setup(twin: Brand) -> str:
    """Return the token of the page at the stand-in where a creator would give his details."""
    key = RailSettings.objects.get(brand=twin, rail=RailKind.STRIPE).secret_key or ""
    account = _ask_standin(key, "accounts", {"country": "DE", "email": "creator@mail.example"})
    link = {
        "account": account["id"],
        "type": "account_onboarding",
        "return_url": "https://fairshare.example/return",
        "refresh_url": "https://fairshare.example/again",
    }
    return str(_ask_standin(key, "account_links", link)["url"]).rpartition("/")[2]


def _ask_standin(key: str, what: str, params: dict[str, str]) -> dict[str, Any]:
    answer = make_standin().handle(
        method="POST",
        path=f"/v1/{what}",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"{key}-{what}"},
        form_params=params,
    )
    assert answer.status == 200, answer.body
    answered: dict[str, Any] = json.loads(answer.body)
    return answered
