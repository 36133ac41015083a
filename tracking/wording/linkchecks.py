"""How it reads what came of asking for the page a link leads to."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from core.wording import Message

LINK_CHECKS: Mapping[str, Message] = {
    "linkcheck.works": Message(_("The page works.")),
    "linkcheck.gone": Message(
        _("The shop has no such page any more, since {date}. Lead the link to another page."),
        _("The shop has no such page any more ({code}), since {date}."),
    ),
    "linkcheck.error": Message(
        _("The shop does not show the page, since {date}. The brand sees it too."),
        (
            _("The shop answers with an error ({code}), since {date}."),
            _("The shop answers with an error, since {date}."),
        ),
    ),
    "linkcheck.no_answer": Message(
        _("The shop does not answer, since {date}. The brand sees it too."),
        _("The shop does not answer, or not in time, since {date}."),
    ),
    "linkcheck.off_domain": Message(
        _("The shop sends shoppers on to {domain}, where no order counts, since {date}."),
        _(
            "The shop sends shoppers on to {domain}, which is no domain of the program, since"
            " {date}. Add it to the program if the shop is there."
        ),
    ),
    "linkcheck.loses_click": Message(
        _(
            "The shop sends shoppers on to another page and loses the click, since {date}: orders"
            " may not count. The brand sees it too."
        ),
        _(
            "The shop sends shoppers on to another page and drops fs_click from its address, since"
            " {date}: orders may lack their click."
        ),
    ),
    "linkcheck.closed": Message(
        _("Whether the page works is not known: the shop does not let machines look."),
        (
            _("Whether the page works is not known: the shop does not let machines look ({code})."),
            _("Whether the page works is not known: the shop does not let machines look."),
        ),
    ),
    "linkcheck.not_asked": Message(
        _(
            "Whether the page works is not known: it is at no public https address, or sends on"
            " more than five times."
        )
    ),
}
