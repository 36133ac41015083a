"""How a commission reads: its hold, its changes, refunds, disputes and what is taken back."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from core.wording import Message, ngettext_lazy
from tracking.wording.checks import CHECKED

HOLDS: Mapping[str, Message] = {
    "hold.pending": Message(
        (
            ngettext_lazy(
                "Will be released on {release_date}: {days} day after the payment of {paid_date}.",
                "Will be released on {release_date}: {days} days after the payment of {paid_date}.",
                "days",
            ),
            _("Will be released on {release_date}."),
            _("Waits for its release date."),
        ),
        by="event",
        cases={
            "none": Message(
                (
                    ngettext_lazy(
                        "Will be released on {release_date}: {days} day after {event_date}.",
                        "Will be released on {release_date}: {days} days after {event_date}.",
                        "days",
                    ),
                    _("Will be released on {release_date}."),
                    _("Waits for its release date."),
                )
            ),
            "fulfilled": Message(
                (
                    ngettext_lazy(
                        "Will be released on {release_date}:"
                        " {days} day after the dispatch of {event_date}.",
                        "Will be released on {release_date}:"
                        " {days} days after the dispatch of {event_date}.",
                        "days",
                    ),
                    _("Will be released on {release_date}."),
                    _("Waits for its release date."),
                )
            ),
            "delivered": Message(
                (
                    ngettext_lazy(
                        "Will be released on {release_date}:"
                        " {days} day after the delivery of {event_date}.",
                        "Will be released on {release_date}:"
                        " {days} days after the delivery of {event_date}.",
                        "days",
                    ),
                    _("Will be released on {release_date}."),
                    _("Waits for its release date."),
                )
            ),
        },
    ),
    "hold.waits_event": Message(
        _("The date is set when the order is {event}; at the latest {latest_date}.")
    ),
    "hold.unpaid": Message(_("Waits for the store to report payment of this order.")),
    "hold.review": Message(
        _("{brand} is checking this order. You can add an answer; the date below stays."),
        (
            _("On review since {date}: {reason}"),
            _("On review since {date}: buyer and {creator} match by {signal}."),
            _("On review since {date}."),
        ),
        by="about",
        cases=CHECKED,
    ),
    "hold.dispute": Message(
        _("The shopper's bank questioned the payment. The commission waits for the outcome."),
        _("Dispute {dispute} opened on {date}."),
    ),
    "hold.cleared": Message(
        _("The check of this order ended on {date}; the commission stands."),
        _("{member} ended the review on {date}: {reason}"),
    ),
    "hold.released": Message(
        _("Released on {date}. It is in the next payout that has no obstacle.")
    ),
    "hold.rejected": Message(
        (
            _("{brand} rejected this commission on {date}: {reason}"),
            _("This commission was rejected."),
        ),
        (_("{member} rejected it on {date}: {reason}"), _("Rejected.")),
    ),
}

REFUNDS: Mapping[str, Message] = {
    "refund.partial": Message(
        (
            _(
                "{refunded} was refunded on {date}; {left} still counts,"
                " so the commission changes by {change}."
            ),
            _("A part of the order was refunded; the rest still counts."),
        )
    ),
    "refund.full": Message(
        (
            _("The whole order was refunded on {date}; the commission is 0."),
            _("The whole order was refunded; the commission is 0."),
        )
    ),
    "refund.shipping": Message(
        _("{refunded} of shipping was refunded; shipping does not count, so nothing changes.")
    ),
    "refund.cancelled": Message(
        (
            _("The order was cancelled on {date}; the commission is 0."),
            _("The order was cancelled; the commission is 0."),
        )
    ),
    "order.two_currencies": Message(
        _("The store reported this order in two currencies; the commission is 0.")
    ),
    "refund.undone": Message(_("The refund of {date} did not go through; {amount} is added back.")),
    "dispute.won": Message(_("The brand won the dispute; the commission of {amount} stands.")),
    "dispute.lost": Message(
        _("The payment was taken back by the shopper's bank; the commission is 0.")
    ),
    "clawback.made": Message(
        _(
            "{amount} was refunded after it was released to you."
            " It is taken from later commissions, never from your bank."
        ),
        _("{amount} to recover from {creator}."),
    ),
    "clawback.corrected": Message(
        _(
            "{amount} had been released to you before this change."
            " It is taken from later commissions, never from your bank."
        ),
        _("{amount} to recover from {creator}."),
    ),
    "clawback.netted": Message(
        _("{amount} of an earlier refund was taken from this payout; {left} remains.")
    ),
    "clawback.written_off": Message(
        _("{amount} could not be recovered by {date} and is no longer asked from you."),
        _("{amount} written off on {date}; shown in Liability."),
    ),
}

CHANGES: Mapping[str, Message] = {
    "order.placed": Message(_("Ordered on {date}.")),
    "order.paid": Message(_("Paid by the shopper on {date}.")),
    "lead.pending": Message(_("Waits for the store to accept this lead.")),
    "lead.rejected": Message((_("The store rejected this lead; the commission is 0."),)),
    "lead.repeated": Message(
        _("Earns 0: this person was paid for as a lead of the program before, and counts once.")
    ),
    "order.awaited": Message(
        _("The store reported a refund, dispute or cancellation before the order itself.")
    ),
    "commission.earned": Message(
        (
            _("Priced by version {version} of the rules on {date}: {amount}."),
            _("Priced by the rules on {date}: {amount}."),
        )
    ),
    "award.visits": Message(
        (
            ngettext_lazy(
                "{count} visit was counted: {amount}.",
                "{count} visits were counted: {amount}.",
                "count",
            ),
            _("The visits of the day were counted: {amount}."),
        )
    ),
    "award.views": Message(
        (
            ngettext_lazy(
                "{count} view was counted: {amount}.",
                "{count} views were counted: {amount}.",
                "count",
            ),
            _("The views of the day were counted: {amount}."),
        )
    ),
    "award.recounted": Message(
        _("Counted again on {date}: {count}; the commission is {amount} now, {change}.")
    ),
    "commission.changed": Message(
        _("The order changed on {date}; the commission is {amount} now, a change of {change}.")
    ),
    "commission.adjusted": Message(
        _("{brand} changed this commission by {change} on {date}: {reason}"),
        _("{member} changed it by {change} on {date}: {reason}"),
    ),
    "tier.reread": Message(
        _(
            "Your group is {group} for this order as well, since {date}: the commission is"
            " {amount} now, a change of {change}."
        ),
        _(
            "The group is {group} for this order as well, since {date}: the commission is {amount}"
            " now, a change of {change}."
        ),
    ),
    "award.bonus": Message(_("The bonus “{bonus}”, given by hand.")),
    "award.plan_nth": Message(
        _("The bonus “{bonus}”, for your sale number {position}."),
        _("The bonus “{bonus}”, for the creator's sale number {position}."),
    ),
    "award.plan_reached": Message(_("The bonus “{bonus}”: its figure was reached.")),
    "award.plan_lost": Message(
        _(
            "Refunds or cancellations took the figure of the bonus “{bonus}” back under what was"
            " asked, before it was released: it earns 0."
        )
    ),
    "award.plan_again": Message(_("The figure of the bonus “{bonus}” is reached again.")),
    "bonus.given": Message(
        _("{brand} gave the bonus “{bonus}” on {date}: {amount}. Reason: {reason}"),
        _("{member} gave the bonus “{bonus}” on {date}: {amount}. Reason: {reason}"),
    ),
    "award.fee": Message(_("The fee agreed on for “{deliverable}”.")),
    "commission.reopened": Message(
        _("{brand} took back the rejection on {date}: {reason}"),
        _("{member} took back the rejection on {date}: {reason}"),
    ),
    "commission.unposted": Message(
        _(
            "The order changed while your membership was suspended."
            " The change is applied once it is active."
        ),
        _("The order changed while the creator is suspended; it is applied on reinstatement."),
    ),
}

EXTRAS: Mapping[str, Message] = {
    "deliverable.approved": Message(
        _("{brand} approved “{deliverable}” on {date}: {amount}."),
        _("{member} approved “{deliverable}” on {date}: {amount}."),
    ),
    "tier.moved": Message(
        _("You are in {group} since {date}; new orders use its rates, earlier ones keep theirs."),
        (
            _("{creator} moved to {group} on {date} by {threshold}."),
            _("{creator} moved to {group} on {date}."),
        ),
    ),
    "claim.no_match": Message(
        _("We found no order with these details in {program}."),
        _("A creator looked up an unknown order."),
    ),
    "claim.open": Message(
        _("{brand} answers by {due_date}."),
        _("Due by {due_date}."),
    ),
    "claim.no_candidate": Message(
        _(
            "This order is known. No click on a link of yours and no code of yours came with it;"
            " clicks that a browser blocked cannot be seen."
        ),
        _("The creator was no candidate for this order."),
    ),
    "claim.answered": Message(
        _("{brand} answered. Write again if something is still missing."),
        _("Answered: the creator writes next."),
    ),
    "claim.accepted": Message(
        (
            _("Accepted on {date}: the order is yours and pays {amount}."),
            _("Accepted on {date}: the order is yours."),
        ),
        (
            _("Accepted on {date}: the order pays {creator} {amount}."),
            _("Accepted on {date}: the order is the creator's."),
        ),
    ),
    "claim.declined": Message(_("Declined on {date}: {reason}")),
}

MONEY: Mapping[str, Message] = {**HOLDS, **REFUNDS, **CHANGES, **EXTRAS}
