"""Plain makers: each makes one thing with what it needs, through the real services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from affiliates.domain.invitesheet import Row
from affiliates.models import (
    Announcement,
    Application,
    Asset,
    AssetKind,
    ClearedPair,
    Code,
    CodeBatch,
    Enrollment,
    Goal,
    Invitation,
    Link,
    MarkKind,
    UtmTemplate,
)
from affiliates.services.alike import clear_pair, note_marks
from affiliates.services.announcements import (
    AnnouncementFacts,
    draft_announcement,
    schedule_announcement,
    send_announcement,
)
from affiliates.services.applications import apply_to_program, approve_application
from affiliates.services.assets import AssetFacts, create_asset
from affiliates.services.codebatches import create_batch
from affiliates.services.codes import create_code
from affiliates.services.goals import GoalFacts, create_goal
from affiliates.services.invitations import Inviting, make_invite_link, send_invitations
from affiliates.services.links import create_link
from affiliates.services.utm import FIELDS, create_template
from brands.access import BrandAccess, get_brand_for
from brands.domain.rules import Conditions
from brands.models import (
    ApiKey,
    DeliveryTry,
    Endpoint,
    Group,
    Ladder,
    Member,
    PartnerKind,
    PartnerType,
    PendingChange,
    Program,
    ProgramStatus,
    Question,
    Role,
    RuleSet,
    SavedReport,
    Scope,
    SpanKind,
    StoreConnection,
    VettingPoint,
    WhatIf,
)
from brands.selectors import (
    find_latest_rules,
    find_latest_terms,
    get_base_policy,
    get_default_group,
    list_rules_of,
)
from brands.selectors_ladders import find_latest_ladder
from brands.services.apikeys import create_key
from brands.services.brands import create_brand, open_sandbox
from brands.services.changes import announce_group_change
from brands.services.connections import create_connection
from brands.services.endpoints import add_endpoint, send_test
from brands.services.groups import create_group
from brands.services.kinds import add_kind
from brands.services.ladders import LadderDraft, TierDraft, publish_ladder
from brands.services.programs import create_program, set_program_status
from brands.services.questions import Asking, add_question
from brands.services.reports import ReportFacts, save_report
from brands.services.rules import RuleDraft, publish_rules
from brands.services.team import add_member
from brands.services.vetting import add_point
from brands.services.whatifs import Trial, ask_what_if
from brands.views.drafts import to_draft
from core.accounts import set_operator
from core.images import read_picture
from core.models import Brand, User
from tests.core.hostile_images import encode
from tracking.integrations import get_adapter
from tracking.models import AlarmKind, Deliverable, OrderPull, StoreCode, TrackingAlarm, UnreadOrder
from tracking.services.deliverables import DeliverableFacts, offer_deliverable
from tracking.services.sources import Found
from tracking.services.storecodes import Discount, set_discount, set_sync
from tracking.services.unread import set_aside

NOW = datetime(2026, 8, 12, 12, 0, tzinfo=UTC)
DOMAIN = "shop.example"

_numbers = count(1)


def make_user(email: str = "", *, name: str = "", language: str = "en") -> User:
    """Make a person; without a password, because hashing one takes time."""
    address = email or f"person{next(_numbers)}@mail.example"
    return User.objects.create_user(address, name=name, language=language)


def make_operator() -> User:
    return set_operator(email=make_user().email, is_operator=True, now=NOW)


def make_brand(
    name: str = "", *, owner: User | None = None, currency: str = "EUR", now: datetime = NOW
) -> Brand:
    return create_brand(
        owner_id=(owner or make_user()).pk,
        name=name or f"Brand {next(_numbers)}",
        time_zone="Europe/Berlin",
        currency=currency,
        now=now,
    )


def get_owner(brand: Brand) -> User:
    return Member.objects.filter(brand=brand, role=Role.OWNER).order_by("pk")[0].user


def make_member(brand: Brand, role: str = Role.MANAGER, *, user: User | None = None) -> Member:
    return add_member(
        brand_id=brand.pk,
        user_id=(user or make_user()).pk,
        role=role,
        actor_id=get_owner(brand).pk,
        now=NOW,
    )


def open_door(brand: Brand, user: User | None = None) -> BrandAccess:
    """Return the brand's door as its owner, or as another member."""
    return get_brand_for(user or get_owner(brand), brand.slug)


