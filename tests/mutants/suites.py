"""Which tests stand for which module: of DOMAIN they need neither a database nor Django."""

from collections.abc import Mapping

PRICING = (
    "tests/brands/test_pricing.py",
    "tests/brands/test_bases.py",
    "tests/brands/test_rules.py",
    "tests/brands/test_pricing_properties.py",
)
MERGE = (
    "tests/tracking/test_merge.py",
    "tests/tracking/test_standing.py",
    "tests/tracking/test_merge_properties.py",
)

DOMAIN: Mapping[str, tuple[str, ...]] = {
    "core/money.py": ("tests/core/test_money.py",),
    "brands/domain/bases.py": PRICING,
    "brands/domain/pricing.py": PRICING,
    "brands/domain/rules.py": PRICING,
    "tracking/domain/merge.py": MERGE,
    "tracking/domain/standing.py": MERGE,
    "tracking/domain/release.py": ("tests/tracking/test_release.py",),
    "tracking/domain/attribution.py": (
        "tests/tracking/test_attribution.py",
        "tests/tracking/test_checks.py",
        "tests/tracking/test_attribution_properties.py",
    ),
    "tracking/domain/obstacles.py": (
        "tests/tracking/test_attribution.py",
        "tests/tracking/test_attribution_properties.py",
    ),
    "tracking/domain/checks.py": ("tests/tracking/test_checks.py",),
    "tracking/domain/codeuses.py": ("tests/tracking/test_codeuses_domain.py",),
    "tracking/domain/doubles.py": ("tests/tracking/test_checks.py",),
    "tracking/domain/token.py": ("tests/tracking/test_token.py",),
    "payouts/domain/plan.py": (
        "tests/payouts/test_plan.py",
        "tests/payouts/test_limits.py",
        "tests/payouts/test_tax_terms.py",
    ),
    "payouts/domain/quoting.py": ("tests/payouts/test_tax_terms.py",),
    "payouts/domain/tax.py": ("tests/payouts/test_tax_terms.py",),
    "payouts/domain/limits.py": ("tests/payouts/test_limits.py",),
    "payouts/domain/states.py": ("tests/payouts/test_states.py",),
    "affiliates/domain/goals.py": ("tests/affiliates/test_goals_domain.py",),
    "affiliates/domain/tiers.py": ("tests/affiliates/test_tiers_domain.py",),
    "brands/domain/awards.py": ("tests/brands/test_awards_pricing.py",),
    "payouts/domain/compare.py": ("tests/payouts/test_compare.py",),
}

