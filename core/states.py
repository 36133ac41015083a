"""The word, icon and shape of every state a page can show.

A state reads without colour: tone decides the shape (tint, bordered tint, solid, outline), the
icon differs by tone, and the word is always there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WAITING, REVIEW, GOOD, DONE, PROBLEM, NEUTRAL = (
    "waiting",
    "review",
    "good",
    "done",
    "problem",
    "neutral",
)

ICONS: Mapping[str, str] = MappingProxyType(
    {
        WAITING: "clock",
        REVIEW: "eye",
        GOOD: "check",
        DONE: "checks",
        PROBLEM: "warning",
        NEUTRAL: "dash",
    }
)


@dataclass(frozen=True, slots=True)
class State:
    """How one state is shown."""

    label: str | Promise
    tone: str

    @property
    def icon(self) -> str:
        return ICONS[self.tone]


STATES: Mapping[str, State] = MappingProxyType(
    {
        # Commissions.
        "pending": State(_("Pending"), WAITING),
        "released": State(_("Released"), GOOD),
        "in_review": State(_("In review"), REVIEW),
        "reversed": State(_("Reversed"), NEUTRAL),
        "rejected": State(_("Rejected"), NEUTRAL),
        "zero": State(pgettext_lazy("commission", "Earns 0"), NEUTRAL),
        # Payouts, attempts, runs.
        "approved": State(_("Approved"), GOOD),
        "submitting": State(_("Being sent"), WAITING),
        "submitted": State(_("Sent"), DONE),
        "sent": State(_("Sent"), DONE),
        "unknown": State(_("Unknown"), REVIEW),
        "paid": State(_("Paid"), DONE),
        "failed": State(_("Failed"), PROBLEM),
        "refused": State(_("Refused"), PROBLEM),
        "returned": State(_("Returned"), PROBLEM),
        "cancelled": State(_("Cancelled"), NEUTRAL),
        "discarded": State(_("Discarded"), NEUTRAL),
        "claimed": State(_("Being sent"), WAITING),
        "left_out": State(_("Left out"), NEUTRAL),
        "ready": State(_("Ready"), GOOD),
        "incomplete": State(_("Not complete"), WAITING),
        "absent": State(_("Not carried out"), NEUTRAL),
        "in_payout": State(_("In payout"), WAITING),
        # Programs, terms, rules.
        "draft": State(_("Draft"), WAITING),
        "live": State(_("Live"), GOOD),
        "paused": State(_("Paused"), WAITING),
        "closed": State(_("Closed"), NEUTRAL),
        "full": State(pgettext_lazy("program", "Full"), NEUTRAL),
        "published": State(_("Published"), GOOD),
        "scheduled": State(_("Scheduled"), WAITING),
        "superseded": State(_("Replaced"), NEUTRAL),
        # Creators and their applications.
        "application.submitted": State(_("Waiting"), WAITING),
        "active": State(_("Active"), GOOD),
        "suspended": State(_("Suspended"), PROBLEM),
        "archived": State(_("Archived"), NEUTRAL),
        "not_approved": State(_("Not approved"), NEUTRAL),
        "invited": State(_("Invited"), WAITING),
        "invitation.sent": State(_("Sent"), WAITING),
        "opened": State(pgettext_lazy("invitation", "Opened"), WAITING),
        "usable": State(pgettext_lazy("invitation", "Open"), GOOD),
        "not_sent": State(_("Not mailed"), PROBLEM),
        "joined": State(pgettext_lazy("invitation", "Joined"), DONE),
        "expired": State(_("Expired"), NEUTRAL),
        "used_up": State(_("Used up"), NEUTRAL),
        "revoked": State(_("Revoked"), NEUTRAL),
        # Orders and credit.
        "credited": State(_("Credited"), GOOD),
        "not_credited": State(_("Not credited"), NEUTRAL),
        "won": State(pgettext_lazy("credit", "Won"), GOOD),
        "lost": State(pgettext_lazy("credit", "Lost"), NEUTRAL),
        "unpaid": State(_("Not paid yet"), WAITING),
        "order.paid": State(pgettext_lazy("order", "Paid"), GOOD),
        "order.cancelled": State(pgettext_lazy("order", "Cancelled"), NEUTRAL),
        "refunded": State(_("Refunded"), NEUTRAL),
        "part_refunded": State(_("Partly refunded"), WAITING),
        "disputed": State(_("Disputed"), REVIEW),
        "test": State(pgettext_lazy("order", "Test"), NEUTRAL),
        # Work for a fee.
        "work_offered": State(pgettext_lazy("work", "Open"), REVIEW),
        "work_withdrawn": State(pgettext_lazy("work", "Withdrawn"), NEUTRAL),
        "work_over": State(pgettext_lazy("work", "Over"), NEUTRAL),
        "work_accepted": State(_("Accepted"), WAITING),
        "work_declined": State(_("Declined"), NEUTRAL),
        "work_submitted": State(_("Handed in"), REVIEW),
        "work_changes_asked": State(_("Changes asked for"), WAITING),
        "work_approved": State(_("Approved"), GOOD),
        "work_rejected": State(_("Rejected"), NEUTRAL),
        "work_expired": State(_("Expired"), NEUTRAL),
        # Bonuses.
        "bonus_running": State(pgettext_lazy("bonus", "Running"), GOOD),
        "bonus_over": State(pgettext_lazy("bonus", "Over"), NEUTRAL),
        # Claims and tasks.
        "finding.open": State(pgettext_lazy("finding", "Open"), REVIEW),
        "finding.queued": State(_("Being fetched"), WAITING),
        "finding.settled": State(_("Settled"), GOOD),
        "finding.dismissed": State(pgettext_lazy("finding", "Dismissed"), NEUTRAL),
        "claim.open": State(pgettext_lazy("claim", "Open"), REVIEW),
        "answered": State(_("Answered"), WAITING),
        "accepted": State(_("Accepted"), GOOD),
        "declined": State(_("Declined"), NEUTRAL),
        "due": State(_("Due"), WAITING),
        "overdue": State(_("Overdue"), PROBLEM),
        "done": State(pgettext_lazy("task", "Done"), GOOD),
        "missing": State(_("Missing"), WAITING),
        "to_do": State(_("To do"), WAITING),
        "next": State(pgettext_lazy("task", "Next"), REVIEW),
        "waits": State(_("Waits"), WAITING),
        # Goals.
        "upcoming": State(pgettext_lazy("goal", "To come"), WAITING),
        "on_course": State(_("On course"), GOOD),
        "behind": State(_("Behind"), WAITING),
        "reached": State(pgettext_lazy("goal", "Reached"), DONE),
        "missed": State(pgettext_lazy("goal", "Missed"), NEUTRAL),
        "ended": State(pgettext_lazy("goal", "Ended"), NEUTRAL),
        # Hops of a sale.
        "hop.works": State(pgettext_lazy("hop of a sale", "Works"), GOOD),
        "hop.quiet": State(_("Quiet"), WAITING),
        "hop.broken": State(pgettext_lazy("hop of a sale", "Broken"), PROBLEM),
        "hop.never": State(pgettext_lazy("hop of a sale", "Never yet"), NEUTRAL),
        # Stores, mail, jobs, books.
        "receiving": State(_("Receiving"), GOOD),
        "quiet": State(_("Quiet"), WAITING),
        "failing": State(_("Failing"), PROBLEM),
        "not_connected": State(_("Waits for the first event"), WAITING),
        "processed": State(_("Processed"), GOOD),
        "stored": State(_("Waiting"), WAITING),
        "ignored": State(_("Set aside"), NEUTRAL),
        "waiting": State(_("Waiting"), WAITING),
        "endpoint.warned": State(_("Failing"), PROBLEM),
        "endpoint.stopped": State(_("Stopped"), NEUTRAL),
        "delivery.delivered": State(_("Delivered"), GOOD),
        "delivery.failed": State(_("Not delivered"), PROBLEM),
        "store_code.working": State(_("Works in the shop"), GOOD),
        "store_code.making": State(_("Being made in the shop"), WAITING),
        "store_code.ending": State(_("Being ended in the shop"), WAITING),
        "store_code.failed": State(_("Not in the shop yet"), PROBLEM),
        "store_code.differs": State(_("Differs in the shop"), REVIEW),
        "store_code.foreign": State(_("In the shop before"), REVIEW),
        "store_code.ended": State(_("Ended in the shop"), NEUTRAL),
        "link_broken": State(pgettext_lazy("link", "Does not work"), PROBLEM),
        "unread": State(pgettext_lazy("news", "New"), REVIEW),
        "kept": State(_("Kept here"), NEUTRAL),
        "verified": State(_("Verified"), GOOD),
        "switched_off": State(_("Switched off"), NEUTRAL),
        "switched_on": State(_("Switched on"), GOOD),
        "ok": State(pgettext_lazy("health", "Well"), GOOD),
        "look": State(_("Worth a look"), WAITING),
        "act": State(_("Needs you"), PROBLEM),
        "late": State(_("Late"), PROBLEM),
        "balanced": State(_("Books balance"), GOOD),
        "differ": State(_("Books differ"), PROBLEM),
    }
)


def get_state(name: str, *, kind: str = "") -> State:
    """Return how a state is shown; `kind` picks between two meanings of one word.

    :raises KeyError: no page shows such a state.
    """
    return STATES.get(f"{kind}.{name}") or STATES[name]
