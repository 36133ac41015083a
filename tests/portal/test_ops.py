"""What operators do: name each other, open brands for others, suspend them, see what is set."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse

from brands.models import Member, Role
from brands.services.brands import StatusUnchanged, set_brand_status
from core.access import NotFound
from core.models import AuditEvent, Brand, BrandStatus, Mail, User
from payouts.services.approval import BrandSuspended
from tests.makers import (
    NOW,
    make_application,
    make_brand,
    make_operator,
    make_program,
    make_user,
)
from tests.payouts.ledger_world import add_bank, make_books
from tests.portal.text import plain
from tests.services import SETTINGS

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client) -> User:
    user = make_operator()
    client.force_login(user)
    return user


def suspend(brand: Brand) -> None:
    set_brand_status(
        brand_id=brand.pk,
        status=BrandStatus.SUSPENDED,
        actor_id=make_operator().pk,
        reason="Asked for",
        now=NOW,
    )


def test_the_command_names_an_operator_and_takes_the_name_back(client):
    call_command("operator", "--email", "Ops@Mail.example")
    user = User.objects.get(email="ops@mail.example")
    client.force_login(user)
    sees = client.get(reverse("portal:brand-list")).status_code
    call_command("operator", "--email", "ops@mail.example", "--remove")

    assert (sees, client.get(reverse("portal:brand-list")).status_code) == (200, 404)
    assert list(AuditEvent.objects.values_list("action", flat=True).order_by("pk")) == [
        "operator.named",
        "operator.removed",
    ]


def test_an_operator_opens_a_brand_whose_owner_is_somebody_else_and_told(client, operator):
    form = {"name": "Oak & Moss", "email": "owner@mail.example", "time_zone": "Europe/Berlin"}

    answer = client.post(reverse("portal:brand-new"), form, follow=True)

    brand = Brand.objects.get(name="Oak & Moss")
    owner = Member.objects.get(brand=brand)
    assert (owner.user.email, owner.role) == ("owner@mail.example", Role.OWNER)
    assert Mail.objects.filter(to="owner@mail.example").exists()
    assert "Oak & Moss is open" in plain(answer)
    assert client.get(reverse("portal:brand-home", args=[brand.slug])).status_code == 404


@pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"name": ""}, {"time_zone": "Mars"}])
def test_a_wrong_form_opens_nothing_and_keeps_what_was_typed(wrong, client, operator):
    form = {"name": "Oak", "email": "o@mail.example", "time_zone": "UTC"} | wrong

    answer = client.post(reverse("portal:brand-new"), form)

    assert answer.status_code == 422
    assert not Brand.objects.exists()
    assert form["name"] in answer.content.decode()


def test_who_may_open_a_brand_himself_is_a_setting(client):
    url = reverse("brands:create")
    client.force_login(make_user())
    with override_settings(ALLOW_BRAND_SIGNUP=False):
        closed = client.get(url).status_code
        hidden = "Set up a brand" not in plain(client.get("/"))
        client.force_login(make_operator())
        operators = client.get(url).status_code
    client.force_login(make_user())

    assert (closed, hidden, operators, client.get(url).status_code) == (404, True, 200, 200)
    assert "Set up a brand" in plain(client.get("/"))


def test_a_suspended_brand_is_closed_to_joining_and_its_team_reads_so(client, operator):
    program = make_program()
    brand, owner = program.brand, Member.objects.get(brand=program.brand).user
    url = reverse("portal:brand-status", args=[brand.public_id])
    form = {"status": "suspended", "reason": "Payments of the brand bounced"}
    page = reverse("portal:program", args=[brand.slug, program.slug])

    unreasoned = client.post(url, {"status": "suspended"}).status_code
    client.post(url, form)
    again = plain(client.post(url, form, follow=True))

    assert unreasoned == 422
    assert "somebody else was quicker" in again
    event = AuditEvent.objects.get(action="brand.status_changed")
    assert (event.actor, event.reason) == (operator, form["reason"])
    assert client.get(page).status_code == 404
    with pytest.raises(NotFound):
        make_application(program, make_user())
    client.force_login(owner)
    assert "has suspended this brand" in plain(
        client.get(reverse("portal:brand-home", args=[brand.slug]))
    )


def test_a_suspended_brand_pays_nothing_until_it_is_active_again():
    books = make_books()
    add_bank(books)
    books.release("100.00")
    suspend(books.brand)

    with pytest.raises(BrandSuspended):
        books.approve()
    with pytest.raises(StatusUnchanged):
        suspend(books.brand)
    set_brand_status(
        brand_id=books.brand.pk,
        status=BrandStatus.ACTIVE,
        actor_id=books.owner_id,
        reason="",
        now=NOW,
    )

    assert len(books.approve()) == 1


def test_settings_are_shown_with_their_source_and_no_secret(client, operator):
    answer = client.get(reverse("portal:setting-list")).content.decode()

    open_values = {"", "1", SETTINGS["API_REQUESTS_PER_MINUTE"]}
    secrets = {settings.DATABASES["default"]["PASSWORD"], *SETTINGS.values()} - open_values
    assert [secret for secret in secrets if secret in answer] == []
    for name in ("SECRET_KEY", "DATABASE_URL", "HOLD_DAYS_MIN", "ALLOW_BRAND_SIGNUP"):
        assert name in answer
    assert "Set, not shown" in answer


def test_brands_are_found_by_name_and_owner(client, operator):
    make_brand("Walnut", owner=make_user("ada@mail.example"))
    make_brand("Birch", owner=make_user("bob@mail.example"))
    url = reverse("portal:brand-list")

    found = {text: plain(client.get(url, {"q": text})) for text in ("waln", "bob@", "zzz", "\0")}

    assert "Walnut" in found["waln"] and "Birch" not in found["waln"]
    assert "Birch" in found["bob@"] and "Walnut" not in found["bob@"]
    assert "Nothing fits these filters" in found["zzz"]
    assert "Walnut" in found["\0"]


@pytest.mark.parametrize("kind", ["stores", "rails", "outbox", "nonsense"])
def test_messages_of_every_kind_have_an_empty_page(kind, client, operator):
    url = reverse("portal:event-list")

    assert "Messages will stand here" in plain(client.get(url, {"kind": kind}))
    assert "has been worked on" in plain(client.get(url, {"kind": kind, "state": "open"}))
