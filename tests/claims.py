"""Orders that creators ask for."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from affiliates.models import Enrollment
from core.images import Picture, read_picture
from tests.core.hostile_images import encode
from tests.makers import NOW, get_creator
from tracking.domain.claims import AskedOrder
from tracking.models import Claim
from tracking.services.claims import Question, open_claim

BERLIN = ZoneInfo("Europe/Berlin")


def make_claim(
    place: Enrollment,
    number: str = "1042",
    *,
    picture: Picture | None = None,
    now: datetime = NOW,
    **asked: Any,
) -> Claim:
    """Ask for an order: for that of today, where nothing else is said of it."""
    order = AskedOrder(number, **(asked or {"placed_on": now.astimezone(BERLIN).date()}))
    return open_claim(
        enrollment_id=place.pk,
        question=Question(order, "A reader told me of it", picture),
        actor_id=get_creator(place).pk,
        now=now,
    )


def make_screenshot() -> Picture:
    return read_picture(SimpleUploadedFile("receipt.png", encode("PNG")))
