"""What applicants have in common with others of the brand is shown, and nothing of other brands."""

import pytest

from affiliates.domain.likeness import mailbox_of, sites_of
from affiliates.models import Application
from affiliates.selectors_likeness import Likeness, find_likenesses
from tests.brands.pages import sign_in_as
from tests.makers import (
    Applying,
    make_application,
    make_brand,
    make_enrollment,
    make_program,
    make_user,
)
from tests.portal.text import plain


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Anna@mail.example", "anna@mail.example"),
        ("anna+shop@mail.example", "anna@mail.example"),
        ("an.na@mail.example", "an.na@mail.example"),
        ("a.n.na+x@gmail.com", "anna@gmail.com"),
        ("anna@googlemail.com", "anna@gmail.com"),
    ],
)
def test_a_mailbox_is_known_behind_its_spellings(email, mailbox):
    assert mailbox_of(email) == mailbox


@pytest.mark.parametrize(
    ("text", "sites"),
    [
        ("https://www.Blog.example/about", {"blog.example"}),
        ("blog.example and shop.example/x", {"blog.example", "shop.example"}),
        ("instagram.com", set()),
        ("https://instagram.com/anna/?hl=de", {"instagram.com/anna"}),
        (
            "https://m.youtube.com/@anna, tiktok.com/@anna",
            {"youtube.com/@anna", "tiktok.com/@anna"},
        ),
        ("a podcast", set()),
    ],
)
def test_a_site_is_its_host_and_on_everybodys_platform_its_page(text, sites):
    assert sites_of(text) == sites


@pytest.mark.django_db
def test_the_queue_names_whom_an_applicant_shares_something_with():
    program = make_program()
    elsewhere = make_program(make_brand("Other"))
    inside = make_enrollment(program, user=make_user("anna@mail.example", name="Anna"))
    for place, email in (
        (program, "anna+2@mail.example"),
        (program, "ben@mail.example"),
        (elsewhere, "clara@mail.example"),
    ):
        said = Applying(publishes_at=f"https://{'own' if '+' in email else 'blog'}.example")
        make_application(place, make_user(email), said)
    waiting = Application.objects.filter(brand=program.brand, status="submitted").order_by("pk")
    again, ben = waiting

    found = find_likenesses(program.brand, waiting)

    name, creator_id = inside.affiliation.affiliate.display_name, inside.affiliation.public_id
    assert found == {
        again.affiliate_id: [Likeness(name, creator_id, "")],
        ben.affiliate_id: [Likeness(name, creator_id, "blog.example")],
    }
    queue = sign_in_as(program.brand).get(f"/b/{program.brand.slug}/creators/applications/")
    assert "Has the same mailbox, spelt differently:" in plain(queue)
    assert find_likenesses(program.brand, []) == {}
