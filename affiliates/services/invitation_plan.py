"""What inviting these people would do: whom, whom not and why, and what is wrong with the table."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from affiliates.domain.codes import is_code, normalise_code
from affiliates.domain.invitesheet import Row
from affiliates.selectors_invitations import find_standing_of, list_taken_codes
from brands.models import Group, Program

NAME_LENGTH = 120
MESSAGE_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody to invite, with what is made ready for him."""

    row: Row
    email: str
    group: Group


@dataclass(slots=True)
class Plan:
    """`left_out` says why by a code; a row in `errors` stops the whole table."""

    invitees: list[Invitee] = field(default_factory=list)
    left_out: list[tuple[Row, str]] = field(default_factory=list)
    errors: list[tuple[Row, str]] = field(default_factory=list)


def plan_invitations(*, program: Program, default: Group, rows: Sequence[Row]) -> Plan:
    """Look at each row as things stand; `default` is the group of rows that name none."""
    groups = {group.name.casefold(): group for group in Group.objects.filter(program=program)}
    wishes = Counter(normalise_code(row.code) for row in rows if row.code)
    taken = list_taken_codes(program.brand_id, wishes.keys())
    standing = find_standing_of(program, {row.email.lower() for row in rows})
    plan, seen = Plan(), set[str]()
    for row in rows:
        email = row.email.lower()
        group = groups.get(row.group.casefold()) if row.group else default
        wrong = _find_fault(row, group, wishes, taken)
        why = "twice" if email in seen else standing.get(email)
        seen.add(email)
        if why and wrong != "email":
            plan.left_out.append((row, why))
        elif wrong or group is None:
            plan.errors.append((row, wrong))
        else:
            plan.invitees.append(Invitee(row, email, group))
    return plan


def _find_fault(row: Row, group: Group | None, wishes: Counter[str], taken: Collection[str]) -> str:
    code = normalise_code(row.code)
    faults = {
        "email": not _is_email(row.email),
        "name": len(row.name) > NAME_LENGTH,
        "group": group is None,
        "code": bool(row.code) and not is_code(row.code),
        "code_taken": code in taken,
        "code_twice": wishes[code] > 1,
        "message": len(row.message) > MESSAGE_LENGTH,
    }
    return next((name for name, is_so in faults.items() if is_so), "")


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254
