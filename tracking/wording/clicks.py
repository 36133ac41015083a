"""How clicks read: what counted, what did not, and why."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.wording import Message, ngettext_lazy

UNPAID_CLICKS: Mapping[str, Promise] = {
    "bot": _("The visitor named itself as a program, not a person."),
    "head": _("Only the headers of the link were asked for, as link checkers do."),
    "prefetch": _("A browser loaded the link in advance and nobody opened it."),
    "preview": _("A service read the link to draw a preview or to check it."),
    "embedded": _("The link was loaded inside another page without being opened."),
    "archived": _("The link was archived."),
    "program_off": _("The program was not live."),
    "limited": _("Many opens came from one network in a short time: orders count, visits do not."),
    "no_consent": _("The browser asks not to be followed, so it cannot be told apart."),
    "recovered": _(
        "It was recorded later from its signed token, which tells nothing of the visitor."
    ),
}
"""Why a visit is not paid for, by the name of its verdict."""

CLICKS: Mapping[str, Message] = {
    "click.counted": Message(
        (_("Counted on {date}; it can earn until {window_end}."), _("Counted."))
    ),
    "click.repeat": Message(
        (
            _(
                "The same browser and network opened this link before, at {time}."
                " It can earn, but counts once in unique clicks."
            ),
            _(
                "The same browser and network opened this link before."
                " It can earn, but counts once in unique clicks."
            ),
        )
    ),
    "click.unverified": Message(
        _("Counted. The browser did not say how the link was opened, which old browsers never do.")
    ),
    "click.bot": Message(
        _("Not counted: the visitor named itself as a program, not a person."),
        (
            _("Not counted: user agent family {agent} is a known program."),
            _("Not counted: the visitor named itself as a program, not a person."),
        ),
    ),
    "click.head": Message(
        _("Not counted: only the headers of the link were asked for, as link checkers do.")
    ),
    "click.prefetch": Message(
        _("Not counted: a browser loaded the link in advance and nobody opened it.")
    ),
    "click.preview": Message(
        (
            _("Not counted: {service} read the link to draw a preview or to check it."),
            _("Not counted: a service read the link to draw a preview or to check it."),
        )
    ),
    "click.embedded": Message(
        _("Not counted: the link was loaded inside another page without being opened.")
    ),
    "click.limited": Message(
        _("Counted and marked: many opens came from one network in a short time."),
        (
            ngettext_lazy(
                "Counted and marked: more than {limit} opens in {minutes} minute from one network.",
                "Counted and marked: more than {limit} opens in {minutes} minutes from one"
                " network.",
                "minutes",
            ),
            _("Counted and marked: many opens came from one network in a short time."),
        ),
    ),
    "click.archived": Message(
        (
            _("Not counted: the link was archived on {date}. The visitor still reached the store."),
            _("Not counted: the link was archived. The visitor still reached the store."),
        )
    ),
    "click.program_off": Message(
        (
            _("Not counted: the program was closed on {date}."),
            _("Not counted: the program was not open."),
        ),
        (
            _("Not counted: the program was {status} on {date}."),
            _("Not counted: the program was not open."),
        ),
    ),
    "click.no_consent": Message(
        _(
            "Counted without a token, because the browser asked not to be followed."
            " A code still earns."
        )
    ),
    "click.recovered": Message(
        (
            _("Recorded later from its signed token, because storage was not reachable at {time}."),
            _("Recorded later from its signed token, because storage was not reachable."),
        )
    ),
    "click.repaired": Message(
        _("Counted: the address was shared as {typed} and matches your link {slug}."),
        _("Counted: {typed} was matched to {slug} of {creator}."),
    ),
}
