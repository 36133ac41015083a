"""What the demo's team knows about its creators: tags, notes, and who was let go."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from affiliates.models import Application
from affiliates.services.membership import suspend_affiliation
from affiliates.services.ticking import tick_point
from affiliates.services.vetting import add_tag, write_note
from brands.models import QuestionKind
from brands.selectors import list_vetting_points
from brands.services.questions import Asking, add_question
from brands.services.vetting import add_point
from portal.demo.cast import email_of
from portal.demo.crowd import SUSPENDED_DAY
from portal.demo.world import Timeline, World

TAGS: Mapping[str, tuple[str, ...]] = {
    "anna": ("video", "coffee", "top partner"),
    "ben": ("newsletter", "top partner"),
    "clara": ("magazine", "print"),
    "gusto-notes": ("recipes",),
    "coupon-corner": ("watch closely",),
    "sami": ("knows us from the market",),
    "vera": ("watch closely",),
}
NOTES = (
    ("anna", 54, "Wants to test the new grinder first. Send one a week before the launch."),
    ("ben", 34, "His newsletter goes out on Fridays: tell him of news by Wednesday."),
    ("coupon-corner", 20, "Asked to show our codes only. Look again next month."),
)
QUESTIONS = (
    Asking(
        kind=QuestionKind.CHOICE,
        words="How many people follow you?",
        options=("Up to 1,000", "Up to 10,000", "More than 10,000"),
        is_required=True,
    ),
    Asking(
        kind=QuestionKind.ADDRESS,
        words="Show us one piece of work",
        help_text="A post, a film, a letter: whatever you like best.",
    ),
    Asking(kind=QuestionKind.YES_NO, words="Do you know our coffee?"),
)
CHECKLIST = (
    "The channel is live and posts every month",
    "The audience likes to cook",
    "No paid search on our name",
    "Says where it advertises",
    "Pictures are their own",
)
TICKED = {"lena": (1, 2, 5), "jana": (1, 2, 3, 4, 5), "milo": (1,)}
"""By applicant: the places on the checklist of what is found to hold."""
QUESTIONS_DAY = 30
ABOUT_APPLICANT = "Good pictures, small but honest audience. Mara would take her."


def schedule_vetting(world: World, timeline: Timeline) -> None:
    """Plan what is written about creators and applicants, and a suspension."""
    calendar = world.calendar
    timeline.add(calendar.at(90, "16:00"), partial(_tag, world))
    timeline.add(calendar.at(QUESTIONS_DAY, "10:30"), partial(_ask, world))
    for creator, day, text in NOTES:
        timeline.add(calendar.at(day, "15:20"), partial(_note, world, creator, text))
    timeline.add(calendar.at(SUSPENDED_DAY - 1, "09:10"), partial(_suspend, world))
    timeline.add(calendar.at(1, "09:40"), partial(_note_applicant, world))
    timeline.add(calendar.ago(45), partial(_check_applicants, world))


def _tag(world: World, now: datetime) -> None:
    for creator, tags in TAGS.items():
        for tag in tags:
            add_tag(
                affiliation_id=world.enrollments[creator].affiliation_id,
                tag=tag,
                actor_id=world.team["manager"],
                now=now,
            )


def _ask(world: World, now: datetime) -> None:
    for asking in QUESTIONS:
        add_question(
            program_id=world.program.pk, asking=asking, actor_id=world.team["manager"], now=now
        )

    for words in CHECKLIST:
        add_point(program_id=world.program.pk, words=words, actor_id=world.team["manager"], now=now)


def _check_applicants(world: World, now: datetime) -> None:
    points = list(list_vetting_points(world.program))
    for creator, places in TICKED.items():
        for place in places:
            tick_point(
                application_id=_find_application(world, creator).pk,
                point_id=points[place - 1].pk,
                actor_id=world.team["manager"],
                now=now,
            )


def _note(world: World, creator: str, text: str, now: datetime) -> None:
    write_note(
        about=world.enrollments[creator].affiliation,
        text=text,
        actor_id=world.team["manager"],
        now=now,
    )


def _note_applicant(world: World, now: datetime) -> None:
    write_note(
        about=_find_application(world, "lena"),
        text=ABOUT_APPLICANT,
        actor_id=world.team["analyst"],
        now=now,
    )


def _find_application(world: World, creator: str) -> Application:
    return Application.objects.get(brand=world.brand, affiliate__user__email=email_of(creator))


def _suspend(world: World, now: datetime) -> None:
    suspend_affiliation(
        affiliation_id=world.enrollments["vera"].affiliation_id,
        reason="Advertising on our name in search engines; please take it down and answer us.",
        actor_id=world.team["manager"],
        now=now,
    )