def make_endpoint(brand: Brand, *, now: datetime = NOW, topics: Sequence[str] = ()) -> Endpoint:
    """Add an endpoint that was sent a test event and answered 500."""
    endpoint = add_endpoint(
        brand_id=brand.pk,
        url="https://192.0.2.1/fairshare",  # nobody is there, and no name is looked up
        description="The till",
        topics=topics,
        actor_id=get_owner(brand).pk,
        now=now,
    )
    delivery = send_test(endpoint_id=endpoint.pk, now=now)
    DeliveryTry.objects.create(brand=brand, delivery=delivery, at=now, duration_ms=9, answer=500)
    return endpoint


def make_sandbox(brand: Brand, *, now: datetime = NOW) -> Brand:
    return open_sandbox(brand_id=brand.pk, actor_id=get_owner(brand).pk, now=now)


def make_draft_program(
    brand: Brand | None = None, *, currency: str = "EUR", domain: str = DOMAIN, now: datetime = NOW
) -> Program:
    """Make a program without rules, terms or creators."""
    brand = brand or make_brand(currency=currency)
    return create_program(
        brand_id=brand.pk,
        name=f"Program {next(_numbers)}",
        currency=currency,
        landing_url=f"https://{domain}/",
        domains=[domain],
        actor_id=get_owner(brand).pk,
        now=now,
    )


def percent_rule(rate_bps: int = 1000, *, name: str = "All products") -> RuleDraft:
    return RuleDraft(name=name, kind="percent", rate_bps=rate_bps)


def flat_rule(
    amounts: Mapping[str, int], *, kind: str = "flat_order", name: str = "Flat"
) -> RuleDraft:
    return RuleDraft(name=name, kind=kind, amounts=amounts)


def gift_card_rule() -> RuleDraft:
    conditions = Conditions(gift_cards="only")
    return RuleDraft(name="No gift cards", kind="exclude", conditions=conditions)


def make_rules(
    program: Program,
    drafts: Sequence[RuleDraft] = (),
    *,
    effective_from: datetime | None = None,
    now: datetime = NOW,
) -> RuleSet:
    """Publish the next version; 10 % of everything unless said otherwise."""
    latest = find_latest_rules(program)
    return publish_rules(
        program_id=program.pk,
        drafts=list(drafts) or [percent_rule()],
        effective_from=effective_from or now,
        actor_id=get_owner(program.brand).pk,
        now=now,
        base_version=latest.version if latest else 0,
    )


def make_program(
    brand: Brand | None = None,
    drafts: Sequence[RuleDraft] = (),
    *,
    currency: str = "EUR",
    domain: str = DOMAIN,
    now: datetime = NOW,
) -> Program:
    """Make a live program with rules and terms."""
    program = make_draft_program(brand, currency=currency, domain=domain, now=now)
    make_rules(program, drafts, now=now)
    return set_program_status(
        program_id=program.pk,
        status=ProgramStatus.LIVE,
        actor_id=get_owner(program.brand).pk,
        now=now,
    )


def make_group(
    program: Program,
    name: str = "",
    *,
    partner_type: str = PartnerType.AFFILIATE,
    hold_days: int | None = None,
) -> Group:
    return create_group(
        program_id=program.pk,
        name=name or f"Group {next(_numbers)}",
        actor_id=get_owner(program.brand).pk,
        partner_type=partner_type,
        hold_days=hold_days,
        now=NOW,
    )


def make_kind(brand: Brand, name: str) -> PartnerKind:
    return add_kind(brand_id=brand.pk, name=name, actor_id=get_owner(brand).pk, now=NOW)


