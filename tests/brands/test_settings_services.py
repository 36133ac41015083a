"""Stores, rails, policy and team."""

from datetime import timedelta

import pytest

from brands.domain.schedule import Rhythm, Schedule
from brands.models import Member, PayoutPolicy, RailKind, RailSettings, Role
from brands.selectors import find_connection, find_latest_terms, live_secrets
from brands.services.connections import SecretMissing, rotate_secret, set_connection_active
from brands.services.payouts import KeyRefused, PolicyInvalid, set_payout_policy, set_rail
from brands.services.team import (
    AlreadyInTeam,
    LastOwner,
    UnknownRole,
    add_member,
    change_role,
    remove_member,
)
from core.models import AuditEvent, Mail
from tests.makers import (
    NOW,
    get_owner,
    make_brand,
    make_connection,
    make_member,
    make_program,
    make_sandbox,
    make_user,
)
from tracking.integrations import get_adapter

pytestmark = pytest.mark.django_db


def rotate(connection, **more):
    actor = get_owner(connection.brand)
    traits = get_adapter(connection.platform).traits
    return rotate_secret(
        connection_id=connection.pk, traits=traits, actor_id=actor.pk, now=NOW, **more
    )


def test_a_generic_store_gets_a_secret_and_shopify_brings_its_own():
    connection = make_connection()
    assert connection.secret.startswith("whsec_")
    with pytest.raises(SecretMissing):
        make_connection(platform="shopify", secret=" ")
    shopify = make_connection(platform="shopify", secret="abc")
    assert live_secrets(shopify, NOW) == ("abc",)


def test_both_secrets_work_until_the_old_one_ends():
    connection = make_connection()
    old = connection.secret
    connection = rotate(connection)
    end = NOW + timedelta(days=2)
    assert live_secrets(connection, NOW) == (connection.secret, old)
    assert live_secrets(connection, end - timedelta(seconds=1)) == (connection.secret, old)
    assert live_secrets(connection, end) == (connection.secret,)
    assert connection.secret != old


def test_a_second_rotation_ends_the_oldest_secret():
    connection = make_connection()
    oldest = connection.secret
    second = rotate(connection).secret
    last = rotate(connection)
    assert live_secrets(last, NOW) == (last.secret, second)
    assert oldest not in live_secrets(last, NOW)


def test_a_secret_never_reaches_the_audit_log():
    connection = make_connection(secret="whsec_visible")
    rotate(connection, secret="whsec_also")
    for event in AuditEvent.objects.all():
        assert "whsec" not in f"{event.before}{event.after}{event.reason}"


def test_only_an_active_store_is_found():
    connection = make_connection()
    assert find_connection(connection.public_id) == connection
    set_connection_active(
        connection_id=connection.pk,
        is_active=False,
        actor_id=get_owner(connection.brand).pk,
        now=NOW,
    )
    for public_id in (connection.public_id, "con_unknown", "x", "con_a\0"):
        assert find_connection(public_id) is None


def rail(brand, key, **more):
    return set_rail(
        brand_id=brand.pk,
        rail=RailKind.STRIPE,
        secret_key=key,
        webhook_secret="whsec_1",
        actor_id=get_owner(brand).pk,
        now=NOW,
        **more,
    )


@pytest.mark.parametrize(
    ("key", "is_live"),
    [("sk_live_1", True), ("rk_live_1", True), ("sk_test_1", False), ("rk_test_1", False)],
)
def test_live_follows_the_prefix_of_the_key(key, is_live):
    assert rail(make_brand(), key).is_live is is_live


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "key.missing"),
        ("pk_live_1", "key.unknown"),
        ("whatever", "key.unknown"),
        ("sk_live_\n", "key.unknown"),
        ("SK_LIVE_1", "key.unknown"),
        ("sk_test_standin_1", "key.standin"),
    ],
)
def test_other_keys_are_refused_and_not_repeated(key, code):
    brand = make_brand()
    with pytest.raises(KeyRefused) as caught:
        rail(brand, key)
    assert caught.value.code == code == str(caught.value)
    assert not RailSettings.objects.filter(brand=brand, rail=RailKind.STRIPE).exists()


