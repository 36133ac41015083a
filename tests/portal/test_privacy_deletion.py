"""A person is erased: nothing says who he was, and the books stand as they stood (I-45)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from affiliates.models import Application, Code, Enrollment, Invitation, Link, Tick
from affiliates.services.vetting import add_tag, write_note
from brands.models import Member, Role
from core import audit, crypto
from core.clock import brand_now, utc_now
from core.crypto import Undecryptable
from core.erasing import hash_address
from core.models import AuditEvent, Erasure, MailAddress, User
from ledger.models import Posting
from payouts.models import Payout, PayoutMethod
from payouts.rails.registry import LIMITS
from payouts.services.moves import confirm_payout
from payouts.services.planning import make_plan
from portal.books import prove_books
from portal.privacy.deleting import NotYet, delete_account, delete_again
from tests.everything import BANK, Everything, make_everything
from tests.makers import (
    make_application,
    make_brand,
    make_goal,
    make_member,
    make_program,
    make_user,
    make_vetting_point,
)
from tests.orders import make_click
from tests.safety import make_factors, make_session
from tracking.models import Attribution, Commission, ReviewHold
from tracking.services.review import adjust_commission

pytestmark = pytest.mark.django_db

CANARY = "kanarienvogel7"
ADDRESS = f"{CANARY}@mail.example"
BEFORE = timedelta(minutes=3)  # the order was placed two minutes ago


@pytest.fixture
def world() -> Everything:
    """A brand with everything, whose creator is the canary, and his payout has arrived."""
    made = make_everything(creator=make_user(ADDRESS, name=f"Karl <{CANARY}>"))
    owner = made.owner.pk
    for payout in Payout.objects.filter(affiliation__affiliate__user=made.creator):
        confirm_payout(payout_id=payout.pk, reference="1", actor_id=owner, now=made.shop.now)
    return made


def test_after_an_erasure_a_dump_knows_nothing_of_the_person_and_the_books_stand(world):
    speak_everywhere(world)
    before = count_books()
    assert {
        *("core_user", "core_mail", "core_auditevent", "affiliates_affiliate", "tracking_click"),
        *("payouts_payoutmethod", "payouts_payoutplan", "payouts_exportfile", "payouts_payout"),
    } <= set(find_canary())

    delete_account(user_id=world.creator.pk, actor_id=world.creator.pk, now=utc_now())

    assert find_canary() == []
    assert count_books() == before
    connection.check_constraints()
    assert prove_books(brand_id=world.brand.pk).is_balanced


def test_an_erased_creator_earns_no_more_and_what_is_owed_goes_on(world):
    place = Enrollment.objects.get(public_id=world.ids["enrollment_id"])
    link = Link.objects.filter(enrollment=place).first()
    code = Code.objects.filter(enrollment=place).first()
    delete_account(user_id=world.creator.pk, actor_id=None, now=world.shop.now - BEFORE)

    world.shop.pay("9", total="100.00", discounts=[{"code": code.text, "amount": "0.00"}])

    link.refresh_from_db()
    code.refresh_from_db()
    assert link.archived_at and code.disabled_at
    assert not Commission.objects.filter(enrollment=place, order__external_number="9").exists()
    plan = make_plan(
        brand_id=world.brand.pk,
        currency="EUR",
        limits=LIMITS,
        actor_id=world.owner.pk,
        now=brand_now(world.brand),
    )
    assert str(place.affiliation_id) not in str(plan.content["lines"])
    assert str(place.affiliation_id) in str(plan.content["left_out"])


def test_nobody_logs_in_to_an_erased_account_and_the_address_is_free(world, client):
    client.force_login(world.creator)
    erase(world.creator)

    assert client.get(reverse("portal:creator-home")).status_code == 302
    assert make_user(ADDRESS).pk != world.creator.pk


def test_audit_rows_lose_their_texts_once_and_nothing_else(world):
    row = AuditEvent.objects.filter(target_type="affiliates.link").exclude(after={}).first()
    changes = (
        "action = 'x'",
        "reason = 'x', erased_at = now()",
        "after = '{\"a\": 1}'",
        "erased_at = now(), actor_id = NULL",
    )

    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE core_auditevent SET {change} WHERE id = %s", [row.pk])
    erase(world.creator)

    row.refresh_from_db()
    assert (row.after, row.before, row.reason) == ({}, {}, "")
    assert row.action.startswith("link.")


def test_a_payout_under_way_and_a_brand_without_owner_forbid_it(client):
    world = make_everything()
    with pytest.raises(NotYet):
        erase(world.creator)

    client.force_login(world.owner)
    page = client.get(reverse("portal:privacy-delete"))
    assert "last owner" in page.content.decode()
    assert client.post(page.request["PATH_INFO"], {"email": world.owner.email}).status_code == 422
    make_member(world.brand, Role.OWNER)
    assert client.post(page.request["PATH_INFO"], {"email": world.owner.email}).status_code == 303
    assert not Member.objects.filter(user=world.owner).exists()


def test_a_person_deletes_his_account_by_typing_his_address(world, client):
    client.force_login(world.creator)
    url = reverse("portal:privacy-delete")

    page = client.get(url)
    refused = client.post(url, {"email": "somebody@mail.example"})
    gone = client.post(url, {"email": ADDRESS.upper()}, follow=True)

    assert "not paid" in page.content.decode()
    assert refused.status_code == 422
    assert gone.redirect_chain[-1] == (reverse("portal:privacy-gone"), 303)
    assert not User.objects.get(pk=world.creator.pk).is_active
    assert "sessionid" not in {name for name, one in client.cookies.items() if one.value}


def test_who_was_erased_is_erased_again_after_a_restore(world, capsys):
    kept = {name: getattr(world.creator, name) for name in ("email", "name", "is_active")}
    with pytest.raises(CommandError):
        call_command("privacy", "erase", email=ADDRESS)
    call_command("privacy", "erase", "--yes", email=ADDRESS)
    mark = Erasure.objects.get().email_hash
    User.objects.filter(pk=world.creator.pk).update(**kept)
    newcomer = make_user(f"{CANARY}.2@mail.example")

    call_command("privacy", "replay")

    assert User.objects.get(pk=world.creator.pk).email.endswith("@erased.invalid")
    assert User.objects.get(pk=newcomer.pk).is_active
    assert str(UUID(mark)) == mark


def test_the_list_is_taken_from_a_log_where_the_restored_copy_has_none(world, tmp_path, caplog):
    log = tmp_path / "app.log"
    log.write_text(
        f"INFO erased {UUID(int=0)} at 2026-01-01T00:00:00+00:00\n"
        f"INFO erased {hash_address(ADDRESS)} at {utc_now().isoformat()}\n"
    )

    call_command("privacy", "replay", "--list", str(log))
    call_command("privacy", "replay", "--list", str(log))

    assert not User.objects.get(pk=world.creator.pk).is_active
    assert Erasure.objects.count() == 2


def test_a_new_account_with_an_erased_address_is_let_alone(world):
    erase(world.creator)
    again = make_user(ADDRESS)

    assert delete_again(now=utc_now()) == (0, [])
    assert User.objects.get(pk=again.pk).email == ADDRESS


def erase(user: User) -> None:
    delete_account(user_id=user.pk, actor_id=user.pk, now=utc_now())


def speak_everywhere(world: Everything) -> None:
    """Write the canary wherever something of a person, or about him, may stand."""
    now, owner = world.shop.now, world.owner.pk
    place = Enrollment.objects.get(public_id=world.ids["enrollment_id"])
    affiliation = place.affiliation
    User.objects.filter(pk=world.creator.pk).update(former_email=f"{CANARY}@old.example")
    MailAddress.objects.create(email=ADDRESS, refusal=f"<{ADDRESS}> unknown")
    Invitation.objects.create(
        brand=world.brand,
        program=world.program,
        group=place.group,
        kind="email",
        email=ADDRESS,
        name=CANARY,
        message=CANARY,
        created_by=world.owner,
        created_at=now,
    )
    make_factors(world.creator)
    make_session(world.creator)
    add_tag(affiliation_id=affiliation.pk, tag=CANARY, actor_id=owner, now=now)
    write_note(about=affiliation, text=f"{CANARY} is late", actor_id=owner, now=now)
    make_goal(world.program, name=CANARY, note=CANARY, enrollment_id=place.pk)
    application = make_application(make_program(make_brand("Other")), world.creator)
    Application.objects.filter(pk=application.pk).update(message=CANARY)
    for asked in world.creator.affiliate.applications.all():
        Tick.objects.create(
            brand=asked.brand,
            application=asked,
            point=make_vetting_point(asked.program, "He is known"),
            words=CANARY,
            ticked_by=world.owner,
            ticked_at=now,
        )
    Link.objects.filter(enrollment=place).update(
        name=CANARY, utm={"source": CANARY}, sub_ids=[CANARY]
    )
    make_click(Link.objects.filter(enrollment=place)[0], sub_id=CANARY)
    own = Commission.objects.filter(affiliation=affiliation)
    own.update(reject_reason=CANARY)
    one = own[0]
    adjust_commission(commission_id=one.pk, delta_minor=100, reason=CANARY, actor_id=owner, now=now)
    ReviewHold.objects.create(
        brand=world.brand,
        commission=one,
        kind="manual",
        code="hold.manual",
        params={"reason": CANARY},
        reason=CANARY,
        opened_at=now,
        closed_at=now,
        close_reason=CANARY,
    )
    Attribution.objects.filter(enrollment=place).update(reason=CANARY, params={"reason": CANARY})
    PayoutMethod.objects.filter(affiliation=affiliation).update(
        details=json.dumps({"email": CANARY}), hint=CANARY, destination=CANARY
    )
    Payout.objects.filter(affiliation=affiliation).update(
        destination=CANARY, destination_hint=CANARY, detail=CANARY
    )
    make_plan(brand_id=world.brand.pk, currency="EUR", limits=LIMITS, actor_id=owner, now=now)
    for target in (affiliation, one, Link.objects.filter(enrollment=place)[0], world.creator):
        audit.record(
            brand_id=world.brand.pk,
            actor_id=owner,
            action="affiliation.suspended",
            target=target,
            reason=CANARY,
            now=now,
        )


def find_canary() -> list[str]:
    """Return the tables in which a full dump shows the person, encrypted columns opened."""
    return sorted(
        {table for table, text in read_all() if CANARY in text or BANK["iban"].lower() in text}
    )


def read_all() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, " ".join(map(open_value, row)).lower()


def open_value(value: object) -> str:
    if not isinstance(value, bytes | memoryview):
        return str(value)
    raw = bytes(value)
    try:
        return crypto.decrypt(raw)
    except Undecryptable:
        return raw.decode("utf-8", "replace")


def count_books() -> tuple[object, ...]:
    postings = Posting.objects.order_by("pk").values_list("pk", "account_id", "amount_minor")
    commissions = Commission.objects.order_by("pk").values_list("pk", "amount_minor", "paid_at")
    payouts = Payout.objects.order_by("pk").values_list("pk", "amount_minor", "status")
    return list(postings), list(commissions), list(payouts)
