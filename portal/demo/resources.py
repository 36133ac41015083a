"""What the demo's brand gives its creators: something to publish, and news."""

import io
from datetime import datetime, timedelta
from functools import partial

import PIL.Image
import PIL.ImageDraw
from django.core.files.uploadedfile import SimpleUploadedFile

from affiliates.models import Announcement, AssetKind, Receipt
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
from portal.demo.cast import CREATORS
from portal.demo.crowd import FIRST_DAY, SPIKE
from portal.demo.world import Timeline, World

SIZE = (1200, 628)
BEANS_DAY = 60  # from then on beans earn more
BEANS_NEWS = AnnouncementFacts(
    title="15 % on coffee beans",
    text="From tomorrow every bag of beans earns 15 % instead of 10 %.\n\n"
    "Your links and codes stay as they are.",
)
LAUNCH_NEWS = AnnouncementFacts(
    title="The new grinder is here",
    text="Today the grinder comes out that we have worked on for a year. Shoppers will ask for it: "
    "show how finely it grinds.\n\nImages are under Resources.",
)
SILENT = range(20, 27)  # the shop's snippet failed: clicks came, and orders without their token
SILENT_NEWS = AnnouncementFacts(
    title="A week of missing clicks",
    text="After a change in our shop, orders of the last seven days came without the mark of your "
    "links. Codes worked. It is repaired; if an order of yours is missing, tell us its number and "
    "we credit it by hand.",
)
CUPS_END = "An image to use is under Resources."
GIFTS_NEWS = AnnouncementFacts(
    title="Gifts: the last week to order",
    text="What is ordered this week arrives in time. Gift cards go by e-mail, at any hour.",
)
DRAFT_NEWS = AnnouncementFacts(
    title="Ideas for January", text="Slow breakfasts, filter coffee, iron pans."
)
CUPS = ((180, "#c98208"), (500, "#0b6b57"), (820, "#363661"))


def schedule_news(world: World, timeline: Timeline) -> None:
    """Plan what creators get to publish, and what they are told."""
    calendar, page = world.calendar, f"https://{world.program.domains[0]}/"
    readers = [one.key for one in CREATORS if one.joined > BEANS_DAY]
    launch_day = max(SPIKE)
    for day, clock, act in (
        (FIRST_DAY + 7, "09:30", partial(_add_assets, world)),
        (BEANS_DAY + 1, "15:00", partial(_announce, world, BEANS_NEWS)),
        (BEANS_DAY, "19:00", partial(_read_news, world, readers[::2])),
        (SILENT.start - 1, "16:40", partial(_announce, world, SILENT_NEWS)),
        (launch_day, "07:30", partial(_announce, world, LAUNCH_NEWS)),
        (launch_day - 1, "20:15", partial(_read_news, world, readers[::3])),
    ):
        timeline.add(calendar.at(day, clock), act)
    cups = f"Six new colours are in the shop: {page}collections/cups\n\n{CUPS_END}"
    facts = AnnouncementFacts(title="New cups for the winter", text=cups)
    timeline.add(calendar.at(3, "10:00"), partial(_announce, world, facts))
    timeline.add(calendar.ago(70), partial(_plan_news, world))


def _add_assets(world: World, now: datetime) -> None:
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


def _announce(world: World, facts: AnnouncementFacts, now: datetime) -> None:
    """Write to every creator, and send it at once."""
    news = _draft(world, facts, now)
    schedule_announcement(
        announcement_id=news.pk, send_at=None, actor_id=world.team["manager"], now=now
    )
    send_announcement(announcement_id=news.pk, now=now)
    for receipt in Receipt.objects.filter(announcement=news).order_by("pk"):
        mail_receipt(receipt_id=receipt.pk, now=now)


def _plan_news(world: World, now: datetime) -> None:
    """Leave one announcement waiting for its time, and one as a draft."""
    waiting = _draft(world, GIFTS_NEWS, now)
    schedule_announcement(
        announcement_id=waiting.pk,
        send_at=now + timedelta(days=9),
        actor_id=world.team["manager"],
        now=now,
    )
    _draft(world, DRAFT_NEWS, now)


def _draft(world: World, facts: AnnouncementFacts, now: datetime) -> Announcement:
    return draft_announcement(
        brand_id=world.brand.pk, facts=facts, actor_id=world.team["manager"], now=now
    )


def _read_news(world: World, keys: list[str], now: datetime) -> None:
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
