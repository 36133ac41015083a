"""What the demo's brand gives its creators: something to publish, and news."""

import io
from datetime import datetime

import PIL.Image
import PIL.ImageDraw
from django.core.files.uploadedfile import SimpleUploadedFile

from affiliates.models import AssetKind, Receipt
from affiliates.services.announcements import (
    AnnouncementFacts,
    draft_announcement,
    mail_receipt,
    mark_read,
    schedule_announcement,
    send_announcement,
)
from affiliates.services.assets import AssetFacts, create_asset
from core.images import Picture, read_picture
from portal.demo.world import World

SIZE = (1200, 628)
CUPS = ((180, "#c98208"), (500, "#0b6b57"), (820, "#363661"))


def add_assets(world: World, now: datetime) -> None:
    """Offer an image, a text and a link."""
    page = f"https://{world.program.domains[0]}/"
    offered = {
        AssetKind.IMAGE: AssetFacts(
            title="Three cups, autumn colours",
            picture=_draw_cups(),
            url=f"{page}collections/cups",
            note="Landscape, for blogs and newsletters.",
        ),
        AssetKind.TEXT: AssetFacts(
            title="Short caption",
            text="My coffee this month: {link}\nWith {code} it costs a little less.",
            note="For Instagram and TikTok. Say first that it is an ad.",
        ),
        AssetKind.LINK: AssetFacts(title="All coffee beans", url=f"{page}collections/beans"),
    }
    for kind, facts in offered.items():
        create_asset(
            program_id=world.program.pk,
            kind=kind,
            facts=facts,
            actor_id=world.team["manager"],
            now=now,
        )


def announce(world: World, title: str, text: str, now: datetime) -> None:
    """Write to every creator, and send it at once."""
    facts = AnnouncementFacts(title=title, text=text)
    news = draft_announcement(
        brand_id=world.brand.pk, facts=facts, actor_id=world.team["manager"], now=now
    )
    schedule_announcement(
        announcement_id=news.pk, send_at=None, actor_id=world.team["manager"], now=now
    )
    send_announcement(announcement_id=news.pk, now=now)
    for receipt in Receipt.objects.filter(announcement=news).order_by("pk"):
        mail_receipt(receipt_id=receipt.pk, now=now)


def read_news(world: World, keys: list[str], now: datetime) -> None:
    """Let some creators open what they were told."""
    places = [world.enrollments[key].affiliation_id for key in keys if key in world.enrollments]
    mark_read(affiliation_ids=places, now=now)


def _draw_cups() -> Picture:
    image = PIL.Image.new("RGB", SIZE, "#f3ece0")
    draw = PIL.ImageDraw.Draw(image)
    draw.rectangle((0, 470, SIZE[0], SIZE[1]), fill="#d9c7a8")
    for left, colour in CUPS:
        draw.ellipse((left + 150, 290, left + 260, 400), outline=colour, width=24)
        draw.rounded_rectangle((left, 240, left + 200, 480), radius=40, fill=colour)
        draw.ellipse((left, 220, left + 200, 262), fill="#4a2f1d")
    into = io.BytesIO()
    image.save(into, "PNG")
    return read_picture(SimpleUploadedFile("cups.png", into.getvalue()))
