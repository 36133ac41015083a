"""Money is whole minor units beside its currency: in every column, field and line of code (I-03).

Two currencies never meet in one sum (I-13).
"""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

from core.money import CurrencyMismatch, Money
from ledger.models import Account
from payouts.models import Payout, PayoutPlan
from tracking.models import Commission, Order

ROOT = Path(__file__).resolve().parents[2]
OURS = ("core", "ledger", "brands", "affiliates", "tracking", "payouts", "portal")
# Where amounts are reckoned. Outside of it floats are widths of bars and seconds.
RECKONING = (
    "core/money.py",
    "brands/domain",
    "ledger",
    "payouts/domain",
    "payouts/rails/stripe/amounts.py",
    "payouts/services",
    "tracking/domain",
    "tracking/integrations",
    "tracking/services",
)
# How improbable a count of orders is; no amount.
CHANCES = {"tracking/domain/drops.py", "tracking/domain/hops.py"}
# Division that rounds nothing that is kept: a quarter of a time, a quotient of Decimals.
DIVIDING = {"payouts/services/sending.py", "tracking/integrations/shopify/refund.py"}


def sources() -> list[Path]:
    found = [ROOT / name for name in RECKONING]
    return [
        path
        for one in found
        for path in ([one] if one.is_file() else sorted(one.rglob("*.py")))
        if path.relative_to(ROOT).as_posix() not in CHANCES
    ]


def is_inexact(node: ast.AST) -> bool:
    """Tell whether an expression is a float, makes one, or divides."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"float", "round"}
    return isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)


def test_no_model_has_a_field_that_rounds():
    fields = [field for model in apps.get_models() for field in model._meta.fields]
    inexact = [
        field for field in fields if isinstance(field, models.FloatField | models.DecimalField)
    ]
    amounts = [field for field in fields if field.name.endswith("_minor")]

    assert inexact == []
    assert amounts
    assert [field for field in amounts if not isinstance(field, models.BigIntegerField)] == []


@pytest.mark.django_db
def test_no_column_of_the_database_rounds_or_takes_nan():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
            " AND data_type IN ('real', 'double precision', 'numeric', 'money')"
        )
        assert cursor.fetchall() == []


def test_no_line_that_reckons_with_amounts_uses_a_float():
    inexact = [
        (path.relative_to(ROOT).as_posix(), ast.unparse(node))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if is_inexact(node)
    ]

    assert len(sources()) > 40
    assert [found for found in inexact if found[0] not in DIVIDING] == []
    assert len(inexact) == len(DIVIDING)


def test_every_amount_in_a_row_has_its_currency_beside_it():
    for model in (Account, Commission, Order, Payout, PayoutPlan):
        assert isinstance(model._meta.get_field("currency"), models.CharField)


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__"])
def test_two_currencies_are_never_added_or_compared(operation):
    with pytest.raises(CurrencyMismatch):
        getattr(Money(1, "EUR"), operation)(Money(1, "USD"))