def make_pending_change(group: Group, *, days: int = 30, now: datetime = NOW) -> PendingChange:
    """Announce a hold of 45 days for the group."""
    return announce_group_change(
        group_id=group.pk,
        changes={"hold_days": 45},
        applies_at=now + timedelta(days=days),
        actor_id=get_owner(group.brand).pk,
        now=now,
    )


@dataclass(frozen=True)
class Applying:
    """What an application says, and when."""

    publishes_at: str = "https://blog.example"
    message: str = ""
    now: datetime = NOW


def make_application(
    program: Program, user: User | None = None, said: Applying = Applying()
) -> Application:
    terms = find_latest_terms(program)
    assert terms is not None
    return apply_to_program(
        user_id=(user or make_user()).pk,
        program_id=program.pk,
        terms_id=terms.pk,
        publishes_at=said.publishes_at,
        message=said.message,
        now=said.now,
    )


def make_enrollment(
    program: Program | None = None,
    *,
    user: User | None = None,
    group: Group | None = None,
    now: datetime = NOW,
) -> Enrollment:
    """Make a creator who applied and was approved: he has a link and a code."""
    program = program or make_program()
    application = make_application(program, user, Applying(now=now))
    return approve_application(
        application_id=application.pk,
        group_id=group.pk if group else None,
        actor_id=get_owner(program.brand).pk,
        now=now,
    )


def make_invitation(program: Program, email: str = "", *, now: datetime = NOW) -> Invitation:
    """Invite somebody by mail, or make a link for everybody where no address is given."""
    inviting = Inviting(program_id=program.pk, group_id=get_default_group(program).pk, days=30)
    owner = get_owner(program.brand)
    if not email:
        return make_invite_link(
            inviting=inviting, name="Fair", max_uses=None, actor_id=owner.pk, now=now
        )
    rows = [Row(line=1, email=email)]
    send_invitations(inviting=inviting, rows=rows, actor_id=owner.pk, now=now)
    return Invitation.objects.filter(program=program, email=email).latest("pk")


def get_creator(enrollment: Enrollment) -> User:
    return enrollment.affiliation.affiliate.user


def make_link(
    enrollment: Enrollment | None = None,
    *,
    slug: str | None = None,
    url: str = f"https://{DOMAIN}/cups",
    now: datetime = NOW,
    code: Code | None = None,
) -> Link:
    enrollment = enrollment or make_enrollment()
    return create_link(
        enrollment_id=enrollment.pk,
        destination_url=url,
        slug=slug,
        actor_id=get_creator(enrollment).pk,
        now=now,
        code=code,
    )


def make_utm_template(program: Program, *, now: datetime = NOW, **facts: Any) -> UtmTemplate:
    values = dict.fromkeys(FIELDS, "") | {"source": "{creator}", "content": "{link}"}
    return create_template(
        program_id=program.pk,
        facts={"name": f"Template {next(_numbers)}", "is_default": False, **values, **facts},
        actor_id=get_owner(program.brand).pk,
        now=now,
    )


def make_code(enrollment: Enrollment, text: str = "", *, now: datetime = NOW) -> Code:
    return create_code(
        enrollment_id=enrollment.pk,
        text=text or f"CODE{next(_numbers)}",
        actor_id=get_creator(enrollment).pk,
        now=now,
    )


def make_code_batch(
    enrollment: Enrollment, count: int = 2, *, now: datetime = NOW, **facts: Any
) -> CodeBatch:
    return create_batch(
        enrollment_id=enrollment.pk,
        prefix=facts.pop("prefix", "ONE"),
        count=count,
        actor_id=get_owner(enrollment.brand).pk,
        now=now,
        **facts,
    )


def make_asset(program: Program, kind: AssetKind = AssetKind.IMAGE, **facts: Any) -> Asset:
    """Make something to publish; an image is a small red one."""
    said = {"title": "Cups", "url": f"https://{DOMAIN}/cups", **facts}
    if kind == AssetKind.IMAGE:
        said.setdefault("picture", read_picture(SimpleUploadedFile("cups.png", encode("PNG"))))
    return create_asset(
        program_id=program.pk,
        kind=kind,
        facts=AssetFacts(**said),
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )


