"""Which tests stand for which module: they need neither a database nor Django."""

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
        "tests/tracking/test_attribution_properties.py",
    ),
    "tracking/domain/obstacles.py": (
        "tests/tracking/test_attribution.py",
        "tests/tracking/test_attribution_properties.py",
    ),
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
}
