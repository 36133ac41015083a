"""What is answered about clicks, orders and money: one serializer a noun."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.serializers import Serializer

from portal.api.fields import Moment
from portal.api.out import (
    DAY,
    LATER,
    CreatorOut,
    EnrollmentOut,
    LinkOut,
    ProgramOut,
    id_of,
    whole,
)


class ClickOut(Serializer[Any]):
    """One request to a link, counted or not, with the reason."""

    id = serializers.CharField()
    at = Moment()
    link = serializers.CharField()
    enrollment = serializers.CharField()
    creator = serializers.CharField()
    program = serializers.CharField()
    verdict = serializers.CharField()
    is_counted = serializers.BooleanField()
    reason = serializers.CharField(help_text="The verdict in a sentence.")
    country = serializers.CharField()
    referrer = serializers.CharField(help_text="The host it came from; empty where unknown.")
    sub_id = serializers.CharField()

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "clk_019b1f6a3c4d7e8f9a0b1c2d3e4f5a6b",
        "at": DAY,
        "link": LinkOut.EXAMPLE["id"],
        "enrollment": EnrollmentOut.EXAMPLE["id"],
        "creator": CreatorOut.EXAMPLE["id"],
        "program": ProgramOut.EXAMPLE["id"],
        "verdict": "counted",
        "is_counted": True,
        "reason": "Counted.",
        "country": "DE",
        "referrer": "anna.example",
        "sub_id": "",
    }


class CandidateOut(Serializer[Any]):
    """Somebody who could have had the credit, and why he has it or not."""

    kind = serializers.CharField(help_text="click, code, bound, subscription or manual.")
    enrollment = serializers.CharField()
    creator = serializers.CharField()
    is_winner = serializers.BooleanField()
    reason_code = serializers.CharField()
    reason = serializers.CharField(help_text="The code in a sentence, as Accept-Language asks.")
    link = serializers.CharField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    click = serializers.CharField(allow_null=True)

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "kind": "code",
        "enrollment": EnrollmentOut.EXAMPLE["id"],
        "creator": CreatorOut.EXAMPLE["id"],
        "is_winner": True,
        "reason_code": "attr.won_code",
        "reason": "Anna Beck: code ANNA10.",
        "link": None,
        "code": "anna10",
        "click": None,
    }


class AttributionOut(Serializer[Any]):
    """Who got an order and why, with every candidate; also where nobody did."""

    enrollment = serializers.CharField(allow_null=True)
    creator = serializers.CharField(allow_null=True)
    reason_code = serializers.CharField()
    reason = serializers.CharField()
    at = Moment()
    candidates = CandidateOut(many=True)

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "enrollment": EnrollmentOut.EXAMPLE["id"],
        "creator": CreatorOut.EXAMPLE["id"],
        "reason_code": "attr.won_code",
        "reason": "Anna Beck: code ANNA10.",
        "at": DAY,
        "candidates": [CandidateOut.EXAMPLE],
    }


class OrderOut(Serializer[Any]):
    """What is known of an order or a lead, merged from all that its store sent."""

    id = id_of("public_id")
    kind = serializers.CharField(help_text="order or lead.")
    store = id_of("connection.public_id")
    external_id = serializers.CharField(source="external_order_id")
    number = serializers.CharField(source="external_number")
    state = serializers.CharField()
    currency = serializers.CharField()
    total_minor = whole()
    net_minor = whole()
    refunded_minor = whole()
    country = serializers.CharField()
    is_test = serializers.BooleanField()
    placed_at = Moment(allow_null=True)
    paid_at = Moment(allow_null=True)
    cancelled_at = Moment(allow_null=True)
    received_at = Moment(source="first_received_at")
    updated_at = Moment()
    attribution = AttributionOut(allow_null=True, help_text="null until its own message came.")
    commissions = serializers.ListField(
        child=serializers.CharField(), source="commissions_shown", help_text="Their ids."
    )

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "ord_b2k7w2q9d4m5n8x3c6v7",
        "kind": "order",
        "store": "con_w2q9d4m5n8x3c6v7b2k7",
        "external_id": "1042",
        "number": "#1042",
        "state": "paid",
        "currency": "EUR",
        "total_minor": 10000,
        "net_minor": 10000,
        "refunded_minor": 0,
        "country": "DE",
        "is_test": False,
        "placed_at": DAY,
        "paid_at": DAY,
        "cancelled_at": None,
        "received_at": DAY,
        "updated_at": DAY,
        "attribution": AttributionOut.EXAMPLE,
        "commissions": ["cmn_7w2q9d4m5n8x3c6v7b2k"],
    }


class PricedLineOut(Serializer[Any]):
    """The arithmetic of one line: base - refunded = counted; counted by the rule = earned.

    `amount` is what is left of `earned` after caps.
    """

    line = serializers.CharField(source="line_id")
    title = serializers.CharField()
    quantity = whole()
    base_minor = whole(source="base")
    refunded_minor = whole(source="refunded")
    counted_minor = whole(source="counted")
    rule = serializers.CharField(source="rule_name", help_text="Empty: no rule took the line.")
    rule_kind = serializers.CharField(source="kind", allow_null=True)
    rate_bps = whole(help_text="1000 is 10 %.")
    flat_minor = whole(source="flat", allow_null=True)
    earned_minor = whole(source="earned")
    amount_minor = whole(source="amount")
    reason_code = serializers.CharField(source="code")


class StepOut(Serializer[Any]):
    """What happens after the lines: a cap with the change it makes, or a note with 0."""

    reason_code = serializers.CharField(source="code")
    change_minor = whole(source="change")


class PricingOut(Serializer[Any]):
    """How a commission comes about, as it is priced now."""

    total_minor = whole(source="total")
    lines = PricedLineOut(many=True)
    steps = StepOut(many=True)


class CommissionOut(Serializer[Any]):
    """What an order or an award earns a creator."""

    id = id_of("public_id")
    kind = serializers.CharField()
    order = serializers.CharField(source="order_shown", allow_null=True)
    enrollment = id_of("enrollment.public_id")
    creator = id_of("affiliation.public_id")
    program = id_of("program.public_id")
    state = serializers.CharField(help_text="pending, released, reversed or rejected.")
    is_in_review = serializers.BooleanField()
    is_paid = serializers.BooleanField()
    currency = serializers.CharField()
    amount_minor = whole()
    reason_code = serializers.CharField()
    pricing = PricingOut(source="priced", allow_null=True)
    release_at = Moment(allow_null=True, help_text="Set once, and never moved.")
    released_at = Moment(allow_null=True)
    rejected_at = Moment(allow_null=True)
    reject_reason = serializers.CharField()
    paid_at = Moment(allow_null=True)
    created_at = Moment()

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "cmn_7w2q9d4m5n8x3c6v7b2k",
        "kind": "sale",
        "order": OrderOut.EXAMPLE["id"],
        "enrollment": EnrollmentOut.EXAMPLE["id"],
        "creator": CreatorOut.EXAMPLE["id"],
        "program": ProgramOut.EXAMPLE["id"],
        "state": "pending",
        "is_in_review": False,
        "is_paid": False,
        "currency": "EUR",
        "amount_minor": 1000,
        "reason_code": "",
        "pricing": {
            "total_minor": 1000,
            "lines": [
                {
                    "line": "1",
                    "title": "Ceramic cups",
                    "quantity": 1,
                    "base_minor": 10000,
                    "refunded_minor": 0,
                    "counted_minor": 10000,
                    "rule": "Everything",
                    "rule_kind": "percent",
                    "rate_bps": 1000,
                    "flat_minor": None,
                    "earned_minor": 1000,
                    "amount_minor": 1000,
                    "reason_code": "price.rule",
                }
            ],
            "steps": [],
        },
        "release_at": LATER,
        "released_at": None,
        "rejected_at": None,
        "reject_reason": "",
        "paid_at": None,
        "created_at": DAY,
    }


class PayoutOut(Serializer[Any]):
    """Money on its way to one creator in one currency."""

    id = id_of("public_id")
    run = id_of("plan.public_id")
    creator = id_of("affiliation.public_id")
    rail = serializers.CharField()
    currency = serializers.CharField()
    amount_minor = whole(help_text="The commission.")
    vat_minor = whole()
    withheld_minor = whole()
    sent_minor = whole(help_text="What leaves to the creator.")
    status = serializers.CharField()
    reason_code = serializers.CharField(source="code")
    reference = serializers.CharField()
    approved_at = Moment()
    sent_at = Moment(allow_null=True)
    paid_at = Moment(allow_null=True)
    closed_at = Moment(allow_null=True)

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "pay_2q9d4m5n8x3c6v7b2k7w",
        "run": "pln_9d4m5n8x3c6v7b2k7w2q",
        "creator": CreatorOut.EXAMPLE["id"],
        "rail": "csv",
        "currency": "EUR",
        "amount_minor": 1000,
        "vat_minor": 0,
        "withheld_minor": 0,
        "sent_minor": 1000,
        "status": "paid",
        "reason_code": "",
        "reference": "",
        "approved_at": LATER,
        "sent_at": LATER,
        "paid_at": LATER,
        "closed_at": LATER,
    }


class StatementOut(Serializer[Any]):
    """What a creator was told of a month or a payout, as it was issued; it never changes."""

    id = id_of("public_id")
    creator = id_of("affiliation.public_id")
    currency = serializers.CharField()
    number = whole()
    month = serializers.DateField(allow_null=True)
    payout = serializers.CharField(source="payout_shown", allow_null=True)
    opening_minor = whole()
    closing_minor = whole()
    sha256 = serializers.CharField(help_text="Of `content`, as UTF-8.")
    issued_at = Moment()

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "id": "stm_9d4m5n8x3c6v7b2k7w2q",
        "creator": CreatorOut.EXAMPLE["id"],
        "currency": "EUR",
        "number": 1,
        "month": "2026-11-01",
        "payout": None,
        "opening_minor": 0,
        "closing_minor": 1000,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "issued_at": LATER,
    }


class StatementDetailOut(StatementOut):
    """A statement with its content: canonical JSON, made from the books alone."""

    content = serializers.CharField()

    EXAMPLE: ClassVar[dict[str, Any]] = {**StatementOut.EXAMPLE, "content": "{}"}
