"""Keys of the API: shown once, kept as a hash, for owners alone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from brands.models import ApiKey, Role, Scope
from brands.selectors_keys import find_key, get_key_state
from brands.services.apikeys import AlreadyRevoked, NoScope, create_key, note_use, revoke_key
from core.models import AuditEvent
from tests.brands.pages import sign_in
from tests.makers import NOW, get_owner, make_api_key, make_brand, make_member, make_sandbox
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand():
    return make_brand()


def test_a_key_is_shown_once_and_never_kept(brand):
    client, page = sign_in(get_owner(brand)), reverse("brands:developers", args=[brand.slug])
    form = {"name": "Shop", "scopes": [Scope.SALES_READ, Scope.CONVERSIONS_WRITE], "life": "30"}

    made = client.post(reverse("brands:key-create", args=[brand.slug]), form)

    key = ApiKey.objects.get()
    text = made.context["text"]
    assert made.status_code == 200 and text in plain(made) and "no-store" in made["Cache-Control"]
    assert text.startswith(f"{key.prefix}_") and len(text) == len(key.prefix) + 65
    assert text not in str(ApiKey.objects.values().get())
    listed = plain(client.get(page))
    assert text not in listed and key.prefix in listed and "Report orders and leads" in listed
    assert key.expires_at - key.created_at == timedelta(days=30)
    facts = AuditEvent.objects.get(action="api_key.created")
    assert text not in str(facts.after) and facts.after["scopes"] == form["scopes"]


def test_a_key_is_found_by_its_whole_text_alone_while_it_works(brand):
    key, text = make_api_key(brand)

    assert find_key(text, now=NOW) == key
    wrong = [text[:-1] + ("0" if text[-1] != "0" else "1"), key.prefix, f"{text}0", "", "\0", "é"]
    assert [find_key(one, now=NOW) for one in wrong] == [None] * 6
    key.expires_at = NOW + timedelta(days=1)
    key.save()
    assert find_key(text, now=NOW + timedelta(days=1)) is None
    assert get_key_state(key, now=NOW + timedelta(days=1)) == "expired"


def test_a_revoked_key_opens_nothing_and_is_revoked_once(brand):
    key, text = make_api_key(brand)
    client, owner = sign_in(get_owner(brand)), get_owner(brand)

    answer = client.post(reverse("brands:key-revoke", args=[brand.slug, key.public_id]))

    assert answer.status_code == 303 and find_key(text, now=NOW) is None
    assert AuditEvent.objects.filter(action="api_key.revoked", actor=owner).count() == 1
    with pytest.raises(AlreadyRevoked):
        revoke_key(key_id=key.pk, actor_id=owner.pk, now=NOW)


def test_a_key_that_may_do_nothing_or_something_unknown_is_not_made(brand):
    facts = {"brand_id": brand.pk, "name": "x", "expires_at": None}
    for scopes in ([], ["payouts.write"], [Scope.SALES_READ, "x"]):
        with pytest.raises(NoScope):
            create_key(scopes=scopes, actor_id=get_owner(brand).pk, now=NOW, **facts)
    answer = sign_in(get_owner(brand)).post(
        reverse("brands:key-create", args=[brand.slug]), {"name": "x"}
    )
    assert answer.status_code == 422 and not ApiKey.objects.exists()


def test_only_owners_see_and_make_keys(brand):
    key, _text = make_api_key(brand)
    client = sign_in(make_member(brand, Role.MANAGER).user)
    pages = [
        reverse("brands:developers", args=[brand.slug]),
        reverse("brands:key-create", args=[brand.slug]),
        reverse("brands:key-revoke", args=[brand.slug, key.public_id]),
    ]

    assert [client.get(page).status_code for page in pages] == [403] * 3
    home = reverse("brands:team", args=[brand.slug])
    assert pages[0] not in client.get(home).content.decode()
    assert pages[0] in sign_in(get_owner(brand)).get(home).content.decode()


def test_a_sandbox_has_keys_of_its_own(brand):
    twin = make_sandbox(brand)
    key, text = make_api_key(twin)

    assert text.startswith("fs_test_") and find_key(text, now=NOW).brand == twin
    assert make_api_key(brand)[1].startswith("fs_live_")
    assert key not in ApiKey.objects.filter(brand=brand)


def test_use_is_noted_once_a_minute(brand):
    key, _text = make_api_key(brand)
    for seconds in (0, 30, 59, 61):
        note_use(key=ApiKey.objects.get(), now=NOW + timedelta(seconds=seconds))

    key.refresh_from_db()
    assert key.last_used_at == NOW + timedelta(seconds=61)