def make_question(program: Program, words: str = "Who reads you?", **facts: Any) -> Question:
    """Ask applicants one thing more."""
    return add_question(
        program_id=program.pk,
        asking=Asking(**{"kind": "line", "words": words, **facts}),
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )


def make_vetting_point(program: Program, words: str = "The site is live") -> VettingPoint:
    """Let the team check one thing more before it approves somebody."""
    owner = get_owner(program.brand)
    return add_point(program_id=program.pk, words=words, actor_id=owner.pk, now=NOW)


def make_announcement(brand: Brand, title: str = "New cups", **facts: Any) -> Announcement:
    """Write an announcement; nothing is sent."""
    return draft_announcement(
        brand_id=brand.pk,
        facts=AnnouncementFacts(**{"title": title, "text": "They are blue.", **facts}),
        actor_id=get_owner(brand).pk,
        now=NOW,
    )


def send_news(announcement: Announcement, *, now: datetime = NOW) -> None:
    """Send an announcement at once, as a member and then a worker do."""
    schedule_announcement(
        announcement_id=announcement.pk,
        send_at=None,
        actor_id=get_owner(announcement.brand).pk,
        now=now,
    )
    send_announcement(announcement_id=announcement.pk, now=now)


def make_goal(program: Program, **facts: Any) -> Goal:
    """Set a goal of ten orders for the month of NOW; `facts` replace any of it."""
    asked: dict[str, Any] = {
        "program_id": program.pk,
        "name": "Ten orders",
        "measure": "orders",
        "target": 10,
        "since": date(2026, 8, 1),
        "until": date(2026, 8, 31),
    }
    return create_goal(
        brand_id=program.brand_id,
        facts=GoalFacts(**asked | facts),
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )


def make_ladder(
    program: Program, steps: Sequence[tuple[Group, int, str]] = (), **facts: Any
) -> Ladder:
    """Publish tiers by orders of all time: of the default group and Preferred, from 2 on."""
    default = get_default_group(program)
    steps = steps or [(default, 0, "later"), (make_group(program, "Preferred"), 2, "later")]
    latest, now = find_latest_ladder(program), facts.pop("now", NOW)
    starts = facts.pop("effective_from", now)
    asked: dict[str, Any] = {"measure": "orders", "period": "all_time"}
    tiers = [TierDraft(group.pk, threshold, reach) for group, threshold, reach in steps]
    return publish_ladder(
        program_id=program.pk,
        draft=LadderDraft(tiers=tiers, **asked | facts),
        effective_from=starts,
        actor_id=get_owner(program.brand).pk,
        now=now,
        base_version=latest.version if latest else 0,
    )


def make_deliverable(program: Program, **facts: Any) -> Deliverable:
    """Offer the default group a video for 150.00, by ten days after NOW."""
    asked: dict[str, Any] = {
        "program_id": program.pk,
        "kind": "video",
        "title": "One video",
        "brief": "Show the cups.",
        "fees": {program.currency: 15_000},
        "due_on": (NOW + timedelta(days=10)).date(),
        "group_id": get_default_group(program).pk,
    }
    if facts.get("enrollment_id"):
        asked["group_id"] = None
    now = facts.pop("now", NOW)
    return offer_deliverable(
        brand_id=program.brand_id,
        facts=DeliverableFacts(**asked | facts),
        actor_id=get_owner(program.brand).pk,
        now=now,
    )


def make_saved_report(brand: Brand, *, owner: User | None = None, **facts: Any) -> SavedReport:
    """Keep a report by product of the last seven days; `facts` say how it is called and mailed."""
    asked: dict[str, Any] = {"name": "By product", "span": SpanKind.DAYS, "is_shared": True}
    return save_report(
        brand_id=brand.pk,
        query="from=2026-08-01&to=2026-08-07&by=product",
        facts=ReportFacts(**asked | facts),
        actor_id=(owner or get_owner(brand)).pk,
        now=NOW,
    )


