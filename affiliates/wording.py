"""How affiliates' reasons read: applications, membership, links and codes."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from brands.wording import DESTINATIONS
from brands.wording import STEPS as BRAND_STEPS
from core.wording import Catalogue, Message, Step

MEMBERSHIP: Mapping[str, Message] = {
    "application.submitted": Message(
        (
            _("{brand} has your application since {date}. The answer comes here and by e-mail."),
            _("Your application is in. The answer comes here and by e-mail."),
        ),
        (_("{creator} applied on {date}."), _("An application waits for an answer.")),
    ),
    "application.approved": Message(
        (
            _("{brand} approved your application on {date}. Your link is ready."),
            _("Your application was approved. Your link is ready."),
        ),
        (
            _("{member} approved {creator} on {date}."),
            _("{creator} was approved on {date}."),
            _("The application was approved."),
        ),
    ),
    "application.rejected": Message(
        (
            _("Your application was not approved, because {cause}. {brand} adds: {reason}"),
            _("Your application was not approved, because {cause}."),
            _("Your application was not approved."),
        ),
        (
            _("{member} did not approve {creator} on {date}, because {cause}."),
            _("Not approved, because {cause}."),
            _("The application was not approved."),
        ),
    ),
    "affiliation.suspended": Message(
        (
            _("Your membership is suspended since {date}: {reason}"),
            _("Your membership is suspended. Your balance is kept."),
        ),
        (
            _("{creator} is suspended since {date}: {reason}"),
            _("This creator is suspended; the balance is frozen."),
        ),
    ),
    "affiliation.reinstated": Message(
        (
            _("Your membership is active again since {date}."),
            _("Your membership is active again."),
        ),
        (
            _("{creator} is active again since {date}."),
            _("This creator is active again."),
        ),
    ),
}

LINKS: Mapping[str, Message] = {
    "link.slug_taken": Message(
        (
            _(
                "{slug} belonged to another link before. Slugs are never given twice,"
                " so old posts keep their credit."
            ),
            _("This slug belonged to another link before. Slugs are never given twice."),
        )
    ),
    "link.slug_form": Message(
        _("Use 3 to 40 letters from a to z, digits, - or _, with a letter or digit first.")
    ),
    "code.taken": Message(
        (_("Code {code} exists already. Choose another one."), _("This code exists already."))
    ),
    "code.form": Message(
        _("Use 3 to 40 characters without spaces, so that a shopper can type it.")
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
    "link": Step("affiliates:link-list", "affiliates:creator-list"),
    "code": Step("affiliates:link-list", "affiliates:creator-list"),
    "url": BRAND_STEPS["url"],
}

CATALOGUE = Catalogue(
    messages=MappingProxyType({**DESTINATIONS, **MEMBERSHIP, **LINKS}), words=WORDS, steps=STEPS
)

explain = CATALOGUE.explain
next_step = CATALOGUE.step
