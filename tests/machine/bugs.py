"""Bugs to be planted: each is a mistake somebody could make, and the machine must find it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F, QuerySet, Sum

from brands.domain import pricing
from ledger.models import AccountKind, EntryKind, Posting
from payouts import selectors_tax
from payouts.domain import plan, tax
from payouts.domain.tax import TaxTerms, Treatment
from payouts.models import TaxSettings
from payouts.rails.stripe.adapter import StripeRail
from payouts.services import invoices, moves, planning, sending
from payouts.services.rails import NotFound, Outcome, Refused, Sent, Unknown
from tracking.domain import merge
from tracking.models import Commission
from tracking.services import caps, commissions, deciding, posting, release

Patch = pytest.MonkeyPatch
Bug = Callable[[Patch], None]


def hold_follows_the_setting(patch: Patch) -> None:
    original = commissions._set_dates

    def set_dates(commission: Any, state: Any) -> None:
        commission.hold_days, commission.release_at = commission.program.hold_days, None
        original(commission, state)

    patch.setattr(commissions, "_set_dates", set_dates)


def released_a_second_early(patch: Patch) -> None:
    due, second = release._due, timedelta(seconds=1)
    patch.setattr(release, "_due", lambda brand_id, now: due(brand_id, now + second))


def released_in_review(patch: Patch) -> None:
    def due(brand_id: int, now: Any) -> QuerySet[Commission]:
        return Commission.objects.filter(
            brand_id=brand_id,
            release_at__lte=now,
            released_at__isnull=True,
            has_unposted_change=False,
            affiliation__status="active",
        )

    patch.setattr(release, "_due", due)


def last_arrival_wins(patch: Patch) -> None:
    patch.setattr(merge, "_newer_snapshot", lambda known, told: told)


def refund_applied_per_event(patch: Patch) -> None:
    name = "{0.external_refund_id}@{0.occurred_at}".format
    patch.setattr(merge, "_refund_id", name)


def failed_refund_still_counts(patch: Patch) -> None:
    patch.setitem(merge._REFUND_RANK, "failed", -1)


def delta_ignores_what_is_posted(patch: Patch) -> None:
    post = commissions.post_change

    def post_change(*, commission: Any, delta_minor: int, **facts: Any) -> Any:
        target = commission.amount_minor + delta_minor
        return post(commission=commission, delta_minor=target or delta_minor, **facts)

    patch.setattr(commissions, "post_change", post_change)


def clawback_on_pending(patch: Patch) -> None:
    post = commissions.post_change

    def post_change(*, commission: Any, **facts: Any) -> Any:
        released_at, commission.released_at = commission.released_at, None
        try:
            return post(commission=commission, **facts)
        finally:
            commission.released_at = released_at

    patch.setattr(commissions, "post_change", post_change)


def cap_forgotten_on_reprice(patch: Patch) -> None:
    list_caps = pricing._list_caps

    def list_some(order: Any, *rest: Any) -> Any:
        is_refunded = order.amount_refunded or any(line.refunded_net for line in order.lines)
        return [] if is_refunded else list_caps(order, *rest)

    patch.setattr(pricing, "_list_caps", list_some)


def cap_ignores_growth(patch: Patch) -> None:
    """Ask the caps once: what is edited up later takes by what was left then."""
    take = deciding.take_share

    def take_share(*, share: caps.Share, **facts: Any) -> caps.Share:
        return share if share.left else take(share=share, **facts)

    patch.setattr(deciding, "take_share", take_share)


def cap_run_cut_in_utc(patch: Patch) -> None:
    patch.setattr(caps, "ZoneInfo", lambda _name: ZoneInfo("UTC"))


def cap_counts_who_asks(patch: Patch) -> None:
    spent = caps._spent
    patch.setattr(caps, "_spent", lambda one, key: spent(one, key) + one.amount_minor)


def budget_given_back_twice(patch: Patch) -> None:
    spent = caps._spent

    def spent_less(one: Any, key: str) -> int:
        given_back = F("highest_minor") - F("amount_minor")
        others = Commission.objects.filter(program=one.program_id, currency=one.currency)
        sums = others.exclude(pk=one.pk).aggregate(total=Sum(given_back))
        return spent(one, key) - (sums["total"] or 0 if key == "budget" else 0)

    patch.setattr(caps, "_spent", spent_less)


def rejected_keeps_its_share(patch: Patch) -> None:
    spent = caps._spent

    def spent_more(one: Any, key: str) -> int:
        rejected = Commission.objects.filter(
            enrollment=one.enrollment_id, currency=one.currency, rejected_at__isnull=False
        )
        sums = rejected.exclude(pk=one.pk).aggregate(total=Sum("highest_minor"))
        return spent(one, key) + (sums["total"] or 0)

    patch.setattr(caps, "_spent", spent_more)


def rate_of_now(patch: Patch) -> None:
    at, year = deciding.list_rules_at, timedelta(days=365)
    patch.setattr(deciding, "list_rules_at", lambda program, when: at(program, when + year))


def currencies_mixed(patch: Patch) -> None:
    post = posting.post_entry

    def post_entry(*, draft: Any, **facts: Any) -> Any:
        return post(draft=replace(draft, currency="EUR"), **facts)

    patch.setattr(posting, "post_entry", post_entry)


def unhold_doubled(patch: Patch) -> None:
    held = posting.held_minor
    patch.setattr(posting, "held_minor", lambda commission: 2 * held(commission))


def payout_ignores_clawbacks(patch: Patch) -> None:
    balances_of = planning.list_party_balances

    def list_party_balances(**facts: Any) -> Any:
        found = balances_of(**facts)
        for (party, currency), kinds in found.items():
            back = Posting.objects.filter(
                entry__kind=EntryKind.CLAWBACK,
                account__kind=AccountKind.PAYABLE,
                account__party_id=party,
                account__currency=currency,
            ).aggregate(total=Sum("amount_minor"))["total"]
            kinds[AccountKind.PAYABLE] = kinds.get(AccountKind.PAYABLE, 0) - (back or 0)
        return found

    patch.setattr(planning, "list_party_balances", list_party_balances)


def suspended_creator_is_paid(patch: Patch) -> None:
    patch.setattr(plan, "_gate_suspended", lambda payee: None)


def pause_of_a_new_method_forgotten(patch: Patch) -> None:
    patch.setattr(plan, "_gate_cooling", lambda payee, now: None)


def new_key_on_each_try(patch: Patch) -> None:
    instruction_of = sending.instruction_of

    def another(attempt: Any) -> Any:
        return replace(instruction_of(attempt), attempt_key=uuid4())

    patch.setattr(sending, "instruction_of", another)


def paid_on_timeout(patch: Patch) -> None:
    _answer_instead(patch, Sent("tr_surely", is_paid=True))


def failed_on_timeout(patch: Patch) -> None:
    _answer_instead(patch, Refused("other", "no answer"))


def absent_without_looking(patch: Patch) -> None:
    """Believe that nothing was sent, at once, and make another attempt with another key."""
    nothing = NotFound(is_complete=True)
    patch.setattr(StripeRail, "lookup", lambda self, instruction: nothing)
    patch.setattr(sending, "can_declare_absent", lambda **facts: True)


def tax_rate_of_tomorrow(patch: Patch) -> None:
    decide, day = selectors_tax.decide_tax, timedelta(days=1)

    def decide_tax(*, on: Any, **facts: Any) -> Any:
        return decide(on=on + day, **facts)

    patch.setattr(selectors_tax, "decide_tax", decide_tax)


def withheld_of_the_sum_with_vat(patch: Patch) -> None:
    withheld = TaxTerms.withheld_of

    def withheld_of(terms: TaxTerms, amount_minor: int) -> int:
        return withheld(terms, amount_minor + terms.vat_of(amount_minor))

    patch.setattr(TaxTerms, "withheld_of", withheld_of)


def tax_kept_on_failure(patch: Patch) -> None:
    """Give the commission back, and leave to the tax office what was withheld of it."""
    post = moves.post_entries

    def post_entries(*, drafts: Any, **facts: Any) -> Any:
        return post(drafts=[one for one in drafts if one.kind != EntryKind.WITHHOLD], **facts)

    patch.setattr(moves, "post_entries", post_entries)


def vat_within_the_union(patch: Patch) -> None:
    find = tax.find_treatment

    def find_treatment(*facts: Any) -> Treatment:
        found = find(*facts)
        return Treatment.DOMESTIC if found is Treatment.REVERSE_CHARGE else found

    patch.setattr(tax, "find_treatment", find_treatment)


def number_taken_and_not_used(patch: Patch) -> None:
    """Take the number of an invoice before it is known whether one is written."""
    agrees = invoices._agrees

    def agrees_with_number(profile: Any, payout: Any, now: Any) -> bool:
        found = agrees(profile, payout, now)
        if not found:
            rows = TaxSettings.objects.filter(brand_id=payout.brand_id)
            rows.update(last_invoice=F("last_invoice") + 1)
        return found

    patch.setattr(invoices, "_agrees", agrees_with_number)


def returned_money_is_lost(patch: Patch) -> None:
    patch.setattr(moves, "_give_back", lambda *facts: None)


def _answer_instead(patch: Patch, answer: Outcome) -> None:
    submit = StripeRail.submit

    def submit_and_guess(self: StripeRail, *, instruction: Any) -> Outcome:
        outcome = submit(self, instruction=instruction)
        return answer if isinstance(outcome, Unknown) else outcome

    patch.setattr(StripeRail, "submit", submit_and_guess)


BUGS: tuple[Bug, ...] = (
    refund_applied_per_event,
    currencies_mixed,
    failed_on_timeout,
    released_a_second_early,
    hold_follows_the_setting,
    released_in_review,
    last_arrival_wins,
    failed_refund_still_counts,
    delta_ignores_what_is_posted,
    clawback_on_pending,
    cap_forgotten_on_reprice,
    cap_ignores_growth,
    cap_run_cut_in_utc,
    cap_counts_who_asks,
    budget_given_back_twice,
    rejected_keeps_its_share,
    rate_of_now,
    unhold_doubled,
    payout_ignores_clawbacks,
    suspended_creator_is_paid,
    pause_of_a_new_method_forgotten,
    new_key_on_each_try,
    paid_on_timeout,
    absent_without_looking,
    tax_rate_of_tomorrow,
    withheld_of_the_sum_with_vat,
    tax_kept_on_failure,
    vat_within_the_union,
    number_taken_and_not_used,
    returned_money_is_lost,
)
