"""The door to a program's public pages, which is wider than the list of public programs."""

from affiliates.access import Visitor, list_enrollments
from affiliates.keys import is_join_key
from affiliates.selectors_invitations import find_invitation
from brands.access import find_member
from brands.models import Program, ProgramStatus
from brands.selectors import find_public_program
from core.access import NotFound
from core.clock import brand_now
from core.models import BrandStatus


def get_program_page(
    user: Visitor, brand_slug: str, program_slug: str, *, key: str = ""
) -> Program:
    """Return a program whose page this person may see.

    Everybody sees public ones. A draft is shown to the brand's team; a sandbox's program to the
    team, to who holds its join address, and to who is in it.

    :raises NotFound: there is no such page for this person.
    """
    public = find_public_program(brand_slug, program_slug)
    if public is not None:
        return public
    program = _find_hidden(brand_slug, program_slug)
    if program is None or not _may_see(user, program, key):
        raise NotFound
    return program


def get_invited_program(brand_slug: str, program_slug: str, token: str) -> Program:
    """Return the program of an address by which somebody was invited.

    A program that is not public is shown to who holds a token made for it.

    :raises NotFound: there is no such page for this person.
    """
    program = find_public_program(brand_slug, program_slug)
    if program is not None:
        return program
    program = _find_hidden(brand_slug, program_slug)
    if program is None or not find_invitation(program, token, now=brand_now(program.brand)):
        raise NotFound
    return program


def _find_hidden(brand_slug: str, program_slug: str) -> Program | None:
    if "\0" in brand_slug + program_slug:
        return None
    return (
        Program.objects.filter(
            brand__slug=brand_slug,
            slug=program_slug,
            brand__status=BrandStatus.ACTIVE,
            brand__archived_at__isnull=True,
        )
        .select_related("brand")
        .first()
    )


def _may_see(user: Visitor, program: Program, key: str) -> bool:
    if find_member(user, program.brand) is not None:
        return True
    if program.status == ProgramStatus.DRAFT:
        return False
    return is_join_key(program, key) or list_enrollments(user).filter(program=program).exists()
