"""Payouts and statements."""

from collections.abc import Sequence

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from brands.models import Scope
from payouts.access import get_payout_for, get_statement_for
from payouts.models import Payout, Statement
from payouts.selectors import list_payouts_of_brand
from payouts.selectors_statements import list_statements_of_brand
from portal.api.asked import PayoutQuery, StatementQuery, narrow
from portal.api.base import ApiView
from portal.api.out_sales import PayoutOut, StatementDetailOut, StatementOut
from portal.api.schema import Operation


class Payouts(ApiView):
    tag = "Money"
    operations = {
        "GET": Operation(
            name="list_payouts",
            summary="List payouts",
            words="Money on its way to creators. What one covers: commissions with `payout`.",
            scope=Scope.PAYOUTS_READ,
            out=PayoutOut,
            query=PayoutQuery,
        )
    }

    def list_all(self) -> QuerySet[Payout]:
        return list_payouts_of_brand(self.access.brand)

    def get(self, _request: Request) -> Response:
        asked = self.read_query()
        rows = narrow(
            self.list_all(),
            asked,
            at="approved_at",
            creator="affiliation__public_id",
            status="status",
        )
        return self.answer_page(rows, asked)


class OnePayout(ApiView):
    tag = "Money"
    operations = {
        "GET": Operation(
            name="get_payout",
            summary="Read a payout",
            words="One payout of the brand.",
            scope=Scope.PAYOUTS_READ,
            out=PayoutOut,
        )
    }

    def get(self, _request: Request, payout_id: str) -> Response:
        return Response(PayoutOut(get_payout_for(self.access, payout_id)).data)


class Statements(ApiView):
    tag = "Money"
    operations = {
        "GET": Operation(
            name="list_statements",
            summary="List statements",
            words="What creators were told of each month and payout, without the content.",
            scope=Scope.PAYOUTS_READ,
            out=StatementOut,
            query=StatementQuery,
        )
    }

    def list_all(self) -> QuerySet[Statement]:
        return list_statements_of_brand(self.access.brand)

    def get(self, _request: Request) -> Response:
        asked = self.read_query()
        rows = self.list_all().select_related("payout", "affiliation")
        rows = narrow(rows, asked, at="issued_at", creator="affiliation__public_id")
        return self.answer_page(rows, asked, _show)


class OneStatement(ApiView):
    tag = "Money"
    operations = {
        "GET": Operation(
            name="get_statement",
            summary="Read a statement",
            words="One statement with its content, whose hash is beside it.",
            scope=Scope.PAYOUTS_READ,
            out=StatementDetailOut,
        )
    }

    def get(self, _request: Request, statement_id: str) -> Response:
        found = get_statement_for(self.access, statement_id)
        return Response(StatementDetailOut(_show([found])[0]).data)


def _show(statements: Sequence[Statement]) -> list[Statement]:
    for one in statements:
        one.payout_shown = one.payout.public_id if one.payout else None  # type: ignore[attr-defined]
    return list(statements)
