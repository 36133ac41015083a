"""The seventeen traps of the trade, and the tests that hold each of them.

PRODUCT names a trap in one line; here stand the tests, by file and name. A test that is renamed,
skipped or left to the night breaks this list, so the list is true.
"""

from importlib import import_module
from typing import Any

import pytest

TRAPS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: (
        "A refund of a tenth takes a tenth of the commission",
        (
            "tracking.test_chain::test_a_refund_of_a_tenth_takes_a_tenth_of_the_commission",
            "brands.test_pricing_properties"
            "::test_a_refund_by_amount_takes_exactly_itself_from_the_goods",
        ),
    ),
    2: (
        "A refund after the payout is a clawback, shown to both and netted later",
        (
            "payouts.test_payouts::test_a_refund_after_payout_is_netted_and_never_paid_twice",
            "tracking.test_chain::test_a_refund_after_release_is_a_clawback",
            "portal.test_story::test_a_refund_after_the_release_is_told_as_a_clawback",
        ),
    ),
    3: (
        "What cannot be stored is answered with 5xx, comes again and is one order",
        (
            "tracking.test_chain"
            "::test_what_cannot_be_stored_is_answered_with_a_server_error_and_comes_again",
            "chaos.test_kill_processing::test_a_store_that_got_no_answer_sends_again_and_is_served",
        ),
    ),
    4: (
        "A refund before its order ends in the same state",
        (
            "tracking.test_chain::test_a_refund_before_its_order_ends_in_the_same_state",
            "chaos.test_convergence::test_facts_told_in_any_way_end_as_told_once_in_order",
        ),
    ),
    5: (
        "A changed hold leaves yesterday's dates",
        (
            "tracking.test_chain::test_a_changed_hold_leaves_the_dates_of_what_is_earned",
            "tracking.test_chain::test_the_database_refuses_to_release_early_or_to_move_the_date",
        ),
    ),
    6: (
        "Of two rules that match the first wins and is named",
        (
            "tracking.test_chain::test_the_first_fitting_rule_wins_and_is_named",
            "brands.test_pricing_properties"
            "::test_each_line_goes_to_the_first_rule_that_takes_it_alone",
        ),
    ),
    7: (
        "An edited order keeps its product's and its country's rates",
        (
            "tracking.test_edits::test_an_edit_keeps_the_country_the_order_came_from",
            "tracking.test_edits::test_a_line_keeps_the_rate_that_the_larger_order_gave_it",
            "tracking.test_chain::test_an_edited_order_is_priced_again_by_the_rules_it_had",
        ),
    ),
    8: (
        "A sale that earns nothing is recorded with its reason",
        (
            "tracking.test_chain::test_a_sale_that_earns_nothing_is_recorded_with_its_reason",
            "tracking.test_chain::test_an_order_without_a_signal_is_recorded_with_its_reason",
        ),
    ),
    9: (
        "59.00 less 20.00 at half is 19.50; a discount is split by value",
        (
            "brands.test_pricing"
            "::TestTraps.test_9_a_discount_of_twenty_on_fifty_nine_at_half_is_nineteen_fifty",
            "tracking.test_shopify"
            "::test_bodies_from_before_applications_spread_their_discount_by_value",
        ),
    ),
    10: (
        "Yen and dinar are right to the minor unit; euro and dollar never meet",
        (
            "tracking.test_chain::test_currencies_are_kept_apart_and_right_to_the_minor_unit",
            "core.test_money_types::test_two_currencies_are_never_added_or_compared",
            "ledger.test_ledger::test_two_currencies_do_not_balance_each_other",
        ),
    ),
    11: (
        "Two shoppers behind one address with one browser are two clicks",
        (
            "tracking.test_redirect"
            "::test_two_shoppers_behind_one_address_with_the_same_browser_are_two_clicks",
        ),
    ),
    12: (
        "Every kind of machine has a test, and its visit is kept with the reason",
        (
            "tracking.test_redirect"
            "::test_a_visit_that_does_not_count_is_kept_with_its_reason_and_gets_no_token",
            "tracking.test_verdict::test_the_lists_own_samples_are_caught",
            "tracking.test_verdict::test_a_persons_browser_is_never_caught",
        ),
    ),
    13: (
        "Failed, paid, refunded, disputed, won: every order of events ends the same",
        (
            "chaos.test_convergence::test_facts_told_in_any_way_end_as_told_once_in_order",
            "tracking.test_merge_properties::test_any_order_and_any_repeats_give_the_same_state",
            "tracking.test_chain::test_disputed_won_and_lost_end_where_the_store_says",
        ),
    ),
    14: (
        "Two workers build the payout at once: one payout, everything in it once",
        (
            "chaos.test_two_workers::test_workers_at_once_release_approve_and_send_everything_once",
            "chaos.test_two_workers::test_with_no_row_lock_at_all_the_database_still_pays_once",
        ),
    ),
    15: (
        "An old slug is refused to others and credits the first creator",
        (
            "tracking.test_old_links"
            "::test_the_old_name_of_a_link_is_nobody_elses_and_still_credits_the_first_creator",
            "affiliates.test_links::test_a_changed_slug_keeps_working_and_nobody_else_gets_it",
        ),
    ),
    16: (
        "A worker killed between claim and effect: the retry makes the effect",
        (
            "chaos.test_kill_processing::test_an_event_whose_worker_died_takes_effect_once",
            "chaos.test_convergence::test_facts_told_in_any_way_end_as_told_once_in_order",
        ),
    ),
    17: (
        "Redis is gone: the redirect answers, no click and no money fact is lost",
        (
            "chaos.test_redis_gone"
            "::test_without_redis_everybody_is_answered_and_every_fact_is_kept",
            "core.test_jobs::test_a_broker_that_is_away_fails_nobody_and_is_left_alone_for_a_moment",
        ),
    ),
}


def test_there_are_seventeen():
    assert sorted(TRAPS) == list(range(1, 18))


@pytest.mark.parametrize("number", TRAPS)
def test_the_tests_that_hold_a_trap_exist_and_run_in_the_gate(number: int):
    _, tests = TRAPS[number]

    assert tests
    for path in tests:
        assert runs_in_the_gate(path), path


def runs_in_the_gate(path: str) -> bool:
    """Tell whether `module::[Class.]test` is a test that no mark takes out of the gate."""
    module_name, _, name = path.partition("::")
    found: Any = import_module(f"tests.{module_name}")
    marks = list(marks_of(found))
    for part in name.split("."):
        found = getattr(found, part)
        marks += marks_of(found)
    taken_out = {"nightly", "skip", "skipif", "xfail"} & {mark.name for mark in marks}
    return callable(found) and found.__name__.startswith("test_") and not taken_out


def marks_of(thing: Any) -> list[pytest.Mark]:
    marks = getattr(thing, "pytestmark", [])
    listed = marks if isinstance(marks, list) else [marks]
    return [getattr(mark, "mark", mark) for mark in listed]
