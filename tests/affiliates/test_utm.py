"""UTM templates: what they put into links, and what never gets there."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from affiliates.domain.urls import tracked_url
from affiliates.domain.utm import PLACEHOLDERS, find_fault
from affiliates.models import Link, UtmTemplate
from affiliates.services.links import TagsInvalid, change_slug, create_link, edit_tags
from affiliates.services.utm import FIELDS, UtmInvalid, delete_template, update_template
from brands.models import Role
from core.models import AuditEvent
from tests.makers import (
    DOMAIN,
    NOW,
    get_creator,
    get_owner,
    make_enrollment,
    make_link,
    make_member,
    make_program,
    make_utm_template,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db

VALUES = dict.fromkeys(FIELDS, "")


@pytest.fixture
def place():
    return make_enrollment()


@pytest.fixture
def own(client: Client, place):
    client.force_login(get_creator(place))
    return client


def link_of(place, template, slug="anna-cups", **tags) -> Link:
    return create_link(
        enrollment_id=place.pk,
        destination_url=f"https://{DOMAIN}/cups",
        slug=slug,
        utm_template=template,
        actor_id=None,
        now=NOW,
        **tags,
    )


def change(template, **facts):
    before = {key: getattr(template, key) for key in FIELDS}
    return update_template(
        template_id=template.pk,
        facts={"name": template.name, "is_default": template.is_default, **before, **facts},
        actor_id=get_owner(template.brand).pk,
        now=NOW,
    )


def utm_of(link, sub_ids=()) -> dict[str, str]:
    link.refresh_from_db()
    url = tracked_url(link.destination_url, "", link.utm, sub_ids or link.sub_ids)
    pairs = dict(parse_qsl(urlsplit(url).query))
    return {key: value for key, value in pairs.items() if key.startswith("utm_")}


def test_placeholders_become_ids_and_slugs_and_the_sub_id_is_that_of_the_click(place):
    template = make_utm_template(
        place.program, campaign="{program} autumn", medium="affiliate", term="post-{subid}"
    )

    link = link_of(place, template, sub_ids=["blog"])

    assert utm_of(link) == {
        "utm_source": place.affiliation.public_id,
        "utm_medium": "affiliate",
        "utm_campaign": f"{place.program.slug} autumn",
        "utm_content": "anna-cups",
        "utm_term": "post-blog",
    }
    assert utm_of(link, ["news-7"])["utm_term"] == "post-news-7"
    assert utm_of(link, [""])["utm_term"] == "post"


def test_a_value_made_of_an_absent_sub_id_alone_is_left_out(place):
    template = make_utm_template(place.program, term="{subid}")
    link = link_of(place, template)
    assert "utm_term" not in utm_of(link)
    assert "utm_term" not in utm_of(link, ["anna@mail.example"])


def test_the_pages_own_query_wins_and_stays_byte_for_byte(place):
    template = make_utm_template(place.program, campaign="ours")
    link = link_of(place, template)
    page = f"https://{DOMAIN}/cups?utm_campaign=shop%20own&size=L#top"
    url = tracked_url(page, "T", link.utm)
    assert url.startswith(f"https://{DOMAIN}/cups?utm_campaign=shop%20own&size=L&utm_source=")
    assert url.count("utm_campaign") == 1
    assert url.endswith("&fs_click=T#top")


def test_a_change_reaches_links_made_before_and_a_renamed_link_follows(place):
    template = make_utm_template(place.program)
    link, other = link_of(place, template), make_link(place)

    change(template, campaign="spring")
    change_slug(link_id=link.pk, slug="anna-mugs", actor_id=get_creator(place).pk, now=NOW)

    found = utm_of(link)
    assert (found["utm_campaign"], found["utm_content"]) == ("spring", "anna-mugs")
    assert utm_of(other) == {}


def test_a_deleted_template_leaves_its_values_behind(place):
    template = make_utm_template(place.program, medium="affiliate")
    link = link_of(place, template)
    before = utm_of(link)

    kept = delete_template(template_id=template.pk, actor_id=get_owner(place.brand).pk, now=NOW)

    assert (kept, utm_of(link)) == (1, before)
    assert not UtmTemplate.objects.exists()
    assert AuditEvent.objects.get(action="utm.deleted").before["utm"]["medium"] == "affiliate"


def test_the_standard_template_is_on_a_creators_first_link_and_there_is_one():
    program = make_program()
    first = make_utm_template(program, is_default=True)
    second = make_utm_template(program, is_default=True)

    link = Link.objects.get(enrollment=make_enrollment(program))

    first.refresh_from_db()
    assert (link.utm_template, first.is_default) == (second, False)
    assert utm_of(link)["utm_content"] == link.slugs.get().slug
    with pytest.raises(IntegrityError), transaction.atomic():
        UtmTemplate.objects.filter(pk=first.pk).update(is_default=True)


def test_a_template_is_only_for_its_own_program(place):
    template = make_utm_template(make_program(place.brand))
    link = make_link(place)
    with pytest.raises(TagsInvalid):
        link_of(place, template)
    with pytest.raises(TagsInvalid):
        edit_tags(link_id=link.pk, actor_id=None, now=NOW, utm_template=template)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("anna@mail.example", "utm.address"),
        ("anna%40mail.example", "utm.address"),
        ("{email}", "utm.placeholder"),
        ("{creator", "utm.placeholder"),
        ("a}b", "utm.placeholder"),
        ("{{link}}", "utm.placeholder"),
        ("a\u202eb", "utm.unprintable"),
        ("a\x00b", "utm.unprintable"),
        ("x" * 101, "utm.too_long"),
        ("Autumn {program}-{link}", ""),
        ("\u067e\u0627\u06cc\u06cc\u0632", ""),
    ],
)
def test_what_cannot_be_a_value_is_refused_by_the_service_too(place, value, code):
    assert find_fault(value, allowed=PLACEHOLDERS) == code
    if code:
        with pytest.raises(UtmInvalid):
            make_utm_template(place.program, campaign=value)


def test_a_long_filling_is_cut_and_never_a_placeholder(place):
    template = make_utm_template(place.program, term="x" * 90 + "{subid}", campaign="{creator}" * 9)
    link = link_of(place, template, sub_ids=["y" * 60])
    assert utm_of(link)["utm_term"] == "x" * 90 + "y" * 10
    assert len(utm_of(link)["utm_campaign"]) == 100


def test_a_manager_makes_a_template_by_a_live_example(client: Client, place):
    client.force_login(get_owner(place.brand))
    url = f"/b/{place.brand.slug}/program/utm/new/"
    said = VALUES | {"name": "Standard", "source": "{creator}", "is_default": "on"}

    shown = client.post(url, said | {"preview": "1"})
    wrong = client.post(url, said | {"source": "{email}"})
    done = client.post(url, said, follow=True)
    again = client.post(url, said | {"name": "STANDARD"})

    assert (shown.status_code, wrong.status_code, again.status_code) == (200, 422, 422)
    assert "utm_source=crt_" in plain(shown)
    assert "Only these can stand in braces" in plain(wrong)
    assert "Standard for new links" in plain(done)
    template = UtmTemplate.objects.get()
    edited = client.post(f"/b/{place.brand.slug}/program/utm/{template.public_id}/", said)
    assert edited.status_code == 303
    client.post(f"/b/{place.brand.slug}/program/utm/{template.public_id}/delete/")
    assert not UtmTemplate.objects.exists()


def test_an_analyst_reads_templates_and_does_not_change_them(client: Client, place):
    template = make_utm_template(place.program)
    client.force_login(make_member(place.brand, Role.ANALYST).user)
    url = f"/b/{place.brand.slug}/program/utm/"

    assert "Needs the manager role" in plain(client.get(url))
    for page in ("new/", f"{template.public_id}/", f"{template.public_id}/delete/"):
        assert client.post(url + page, VALUES).status_code == 403


def new(place, **data: str) -> dict[str, str]:
    page = f"https://{DOMAIN}/cups"
    return {"enrollment": place.public_id, "destination_url": page, "slug": "new-cups", **data}


def test_a_creator_sees_the_full_address_before_the_link_is_made(own: Client, place):
    make_utm_template(place.program, is_default=True)
    before = Link.objects.count()

    shown = plain(own.post("/me/links/new/", new(place, preview="1", sub_1="blog")))
    refused = own.post(
        "/me/links/new/", new(place, preview="1", destination_url="https://else.example/")
    )

    assert f"utm_source={place.affiliation.public_id}" in shown
    assert "utm_content=new-cups" in shown and "fs_sub1=blog" in shown
    assert "is not on a domain of" in plain(refused)
    assert Link.objects.count() == before


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        ("", {"utm_campaign": "standard"}),
        ("own", {"utm_source": "mine"}),
        ("other", {"utm_campaign": "other"}),
    ],
)
def test_a_creator_takes_a_template_or_his_own_values(own: Client, place, choice, wanted):
    plainly = {"source": "", "content": ""}
    make_utm_template(place.program, is_default=True, campaign="standard", **plainly)
    other = make_utm_template(place.program, campaign="other", **plainly)
    chosen = other.public_id if choice == "other" else choice

    own.post("/me/links/new/", new(place, utm_template=chosen, utm_source="mine"))

    link = Link.objects.get(slugs__slug="new-cups")
    assert utm_of(link) == wanted
    own.post(f"/me/links/{link.public_id}/edit/", new(place, utm_template="own", utm_medium="x"))
    assert utm_of(link) == {"utm_medium": "x"}


def test_a_foreign_template_a_placeholder_and_an_address_are_refused_with_words(own, place):
    theirs = make_utm_template(make_program())
    make_utm_template(place.program)

    foreign = own.post("/me/links/new/", new(place, utm_template=theirs.public_id))
    placeholder = own.post("/me/links/new/", new(place, utm_template="own", utm_source="{creator}"))
    address = own.post("/me/links/new/", new(place, sub_1="anna@mail.example"))

    assert [foreign.status_code, placeholder.status_code, address.status_code] == [422] * 3
    assert "Only these can stand in braces" in plain(placeholder)
    assert "An e-mail address cannot stand here" in plain(address)
    assert not Link.objects.filter(slugs__slug="new-cups").exists()
