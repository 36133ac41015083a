"""How affiliates' reasons read: applications, membership, links and codes."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _z

from brands.wording import DESTINATIONS
from brands.wording import STEPS as BRAND_STEPS
from core.wording import Catalogue, Message, Step

MEMBERSHIP: Mapping[str, Message] = {
    "application.submitted": Message(
        (
            _z("{brand} has your application since {date}. The answer comes here and by e-mail."),
            _z("Your application is in. The answer comes here and by e-mail."),
        ),
        (_z("{creator} applied on {date}."), _z("An application waits for an answer.")),
    ),
    "application.approved": Message(
        (
            _z("{brand} approved your application on {date}. Your link is ready."),
            _z("Your application was approved. Your link is ready."),
        ),
        (
            _z("{member} approved {creator} on {date}."),
            _z("{creator} was approved on {date}."),
            _z("The application was approved."),
        ),
    ),
    "application.rejected": Message(
        (
            _z("Your application was not approved, because {cause}. {brand} adds: {reason}"),
            _z("Your application was not approved, because {cause}."),
            _z("Your application was not approved."),
        ),
        (
            _z("{member} did not approve {creator} on {date}, because {cause}."),
            _z("Not approved, because {cause}."),
            _z("The application was not approved."),
        ),
    ),
    "affiliation.suspended": Message(
        (
            _z("Your membership is suspended since {date}: {reason}"),
            _z("Your membership is suspended. Your balance is kept."),
        ),
        (
            _z("{creator} is suspended since {date}: {reason}"),
            _z("This creator is suspended; the balance is frozen."),
        ),
    ),
    "affiliation.reinstated": Message(
        (
            _z("Your membership is active again since {date}."),
            _z("Your membership is active again."),
        ),
        (
            _z("{creator} is active again since {date}."),
            _z("This creator is active again."),
        ),
    ),
}

LINKS: Mapping[str, Message] = {
    "link.slug_taken": Message(
        (
            _z(
                "{slug} belonged to another link before. Slugs are never given twice,"
                " so old posts keep their credit."
            ),
            _z("This slug belonged to another link before. Slugs are never given twice."),
        )
    ),
    "link.slug_form": Message(
        _z("Use 3 to 40 letters from a to z, digits, - or _, with a letter or digit first.")
    ),
    "code.taken": Message(
        (_z("Code {code} exists already. Choose another one."), _z("This code exists already."))
    ),
    "code.form": Message(
        _z("Use 3 to 40 characters without spaces, so that a shopper can type it.")
    ),
}

WORDS: Mapping[str, Mapping[str, str | Promise]] = {
    "cause": {
        "audience": _z("the audience does not fit the program"),
        "content": _z("the content does not fit the brand"),
        "incomplete": _z("the application does not say where you publish"),
        "full": _z("the program takes no more creators now"),
        "other": _z("the brand has another reason"),
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



from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import formats

_SLUGS: Mapping[str, str] = {
    "slug.in_use": gettext_noop("%(slug)s leads to another link. Choose another one."),
    "slug.retired": gettext_noop(
        "%(slug)s belonged to another link before. Slugs are never given twice, so old posts keep "
        "their credit."
    ),
}


def render_slug_taken(slug: str, code: str) -> str:
    """Say why a slug cannot be had."""
    return _(_SLUGS[code]) % {"slug": formats.isolate_ltr(slug)}