SERVICES: Mapping[str, tuple[str, ...]] = {
    "ledger/services.py": (
        "tests/ledger/test_ledger.py",
        "tests/payouts/test_write_offs.py",
    ),
    "tracking/services/awards.py": (
        "tests/tracking/test_awards.py",
        "tests/tracking/test_caps_growth.py",
    ),
    "tracking/services/bonuses.py": (
        "tests/tracking/test_bonuses.py",
        "tests/tracking/test_bonusplans.py",
    ),
    "tracking/services/bonusplans.py": ("tests/tracking/test_bonusplans.py",),
    "tracking/services/budgets.py": (
        "tests/tracking/test_budgets.py",
        "tests/tracking/test_caps.py",
    ),
    "tracking/services/caps.py": (
        "tests/tracking/test_caps.py",
        "tests/tracking/test_caps_growth.py",
    ),
    "tracking/services/commissions.py": (
        "tests/tracking/test_leads.py",
        "tests/tracking/test_awards.py",
        "tests/core/test_topics.py",
        "tests/tracking/test_chain.py",
        "tests/tracking/test_edits.py",
        "tests/tracking/test_caps_growth.py",
        "tests/portal/test_story.py",
        "tests/portal/test_order_changes.py",
    ),
    "tracking/services/counting.py": (
        "tests/tracking/test_counting.py",
        "tests/tracking/test_impressions.py",
    ),
    "tracking/services/deciding.py": (
        "tests/tracking/test_deciding.py",
        "tests/tracking/test_leads.py",
        "tests/tracking/test_binding.py",
        "tests/tracking/test_chain.py",
        "tests/tracking/test_edits.py",
        "tests/tracking/test_caps_growth.py",
        "tests/tracking/test_subscriptions.py",
    ),
    "tracking/services/deliverables.py": ("tests/tracking/test_deliverables.py",),
    "tracking/services/holds.py": (
        "tests/tracking/test_alike.py",
        "tests/tracking/test_asking.py",
        "tests/core/test_topics.py",
        "tests/portal/test_story.py",
        "tests/portal/test_order_changes.py",
    ),
    "tracking/services/orders.py": (
        "tests/core/test_topics.py",
        "tests/tracking/test_chain.py",
        "tests/tracking/test_edits.py",
        "tests/tracking/test_marking_tests.py",
        "tests/portal/test_order_changes.py",
    ),
    "tracking/services/posting.py": (
        "tests/tracking/test_awards.py",
        "tests/tracking/test_chain.py",
        "tests/tracking/test_caps_growth.py",
        "tests/portal/test_story.py",
        "tests/portal/test_order_changes.py",
        "tests/payouts/test_write_offs.py",
    ),
    "tracking/services/processing.py": (
        "tests/tracking/test_chain.py",
        "tests/tracking/test_sweeping.py",
        "tests/tracking/test_fetching.py",
    ),
    "tracking/services/release.py": (
        "tests/portal/test_story.py",
        "tests/tracking/test_awards.py",
        "tests/tracking/test_subscriptions.py",
        "tests/portal/test_forecast.py",
        "tests/payouts/test_payouts.py",
    ),
    "tracking/services/repricing.py": (
        "tests/tracking/test_repricing.py",
        "tests/tracking/test_caps.py",
        "tests/tracking/test_caps_growth.py",
    ),
    "tracking/services/review.py": (
        "tests/tracking/test_awards.py",
        "tests/tracking/test_caps_growth.py",
        "tests/tracking/test_marking_tests.py",
        "tests/portal/test_story.py",
    ),
    "tracking/services/subscriptions.py": ("tests/tracking/test_subscriptions.py",),
    "tracking/services/tiers.py": ("tests/tracking/test_tiers.py",),
    "payouts/services/approval.py": (
        "tests/payouts/test_payouts.py",
        "tests/payouts/test_second.py",
        "tests/payouts/test_taxed_payouts.py",
    ),
    "payouts/services/importing.py": ("tests/payouts/test_taxed_payouts.py",),
    "payouts/services/matching.py": ("tests/portal/test_reconcile.py",),
    "payouts/services/minimums.py": ("tests/payouts/test_own_minimums.py",),
    "payouts/services/moves.py": (
        "tests/payouts/test_payouts.py",
        "tests/payouts/test_sending.py",
        "tests/payouts/test_taxed_payouts.py",
        "tests/payouts/test_service_files.py",
    ),
    "payouts/services/planning.py": (
        "tests/payouts/test_payouts.py",
        "tests/payouts/test_taxed_payouts.py",
        "tests/payouts/test_method_changes.py",
    ),
    "payouts/services/rails.py": (
        "tests/payouts/test_stripe_rail.py",
        "tests/payouts/test_paypal_rail.py",
    ),
    "payouts/services/second.py": ("tests/payouts/test_second.py",),
    "payouts/services/sending.py": (
        "tests/payouts/test_sending.py",
        "tests/payouts/test_stripe_rail.py",
    ),
    "payouts/services/settling.py": ("tests/payouts/test_settling.py",),
    "payouts/services/statements.py": (
        "tests/payouts/test_statements.py",
        "tests/payouts/test_tax_documents.py",
    ),
    "payouts/services/tax.py": (
        "tests/payouts/test_tax.py",
        "tests/payouts/test_taxed_payouts.py",
    ),
    "payouts/services/taxrates.py": (
        "tests/payouts/test_tax.py",
        "tests/payouts/test_taxed_payouts.py",
    ),
    "payouts/services/write_offs.py": ("tests/payouts/test_write_offs.py",),
}
"""Services that move money or decide of how much; the nearest tests first."""
