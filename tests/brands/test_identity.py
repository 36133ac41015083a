"""How a brand shows itself: its name, its shop, and a logo or its initials."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from affiliates.models import Asset
from affiliates.services.forgetting import forget_images
from core.models import AuditEvent, Image, Mail
from core.templatetags.fairshare import initials
from tests.brands.pages import sign_in, sign_in_as, text_of
from tests.makers import NOW, encode, make_asset, make_enrollment, make_program

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return make_program()


def send(brand, client: Client, **data):
    url = reverse("brands:identity", args=[brand.slug])
    answer = client.post(url, {"name": brand.name, "claim_days": 5, **data})
    brand.refresh_from_db()
    return answer


def logo() -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.png", encode("PNG"))


def test_a_logo_stands_in_the_directory_on_the_program_and_with_its_creators(program):
    place, brand = make_enrollment(program), program.brand
    pages = [
        reverse("portal:directory"),
        reverse("portal:program", args=[brand.slug, program.slug]),
        reverse("affiliates:program-list"),
    ]
    creator = sign_in(place.affiliation.affiliate.user)
    assert not any("Logo of" in text_of(creator.get(page)) for page in pages)

    answer = send(brand, sign_in_as(brand), logo=logo(), site_url="https://saffron.example/")

    assert answer.status_code == 303
    src = reverse("core:image-small", args=[brand.logo_digest])
    for page in pages:
        assert f'src="{src}" alt="Logo of {brand.name}"' in text_of(creator.get(page))
    assert creator.get(src)["Content-Type"] == "image/webp"
    assert AuditEvent.objects.filter(brand=brand, action="brand.identity_set").count() == 1


def test_a_logo_stands_where_people_join_and_in_letters_with_the_name_where_it_is_not_shown(
    program,
):
    brand, owner = program.brand, sign_in_as(program.brand)
    brand.name = 'Saffron "& Pine"'
    send(brand, owner, logo=logo())
    preview = f"/b/{brand.slug}/emails/application_approved/en/preview/"

    join = Client().get(reverse("portal:join", args=[brand.slug, program.slug]))
    page = owner.get(preview)
    make_enrollment(program)

    assert f"images/{brand.logo_digest}/small" in text_of(join)
    src = f"{settings.SITE_URL}/images/{brand.logo_digest}/letter"
    shown = f'<img src="{src}" alt="Saffron &quot;&amp; Pine&quot;"'
    assert shown in text_of(page)
    assert "img-src 'self'" in page["Content-Security-Policy"]
    assert shown in Mail.objects.filter(kind="application_approved").latest("pk").html
    send(brand, owner, is_logo_removed="on")
    assert "<img" not in text_of(owner.get(preview))


def test_a_logo_stays_until_it_is_taken_away(program):
    brand, client = program.brand, sign_in_as(program.brand)
    send(brand, client, logo=logo())
    digest = brand.logo_digest

    send(brand, client, name="Saffron and Pine")
    assert (brand.name, brand.logo_digest) == ("Saffron and Pine", digest)
    send(brand, client, is_logo_removed="on")

    assert brand.logo_digest == ""


def test_what_is_no_picture_is_no_logo(program):
    brand = program.brand
    file = SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>")

    answer = send(brand, sign_in_as(brand), logo=file, name="Kept")

    assert answer.status_code == 422
    assert 'value="Kept"' in text_of(answer)
    assert brand.logo_digest == "" and brand.name != "Kept"


def test_an_archived_asset_that_is_the_logo_too_leaves_its_image(program):
    asset = make_asset(program)
    brand = program.brand
    send(brand, sign_in_as(brand), logo=logo())
    assert brand.logo_digest == asset.image.sha256
    Asset.objects.filter(pk=asset.pk).update(archived_at=NOW)

    forget_images(now=NOW + timedelta(days=4000))

    assert not Asset.objects.exists()
    assert Image.objects.filter(sha256=brand.logo_digest).exists()


def test_a_manager_sees_the_brand_and_changes_nothing(program):
    client = sign_in_as(program.brand, "manager")

    page = text_of(client.get(reverse("brands:identity", args=[program.brand.slug])))

    assert "Needs the owner role" in page
    assert send(program.brand, client, name="Mine").status_code == 403


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Saffron & Pine", "SP"), ("kumo", "K"), ("زعفران و کاج", "زو"), ("  ", "?"), ("!!", "?")],
)
def test_the_initials_stand_where_a_logo_is_missing(name, letters):
    assert initials(name) == letters
