"""Stores, rails, team and sandbox: what is kept, what is shown once, what is refused."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from brands.models import Member, PayoutPolicy, RailSettings, Role, StoreConnection, Terms
from core.models import Brand, Mail, User
from tests.brands.pages import make_world, sign_in, sign_in_as, text_of
from tests.makers import (
    get_owner,
    make_brand,
    make_connection,
    make_member,
    make_sandbox,
    make_user,
)

pytestmark = pytest.mark.django_db

KEY = "sk_test_abcdefghijkl9876"
HOOK_SECRET = "whsec_abcdefgh5432"


def test_the_secret_of_a_new_store_is_shown_once():
    world = make_world()
    client = sign_in_as(world.brand)

    response = client.post(
        world.url("program/stores/new/"), {"platform": "generic", "name": "Shop"}
    )
    store = StoreConnection.objects.get(brand=world.brand)
    once, again = client.get(response["Location"]), client.get(response["Location"])

    assert store.secret in once.content.decode()
    assert store.secret not in again.content.decode()
    assert f"/hooks/{store.public_id}" in once.content.decode()
    assert "data-days=&quot;30&quot;" in once.content.decode()


def test_shopify_needs_its_own_secret():
    world = make_world()
    data = {"platform": "shopify", "name": "Shop"}
    client = sign_in_as(world.brand)

    refused = client.post(world.url("program/stores/new/"), data)
    taken = client.post(world.url("program/stores/new/"), data | {"secret": "shpss_1"}, follow=True)

    assert refused.status_code == 422
    assert "Paste the secret" in text_of(refused)
    assert "shpss_1" not in taken.content.decode()
    assert "Order creation" in text_of(taken)


def test_woocommerce_gets_a_secret_of_letters_and_digits_and_needs_an_address():
    world = make_world()
    client, url = sign_in_as(world.brand), world.url("program/stores/new/")
    data = {"platform": "woocommerce", "name": "Shop"}

    refused = client.post(url, data)
    taken = client.post(url, data | {"shop_url": "https://shop.example"}, follow=True)

    store = StoreConnection.objects.get(brand=world.brand)
    assert refused.status_code == 422
    assert "Enter the address of the shop." in text_of(refused)
    assert store.secret.isalnum() and store.secret in text_of(taken)
    assert "_fs_click" in text_of(taken)


def test_the_keys_of_a_shop_are_kept_unseen_and_forgotten_when_its_host_changes():
    world = make_world()
    store = make_connection(world.brand, platform="woocommerce")
    client, url = sign_in_as(world.brand), world.url(f"program/stores/{store.public_id}/settings/")
    keys = {"action": "keys", "key_1": "ck_12345", "key_2": "cs_67890"}

    half = client.post(url, keys | {"key_2": ""})
    page = client.post(url, keys, follow=True)
    store.refresh_from_db()
    assert (store.api_key, store.api_secret) == ("ck_12345", "cs_67890")
    client.post(url, {"action": "rename", "name": "Shop", "shop_url": f"{store.shop_url}/en"})
    store.refresh_from_db()
    kept = store.api_key
    client.post(url, {"action": "rename", "name": "Shop", "shop_url": "https://other.example"})
    store.refresh_from_db()

    assert half.status_code == 422
    assert "Fill in all of the keys, or none." in text_of(half)
    assert "ck_12345" not in text_of(page) and "cs_67890" not in text_of(page)
    assert (kept, store.api_key, store.api_secret) == ("ck_12345", None, None)


def test_a_store_without_such_an_interface_takes_no_keys():
    world = make_world()
    store = make_connection(world.brand)
    url = world.url(f"program/stores/{store.public_id}/settings/")

    client = sign_in_as(world.brand)
    page = client.post(url, {"action": "keys", "key_1": "ck_1", "key_2": "cs_1"})

    store.refresh_from_db()
    assert "Fetching missed orders" not in text_of(page)
    assert store.api_key is None


def test_a_secret_is_rotated_and_the_old_one_lives_on():
    world = make_world()
    store = make_connection(world.brand)
    client, url = sign_in_as(world.brand), world.url(f"program/stores/{store.public_id}/settings/")

    page = client.post(url, {"action": "rotate"}, follow=True)

    renewed = StoreConnection.objects.get(pk=store.pk)
    assert renewed.old_secret == store.secret
    assert renewed.secret in page.content.decode()
    assert "Both secrets work until" in text_of(page)


def test_a_store_is_renamed_and_switched():
    world = make_world()
    store = make_connection(world.brand)
    client = sign_in_as(world.brand)
    url = world.url(f"program/stores/{store.public_id}/settings/")

    client.post(url, {"action": "rename", "name": "Berlin", "shop_url": "https://b.example"})
    wrong = client.post(url, {"action": "rename", "name": ""})
    client.post(world.url(f"program/stores/{store.public_id}/switch/"))

    store.refresh_from_db()
    assert (store.name, store.shop_url, store.is_active) == ("Berlin", "https://b.example", False)
    assert wrong.status_code == 422
    assert "Switched off" in text_of(client.get(url))


def test_only_who_manages_changes_a_store():
    world = make_world()
    store = make_connection(world.brand)

    response = sign_in_as(world.brand, Role.FINANCE).post(
        world.url(f"program/stores/{store.public_id}/settings/"), {"action": "rotate"}
    )

    assert response.status_code == 403
    assert StoreConnection.objects.get(pk=store.pk).old_secret is None


def test_keys_go_in_and_only_their_end_comes_out():
    world = make_world()
    client = sign_in_as(world.brand, Role.FINANCE)
    data = {"is_enabled": "on", "secret_key": KEY, "webhook_secret": HOOK_SECRET, "country": "de"}

    saved = client.post(world.url("program/payouts/rails/stripe/"), data)
    kept = client.post(world.url("program/payouts/rails/stripe/"), {"is_enabled": "on"})
    pages = [
        client.get(world.url("program/payouts/")).content.decode(),
        client.get(world.url("program/payouts/rails/stripe/")).content.decode(),
    ]

    row = RailSettings.objects.get(brand=world.brand, rail="stripe")
    assert (saved.status_code, kept.status_code) == (303, 303)
    assert (row.secret_key, row.webhook_secret, row.is_live) == (KEY, HOOK_SECRET, False)
    for page in pages:
        assert "…9876" in page
        assert "…5432" in page
        assert KEY not in page
        assert HOOK_SECRET not in page


@pytest.mark.parametrize("key", ["", "pk_test_1", "sk_test_standin_1", "nonsense"])
def test_a_key_that_cannot_be_used_is_refused_and_not_repeated(key: str):
    world = make_world()

    response = sign_in_as(world.brand).post(
        world.url("program/payouts/rails/stripe/"), {"is_enabled": "on", "secret_key": key}
    )

    assert response.status_code == 422
    assert f'value="{key}"' not in response.content.decode() or not key
    assert not RailSettings.objects.filter(brand=world.brand, rail="stripe").exists()


def test_a_manager_sees_how_it_is_paid_but_no_form():
    world = make_world()

    page = text_of(sign_in_as(world.brand, Role.MANAGER).get(world.url("program/payouts/")))

    assert "Paid monthly on day 5" in page
    assert "Needs the finance role" in page
    assert "payouts/policy/" not in page


def test_the_file_rail_is_switched_off():
    world = make_world()

    sign_in_as(world.brand).post(world.url("program/payouts/rails/csv/"), {})

    assert not RailSettings.objects.get(brand=world.brand, rail="csv").is_enabled


def test_the_policy_takes_minimums_by_currency():
    world = make_world()
    client, url = sign_in_as(world.brand), world.url("program/payouts/policy/")
    data = {
        "rhythm": "monthly",
        "day_of_month": "10",
        "minimums": "25 EUR, 3000 JPY",
        "recovery_days": "60",
    }

    assert client.post(url, data).status_code == 303
    assert client.post(url, data | {"day_of_month": "31"}).status_code == 422
    assert client.post(url, data | {"minimums": "5 XXX"}).status_code == 422
    policy = PayoutPolicy.objects.get(brand=world.brand)
    assert policy.minimums == {"EUR": 2500, "JPY": 3000}
    assert (policy.day_of_month, policy.recovery_days) == (10, 60)


def test_a_brand_pays_twice_a_month_or_every_week_and_its_pages_and_terms_say_so():
    world = make_world()
    client, url = sign_in_as(world.brand), world.url("program/payouts/policy/")
    data = {"day_of_month": "15", "minimums": "50 EUR", "recovery_days": "90"}
    twice = {"rhythm": "twice", "second_day": "31"}

    near = client.post(url, data | {"rhythm": "twice", "second_day": "20"})
    assert near.status_code == 422 and "Leave a week between" in text_of(near)
    client.post(url, data | {"day_of_month": "5"} | twice | {"second_day": "20"})
    page = text_of(client.get(world.url("program/payouts/")))
    assert "Paid on days 5 and 20 of the month" in page
    client.post(url, data | {"day_of_month": "5", "rhythm": "weekly", "weekday": "0"})
    assert "Paid every week on Monday" in text_of(client.get(world.url("program/payouts/")))
    latest = Terms.objects.filter(program=world.program).latest("version")
    assert {"code": "terms.payout_week", "params": {"weekday": 0}} in latest.generated


def test_a_currency_without_a_minimum_is_named():
    world = make_world()
    data = {"rhythm": "monthly", "day_of_month": "5", "minimums": "", "recovery_days": "90"}
    client = sign_in_as(world.brand)

    client.post(world.url("program/payouts/policy/"), data)

    assert "No minimum is set for EUR" in text_of(client.get(world.url("program/payouts/")))


def test_somebody_known_and_somebody_new_are_invited():
    brand = make_brand()
    known = make_user("known@mail.example")
    client, url = sign_in_as(brand), f"/b/{brand.slug}/team/invite/"

    for email in ("Known@mail.example", "new@mail.example"):
        assert client.post(url, {"email": email, "role": "finance"}).status_code == 303
    again = client.post(url, {"email": "known@mail.example", "role": "owner"})

    assert again.status_code == 422
    assert "in the team already" in text_of(again)
    assert Member.objects.get(brand=brand, user=known).role == Role.FINANCE
    assert not User.objects.get(email="new@mail.example").has_usable_password()
    mails = Mail.objects.filter(brand=brand).order_by("pk")
    assert [mail.to for mail in mails] == ["known@mail.example", "new@mail.example"]
    assert "/accounts/login/code/" in mails[1].text


def test_an_invited_person_logs_in_by_a_mailed_code(client: Client):
    brand = make_brand()
    sign_in_as(brand).post(
        f"/b/{brand.slug}/team/invite/", {"email": "new@mail.example", "role": "analyst"}
    )
    cache.clear()

    team = f"/b/{brand.slug}/team/"
    client.post("/accounts/login/code/", {"email": "new@mail.example", "next": team})
    text = Mail.objects.latest("pk").text
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]+)?)\s*$", text, re.MULTILINE)
    assert code is not None
    client.post("/accounts/login/code/confirm/", {"code": code[1], "next": team})

    assert client.get(team).status_code == 200


def test_a_role_is_changed_and_a_member_removed():
    brand = make_brand()
    member = make_member(brand)
    client, base = sign_in_as(brand), f"/b/{brand.slug}/team/{member.pk}/"

    client.post(base, {"role": "analyst"})
    member.refresh_from_db()
    assert member.role == Role.ANALYST
    client.post(f"{base}remove/")

    assert not Member.objects.filter(pk=member.pk).exists()
    assert sign_in(member.user).get(f"/b/{brand.slug}/team/").status_code == 404


def test_the_last_owner_stays():
    brand = make_brand()
    owner = Member.objects.get(brand=brand)
    client, base = sign_in_as(brand), f"/b/{brand.slug}/team/{owner.pk}/"

    changed = client.post(base, {"role": "analyst"})
    removed = client.post(f"{base}remove/", follow=True)

    assert changed.status_code == 422
    assert "at least one owner" in text_of(changed)
    assert "at least one owner" in text_of(removed)
    assert Member.objects.get(pk=owner.pk).role == Role.OWNER


def test_a_sandbox_is_opened_moved_reset_and_put_away():
    brand = make_brand()
    client, url = sign_in_as(brand), f"/b/{brand.slug}/sandbox/change/"

    opened = client.post(url, {"action": "open"})
    twin = Brand.objects.get(sandbox_of=brand)
    moved = client.post(f"/b/{twin.slug}/sandbox/change/", {"action": "move:7"}, follow=True)
    client.post(url, {"action": "open"})
    client.post(url, {"action": "archive"})

    assert opened["Location"] == f"/b/{twin.slug}/setup/"
    assert "7 days ahead of the real time." in text_of(moved)
    assert "Sandbox. Nothing here is paid" in text_of(moved)
    assert Brand.objects.filter(sandbox_of=brand, archived_at__isnull=False).count() == 2
    assert client.get(f"/b/{twin.slug}/sandbox/").status_code == 404


@pytest.mark.parametrize("action", ["move:2", "move:-1", "open", "archive", "", "move:"])
def test_a_sandbox_does_only_what_it_offers(action: str):
    twin = make_sandbox(make_brand())

    response = sign_in(get_owner(twin)).post(f"/b/{twin.slug}/sandbox/change/", {"action": action})

    assert response.status_code == 404
    twin.refresh_from_db()
    assert twin.clock_offset_s == 0


def test_the_clock_of_a_real_brand_does_not_move():
    brand = make_brand()

    response = sign_in_as(brand).post(f"/b/{brand.slug}/sandbox/change/", {"action": "move:7"})

    assert response.status_code == 404


def test_the_menu_leads_to_every_brand_of_the_reader():
    user = make_user()
    mine = make_brand("Mine", owner=user)
    twin = make_sandbox(mine)
    make_brand("Theirs")

    page = sign_in(user).get(f"/b/{mine.slug}/setup/").content.decode()

    assert f"/b/{twin.slug}/" in page
    assert "(sandbox)" in page
    assert "Theirs" not in page
