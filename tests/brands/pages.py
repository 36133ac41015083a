"""The people at a brand's door, and how its pages are asked."""

from dataclasses import dataclass

from django.test import Client

from brands.models import Member, Program, Role
from core.models import Brand, User
from tests.makers import get_owner, make_brand, make_draft_program, make_member, make_rules


@dataclass(frozen=True)
class World:
    """A brand with one program, and a signed-in client for each kind of person."""

    brand: Brand
    program: Program

    @property
    def base(self) -> str:
        return f"/b/{self.brand.slug}"

    def url(self, path: str) -> str:
        """Return an address under the brand that names the program."""
        return f"{self.base}/{path}?program={self.program.public_id}"


def make_world(*, has_rules: bool = True) -> World:
    program = make_draft_program(make_brand())
    if has_rules:
        make_rules(program)
    return World(program.brand, program)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sign_in_as(brand: Brand, role: str = Role.OWNER) -> Client:
    """Return a client of the brand's owner, or of a new member with the role."""
    if role == Role.OWNER:
        return sign_in(get_owner(brand))
    member: Member = make_member(brand, role)
    return sign_in(member.user)


def text_of(response: object) -> str:
    """Return the page without the marks of direction and with plain spaces."""
    html: str = response.content.decode()  # type: ignore[attr-defined]
    return html.translate({0x2066: None, 0x2068: None, 0x2069: None, 0xA0: " "})
