"""The demo's people: accounts that can log in, the team, and creators from application to bank."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from affiliates.models import Application, Enrollment, Link
from affiliates.services.applications import (
    apply_to_program,
    approve_application,
    reject_application,
)
from affiliates.services.codes import create_code
from affiliates.services.links import create_link
from affiliates.services.membership import accept_terms
from affiliates.services.people import ensure_affiliate
from brands.models import Group, Role
from brands.selectors import find_latest_terms, list_questions
from brands.services.team import add_member
from core.choices import choose
from core.models import Brand, Delivery, User
from core.notices import ANNOUNCEMENTS, COMMISSIONS
from payouts.services.methods import set_bank_method
from portal.demo.cast import REJECTED, STANDARD, TEAM, Creator, email_of
from portal.demo.invitations import BY_LINK, BY_MAIL, join_invited
from portal.demo.world import World

ANSWERED_AFTER = timedelta(hours=5)
READS_MAIL = {"anna", "ben", "clara", "tove"}  # the others want none about money and news


def ensure_user(*, key: str, name: str, password: str | None = None) -> User:
    """Return the account of a demo person; without a password nobody can log in with it."""
    email = email_of(key)
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=name)
    if password:
        user.set_password(password)
        user.save(update_fields=["password"])
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def add_team(*, brand: Brand, users: dict[str, int], now: datetime) -> None:
    """Take everyone but the owner, who opened the brand, into the team."""
    for member in TEAM:
        if member.role != Role.OWNER:
            add_member(
                brand_id=brand.pk,
                user_id=users[member.key],
                role=member.role,
                actor_id=users["brand"],
                now=now,
            )


def join(world: World, creator: Creator, *, at: datetime) -> None:
    """Let a creator apply, be approved some hours later, and set up what he shares."""
    approved_at = at + ANSWERED_AFTER
    if creator.key in (BY_LINK, BY_MAIL):
        world.users[creator.key] = ensure_user(key=creator.key, name=creator.name).pk
        enrollment = join_invited(world, creator, at=approved_at)
    else:
        enrollment = _approve(world, creator, at, approved_at)
    world.enrollments[creator.key] = enrollment
    world.links[creator.key] = [enrollment.links.get(), *_make_links(world, creator, approved_at)]
    if creator.code:
        create_code(
            enrollment_id=enrollment.pk,
            text=creator.code,
            actor_id=world.users[creator.key],
            discount_note="10 %",
            now=approved_at + timedelta(minutes=20),
        )
    if creator.account:
        set_account(world, creator, number=creator.account, now=approved_at + timedelta(hours=1))
    if creator.key not in READS_MAIL:
        for group in (COMMISSIONS, ANNOUNCEMENTS):
            user_id = world.users[creator.key]
            choose(user_id=user_id, group=group, delivery=Delivery.OFF, now=approved_at)


def _approve(world: World, creator: Creator, at: datetime, approved_at: datetime) -> Enrollment:
    application = apply(world, creator, at=at)
    group = Group.objects.get(program=world.program, **_named(creator.group))
    return approve_application(
        application_id=application.pk,
        group_id=group.pk,
        actor_id=world.team["manager"],
        now=approved_at,
    )


def apply(world: World, creator: Creator, *, at: datetime) -> Application:
    """Send a creator's application."""
    user = ensure_user(key=creator.key, name=creator.name)
    world.users[creator.key] = user.pk
    ensure_affiliate(user_id=user.pk, display_name=creator.name, country=creator.country, now=at)
    terms = find_latest_terms(world.program)
    assert terms is not None  # noqa: S101  # the program is live
    return apply_to_program(
        user_id=user.pk,
        program_id=world.program.pk,
        terms_id=terms.pk,
        publishes_at=creator.site,
        message=creator.message,
        answers=[
            (question, [said])
            for question, said in zip(list_questions(world.program), creator.answers, strict=False)
            if said
        ],
        now=at,
    )


def refuse(world: World, creator: Creator, at: datetime) -> None:
    """Let a creator apply and be rejected the next day, with a reason."""
    application = apply(world, creator, at=at)
    reason, note = REJECTED[creator]
    reject_application(
        application_id=application.pk,
        reason=reason,
        note=note,
        actor_id=world.team["manager"],
        now=at + timedelta(days=1),
    )


def set_account(world: World, creator: Creator, *, number: str, now: datetime) -> None:
    """Give bank details that no bank has: the check digits are 00."""
    iban = f"{creator.country}00 0000 0000 0000 00{number}"
    set_bank_method(
        affiliation_id=world.enrollments[creator.key].affiliation_id,
        details={"account_name": creator.name, "iban": iban, "country": creator.country},
        actor_id=world.users[creator.key],
        now=now,
    )


def accept_newest_terms(world: World, keys: Iterable[str], *, now: datetime) -> None:
    """Let these creators accept the terms as they are now."""
    terms = find_latest_terms(world.program)
    assert terms is not None  # noqa: S101  # the program is live
    for key in keys:
        accept_terms(
            enrollment_id=world.enrollments[key].pk,
            terms_id=terms.pk,
            actor_id=world.users[key],
            now=now,
        )


def _named(group: str) -> dict[str, object]:
    return {"is_default": True} if group == STANDARD else {"name": group}


def _make_links(world: World, creator: Creator, now: datetime) -> list[Link]:
    domain = world.program.domains[0]
    return [
        create_link(
            enrollment_id=world.enrollments[creator.key].pk,
            destination_url=f"https://{domain}/{page}",
            actor_id=world.users[creator.key],
            now=now + timedelta(minutes=10),
            name=page.capitalize(),
            utm={"source": creator.key, "medium": "creator"},
            sub_ids=[page],
        )
        for page in creator.pages
    ]
