"""How affiliates' reasons read: applications and membership."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.wording import Catalogue, Message, Step

MEMBERSHIP: Mapping[str, Message] = {
    "application.submitted": Message(
        _("{brand} has your application since {date}. The answer comes here and by e-mail."),
        _("{creator} applied on {date}."),
    ),
    "application.approved": Message(
        _("{brand} approved your application on {date}. Your link is ready."),
        _("{member} approved {creator} on {date}."),
    ),
    "application.rejected": Message(
        (
            _("Your application was not approved, because {cause}. {brand} adds: {reason}"),
            _("Your application was not approved, because {cause}."),
        ),
        _("{member} did not approve {creator} on {date}, because {cause}."),
    ),
    "affiliation.suspended": Message(
        _("Your membership is suspended since {date}: {reason}"),
        _("{creator} is suspended since {date}: {reason}"),
    ),
    "affiliation.reinstated": Message(
        _("Your membership is active again since {date}."),
        _("{creator} is active again since {date}."),
    ),
}

WORDS: Mapping[str, Mapping[str, str | Promise]] = {
    "cause": {
        "audience": _("the audience does not fit the program"),
        "content": _("the content does not fit the brand"),
        "incomplete": _("the application does not say where you publish"),
        "full": _("the program takes no more creators now"),
        "other": _("the brand has another reason"),
    },
}

STEPS: Mapping[str, Step] = {
    "application": Step("affiliates:program-list", "affiliates:creator-list"),
    "affiliation": Step("portal:creator-home", "affiliates:creator-list"),
}

CATALOGUE = Catalogue(messages=MEMBERSHIP, words=WORDS, steps=STEPS)

explain = CATALOGUE.explain
next_step = CATALOGUE.step