def make_what_if(program: Program, *, days: int = 30, now: datetime = NOW) -> WhatIf:
    """Ask what the program's own rules would have paid for the orders of so many days."""
    latest = find_latest_rules(program)
    rules = list_rules_of(latest) if latest else ()
    return ask_what_if(
        program_id=program.pk,
        trial=Trial(
            drafts=[to_draft(rule) for rule in rules],
            base=get_base_policy(program),
            since=now - timedelta(days=days),
            until=now,
        ),
        actor_id=get_owner(program.brand).pk,
        now=now,
        real_now=now,
    )


def make_connection(
    brand: Brand | None = None,
    *,
    platform: str = "generic",
    secret: str | None = None,
    now: datetime = NOW,
) -> StoreConnection:
    """Make a store; unless its shop gives the secret, it gets one of its own."""
    brand = brand or make_brand()
    traits = get_adapter(platform).traits
    return create_connection(
        brand_id=brand.pk,
        traits=traits,
        name="Shop",
        shop_url=f"https://{DOMAIN}",
        secret=secret or ("secret-of-the-shop" if traits.gives_secret else None),
        actor_id=get_owner(brand).pk,
        now=now,
    )


def make_store_code(
    connection: StoreConnection, code: Code, *, now: datetime = NOW, **facts: Any
) -> StoreCode:
    """Keep a creator's code in a shop that lost it; the codes of its program give a tenth there."""
    actor_id = get_owner(connection.brand).pk
    set_sync(connection_id=connection.pk, is_on=True, actor_id=actor_id, now=now)
    set_discount(
        connection_id=connection.pk,
        program_id=code.enrollment.program_id,
        discount=Discount(kind="percent", rate_bps=1000),
        actor_id=actor_id,
        now=now,
        real_now=now,
    )
    seen = {"is_wanted": True, "task": "look", "seen": "absent", "drift": "absent", "seen_at": now}
    return StoreCode.objects.create(
        brand=connection.brand, connection=connection, code=code, next_at=now, **{**seen, **facts}
    )


def make_api_key(
    brand: Brand, *scopes: str, name: str = "Shop", now: datetime = NOW
) -> tuple[ApiKey, str]:
    """Make a key of the brand's API, with every scope unless some are named; and its text."""
    return create_key(
        brand_id=brand.pk,
        name=name,
        scopes=scopes or Scope.values,
        expires_at=None,
        actor_id=get_owner(brand).pk,
        now=now,
    )


def make_alarm(program: Program, *, now: datetime = NOW) -> TrackingAlarm:
    """Let the clicks of a program have stopped, as the hourly look at them finds."""
    return TrackingAlarm.objects.create(
        brand_id=program.brand_id,
        program=program,
        kind=AlarmKind.CLICKS,
        evidence={"hours": 6, "observed": 1, "expected": 40, "of": 0, "of_before": 0},
        opened_at=now,
    )


def make_unread_order(
    store: StoreConnection, order_id: str = "77", *, now: datetime = NOW
) -> UnreadOrder:
    """Let an order be set aside, as a fetch from a shop does that fails twice."""
    pull = OrderPull.objects.create(
        brand_id=store.brand_id, connection=store, cursor_at=now, next_at=now
    )
    found = Found(b"", order_id, now)
    set_aside(pull=pull, orders=[(found, "shop_failed")], real_now=now)
    return UnreadOrder.objects.get(connection=store)


def make_alike(*places: Enrollment, kind: MarkKind = MarkKind.TAX, text: str = "DE:12345") -> None:
    """Let creators of a brand share something."""
    for place in places:
        note_marks(affiliation=place.affiliation, kind=kind, texts=[text], now=NOW)


def make_cleared_pair(program: Program) -> ClearedPair:
    """Make two creators who share something, and of whom the owner said that they are two."""
    one, other = make_enrollment(program), make_enrollment(program)
    make_alike(one, other, text="DE:54321")
    return clear_pair(
        affiliation_id=one.affiliation_id,
        other_id=other.affiliation_id,
        reason="A couple",
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )
