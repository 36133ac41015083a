"""What is answered about programs and creators: one serializer a noun, made of its rows.

Each holds an example of itself, which a test holds against the reference.
"""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.serializers import Serializer

from portal.api.fields import Moment

BRAND, DAY, LATER = "https://shop.example", "2026-11-02T09:30:00Z", "2026-12-02T09:30:00Z"


def id_of(source: str, **kwargs: Any) -> serializers.CharField:
    return serializers.CharField(source=source, **kwargs)


def whole(**kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(**kwargs)


class ProgramOut(Serializer[Any]):
    """An offer of the brand to creators."""

    id = id_of("public_id")
    name = serializers.CharField()
    slug = serializers.CharField()
    status = serializers.CharField(help_text="draft, live, paused or closed.")
    currency = serializers.CharField()
    landing_url = serializers.CharField()
    domains = serializers.ListField(child=serializers.CharField())
    window_days = whole(help_text="How long a click can earn.")
    hold_days = whole(help_text="How long a commission is held before it is released.")
    hold_anchor = serializers.CharField(help_text="paid, fulfilled or delivered.")
    max_creators = whole(allow_null=True)
    join_url = serializers.CharField(help_text="Where creators join.")
    created_at = Moment()

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "prg_k7w2q9d4m5n8x3c6v7b2",
        "name": "Ceramics",
        "slug": "ceramics",
        "status": "live",
        "currency": "EUR",
        "landing_url": BRAND,
        "domains": ["shop.example"],
        "window_days": 30,
        "hold_days": 30,
        "hold_anchor": "paid",
        "max_creators": None,
        "join_url": "https://fairshare.example/p/shop/ceramics/join/",
        "created_at": DAY,
    }


class GroupOut(Serializer[Any]):
    """A tier or kind of creators in a program."""

    id = id_of("public_id")
    program = id_of("program.public_id")
    name = serializers.CharField()
    partner_type = serializers.CharField()
    hold_days = whole(allow_null=True, help_text="null: as the program's.")
    is_default = serializers.BooleanField()

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "grp_m5n8x3c6v7b2k7w2q9d4",
        "program": ProgramOut.EXAMPLE["id"],
        "name": "Partner",
        "partner_type": "affiliate",
        "hold_days": None,
        "is_default": True,
    }


class CreatorOut(Serializer[Any]):
    """A creator, as far as he showed himself to this brand."""

    id = id_of("public_id")
    name = serializers.CharField(source="affiliate.display_name")
    email = serializers.CharField(source="affiliate.user.email")
    country = serializers.CharField(source="affiliate.country")
    status = serializers.CharField(help_text="active or suspended.")
    tags = serializers.ListField(child=serializers.CharField())

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "crt_x3c6v7b2k7w2q9d4m5n8",
        "name": "Anna Beck",
        "email": "anna@mail.example",
        "country": "DE",
        "status": "active",
        "tags": ["ceramics"],
    }


class EnrollmentOut(Serializer[Any]):
    """A creator's place in one program."""

    id = id_of("public_id")
    creator = CreatorOut(source="affiliation")
    program = id_of("program.public_id")
    group = id_of("group.public_id")
    terms_version = whole(source="terms.version", help_text="Which the creator accepted.")
    joined_at = Moment()

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "enr_v7b2k7w2q9d4m5n8x3c6",
        "creator": CreatorOut.EXAMPLE,
        "program": ProgramOut.EXAMPLE["id"],
        "group": GroupOut.EXAMPLE["id"],
        "terms_version": 1,
        "joined_at": DAY,
    }


class LinkOut(Serializer[Any]):
    """A creator's link; slugs it had before keep working."""

    id = id_of("public_id")
    enrollment = id_of("enrollment.public_id")
    creator = id_of("enrollment.affiliation.public_id")
    program = id_of("enrollment.program.public_id")
    name = serializers.CharField()
    slug = serializers.CharField(source="current_slug")
    url = serializers.CharField(source="short_url", help_text="What is shared.")
    destination_url = serializers.CharField()
    utm = serializers.DictField(child=serializers.CharField())
    sub_ids = serializers.ListField(child=serializers.CharField())
    code = id_of("code.public_id", allow_null=True, help_text="The code that the shop applies.")
    archived_at = Moment(allow_null=True)
    created_at = Moment()

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "lnk_q9d4m5n8x3c6v7b2k7w2",
        "enrollment": EnrollmentOut.EXAMPLE["id"],
        "creator": CreatorOut.EXAMPLE["id"],
        "program": ProgramOut.EXAMPLE["id"],
        "name": "Spring",
        "slug": "anna-cups",
        "url": "https://fairshare.example/r/anna-cups",
        "destination_url": f"{BRAND}/cups",
        "utm": {"source": "anna"},
        "sub_ids": [],
        "code": None,
        "archived_at": None,
        "created_at": DAY,
    }


class CodeOut(Serializer[Any]):
    """A discount code bound to a creator."""

    id = id_of("public_id")
    enrollment = id_of("enrollment.public_id")
    creator = id_of("enrollment.affiliation.public_id")
    program = id_of("enrollment.program.public_id")
    text = serializers.CharField()
    discount_note = serializers.CharField()
    is_single_use = serializers.BooleanField(help_text="Good for one order: the first placed.")
    active_from = Moment()
    disabled_at = Moment(allow_null=True)

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "cod_d4m5n8x3c6v7b2k7w2q9",
        "enrollment": EnrollmentOut.EXAMPLE["id"],
        "creator": CreatorOut.EXAMPLE["id"],
        "program": ProgramOut.EXAMPLE["id"],
        "text": "ANNA10",
        "discount_note": "10 % off",
        "is_single_use": False,
        "active_from": DAY,
        "disabled_at": None,
    }


class AnswerOut(Serializer[Any]):
    """What an applicant was asked, and said."""

    asked = serializers.CharField()
    said = serializers.ListField(child=serializers.CharField())


class ApplicationOut(Serializer[Any]):
    """A creator asks to join a program."""

    id = id_of("public_id")
    program = id_of("program.public_id")
    name = serializers.CharField(source="affiliate.display_name")
    email = serializers.CharField(source="affiliate.user.email")
    status = serializers.CharField(help_text="submitted, approved or rejected.")
    publishes_at = serializers.CharField()
    message = serializers.CharField()
    answers = AnswerOut(many=True)
    submitted_at = Moment()
    decided_at = Moment(allow_null=True)
    reject_reason = serializers.CharField()
    reject_note = serializers.CharField()

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "app_n8x3c6v7b2k7w2q9d4m5",
        "program": ProgramOut.EXAMPLE["id"],
        "name": "Anna Beck",
        "email": "anna@mail.example",
        "status": "submitted",
        "publishes_at": "https://anna.example",
        "message": "",
        "answers": [],
        "submitted_at": DAY,
        "decided_at": None,
        "reject_reason": "",
        "reject_note": "",
    }


class InvitationOut(Serializer[Any]):
    """Somebody is asked to join; what became of it."""

    id = id_of("public_id")
    program = id_of("program.public_id")
    group = id_of("group.public_id")
    kind = serializers.CharField(help_text="email: for one person; link: for whoever has it.")
    state = serializers.CharField()
    email = serializers.CharField()
    name = serializers.CharField()
    code = serializers.CharField()
    uses = whole()
    max_uses = whole(allow_null=True)
    expires_at = Moment(allow_null=True)
    created_at = Moment()

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "inv_c6v7b2k7w2q9d4m5n8x3",
        "program": ProgramOut.EXAMPLE["id"],
        "group": GroupOut.EXAMPLE["id"],
        "kind": "email",
        "state": "sent",
        "email": "anna@mail.example",
        "name": "Anna Beck",
        "code": "ANNA10",
        "uses": 0,
        "max_uses": None,
        "expires_at": LATER,
        "created_at": DAY,
    }