@pytest.mark.parametrize("key", ["sk_live_1", "sk_test_1", "rk_live_1"])
def test_a_sandbox_never_takes_a_real_key(key):
    twin = make_sandbox(make_brand())
    with pytest.raises(KeyRefused) as caught:
        rail(twin, key)
    assert caught.value.code == "key.standin_only"
    assert rail(twin, "sk_test_standin_2").is_live is False


def test_a_rail_keeps_its_keys_when_it_is_only_switched():
    brand = make_brand()
    rail(brand, "sk_test_1")
    off = rail(brand, None, is_enabled=False)
    assert (off.secret_key, off.is_enabled) == ("sk_test_1", False)
    assert "sk_test" not in str(list(AuditEvent.objects.values_list("before", "after")))


def policy(brand, **changes):
    facts = {"schedule": Schedule(), "minimums": {"EUR": 5000}, "approval_limits": {}}
    return set_payout_policy(
        brand_id=brand.pk,
        actor_id=get_owner(brand).pk,
        now=NOW,
        **{**facts, "recovery_days": 90, **changes},
    )


def test_a_changed_policy_shows_in_the_terms_of_all_programs():
    program = make_program()
    policy(program.brand)
    assert find_latest_terms(program).version == 1
    policy(program.brand, minimums={"EUR": 10_000})
    assert find_latest_terms(program).version == 2
    assert AuditEvent.objects.get(action="payout_policy.set").before["minimums"] == {"EUR": 5000}


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": Schedule(day=0)},
        {"schedule": Schedule(day=29)},
        {"schedule": Schedule(Rhythm.TWICE, 5, 11)},
        {"schedule": Schedule(Rhythm.TWICE, 1, 31)},
        {"schedule": Schedule(Rhythm.WEEKLY, weekday=7)},
        {"minimums": {"EUR": -1}},
        {"minimums": {"eur": 1}},
        {"approval_limits": {"EUR": 0}},
        {"recovery_days": 400},
    ],
)
def test_a_policy_that_cannot_be_is_refused(changes):
    brand = make_brand()
    with pytest.raises(PolicyInvalid):
        policy(brand, **changes)
    assert PayoutPolicy.objects.get(brand=brand).day_of_month == 5


def test_a_new_member_is_told_in_his_language_and_is_in_the_sandbox_too():
    brand = make_brand("Saffron")
    twin = make_sandbox(brand)
    member = make_member(brand, Role.FINANCE)
    assert Mail.objects.get(to=member.user.email).subject == "You are in the team of Saffron"
    assert Member.objects.get(brand=twin, user=member.user).role == Role.FINANCE
    with pytest.raises(AlreadyInTeam):
        make_member(brand, user=member.user)


def test_a_removed_member_is_out_of_the_sandbox_too():
    brand = make_brand()
    member = make_member(brand)
    twin, owner = make_sandbox(brand), get_owner(brand)
    change_role(member_id=member.pk, role=Role.ANALYST, actor_id=owner.pk, now=NOW)
    assert Member.objects.get(brand=twin, user=member.user).role == Role.ANALYST
    remove_member(member_id=member.pk, actor_id=owner.pk, now=NOW)
    assert not Member.objects.filter(user=member.user).exists()


def test_the_last_owner_stays():
    brand = make_brand()
    owner = Member.objects.get(brand=brand)
    with pytest.raises(LastOwner):
        remove_member(member_id=owner.pk, actor_id=owner.user_id, now=NOW)
    with pytest.raises(LastOwner):
        change_role(member_id=owner.pk, role=Role.MANAGER, actor_id=owner.user_id, now=NOW)
    make_member(brand, Role.OWNER)
    remove_member(member_id=owner.pk, actor_id=owner.user_id, now=NOW)


def test_a_role_must_exist():
    brand = make_brand()
    with pytest.raises(UnknownRole):
        add_member(
            brand_id=brand.pk,
            user_id=make_user().pk,
            role="king",
            actor_id=get_owner(brand).pk,
            now=NOW,
        )
