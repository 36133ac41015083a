"""What the history of a commission says, change by change."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tracking.domain.story import Change, Told, tell_change, tell_story

AT = datetime(2026, 8, 12, tzinfo=UTC)
ISO = "2026-08-12T00:00:00.000000+00:00"


def pricing(*lines: tuple[int, int]) -> dict[str, Any]:
    """Return a price of lines as (base, refunded)."""
    return {
        "lines": [
            {"base": base, "refunded": refunded, "counted": base - refunded}
            for base, refunded in lines
        ]
    }


def change(code: str, before: int, after: int, **facts: Any) -> Change:
    return Change(
        code=code,
        at=facts.pop("at", AT),
        before_minor=before,
        after_minor=after,
        currency="EUR",
        **facts,
    )


EARNED = change("price.rule", 0, 1200, pricing=pricing((5143, 0), (6857, 0)))


def told(now: Change, previous: Change | None = EARNED) -> Told:
    return tell_change(change=now, previous=previous)


def test_the_first_price_earns():
    first = told(EARNED, None)

    assert first.code == "commission.earned"
    assert first.params == {
        "date": ISO,
        "currency": "EUR",
        "amount": 1200,
        "change": 1200,
        "member": None,
    }


def test_a_first_price_of_zero_says_why():
    assert told(change("price.no_rule", 0, 0), None).code == "price.no_rule"


def test_paying_an_order_that_waited_earns():
    waiting = change("hold.unpaid", 0, 0)

    assert told(waiting, None).code == "hold.unpaid"
    assert told(EARNED, waiting).code == "commission.earned"


def test_a_partial_refund_says_what_came_back_and_what_is_left():
    now = change("price.rule", 1200, 943, pricing=pricing((5143, 2571), (6857, 0)))

    said = told(now)

    assert said.code == "refund.partial"
    assert (said.params["refunded"], said.params["left"], said.params["change"]) == (
        2571,
        9429,
        -257,
    )


def test_a_refund_that_failed_is_undone():
    lowered = change("price.rule", 1200, 943, pricing=pricing((5143, 2571), (6857, 0)))
    raised = change("price.rule", 943, 1200, pricing=EARNED.pricing)

    said = told(raised, lowered)

    assert said.code == "refund.undone"
    assert said.params["amount"] == 257


def test_a_full_refund_that_failed_is_undone():
    refunded = change("refund.full", 1200, 0, pricing=pricing((0, 0), (0, 0)))
    again = change("price.rule", 0, 1200, pricing=EARNED.pricing)

    assert told(refunded).code == "refund.full"
    assert told(again, refunded).code == "refund.undone"


def test_an_edited_order_says_the_difference():
    now = change("price.rule", 1200, 1400, pricing=pricing((5143, 0), (8857, 0)))

    said = told(now)

    assert said.code == "price.edited"
    assert (said.params["amount"], said.params["change"]) == (1400, 200)


def test_a_change_that_the_order_does_not_explain_is_still_told():
    now = change("price.rule", 1200, 1100, pricing=EARNED.pricing)

    assert told(now).code == "commission.changed"
    assert told(change("price.rule", 1200, 1100)).code == "commission.changed"


def test_a_dispute_that_was_won_gives_the_commission_back():
    lost = change("dispute.lost", 1200, 0)

    assert told(lost).code == "dispute.lost"
    assert told(change("price.rule", 0, 1200, pricing=EARNED.pricing), lost).code == "dispute.won"


def test_a_person_is_named_with_the_reason():
    said = told(change("hold.rejected", 1200, 0, params={"reason": "own order"}, member="9"))

    assert said.code == "hold.rejected"
    assert (said.params["member"], said.params["reason"]) == ("9", "own order")


def test_one_decision_reads_two_ways():
    params = {"reason": "asked by mail"}

    winner = told(change("attr.won_manual", 0, 1200, params=params), None)
    loser = told(change("attr.won_manual", 1200, 0, params=params))

    assert (winner.code, loser.code) == ("attr.won_manual", "attr.reassigned")
    assert loser.params["reason"] == "asked by mail"


def test_a_refund_after_the_release_is_taken_from_later_commissions():
    released_at = AT + timedelta(days=30)
    late = change(
        "price.rule",
        1200,
        943,
        pricing=pricing((5143, 2571), (6857, 0)),
        at=released_at + timedelta(days=1),
    )

    story = tell_story(changes=[EARNED, late], released_at=released_at)

    assert [[one.code for one in step] for step in story] == [
        ["commission.earned"],
        ["refund.partial", "clawback.made"],
    ]
    assert story[1][1].params["amount"] == 257


def test_a_correction_after_the_release_is_not_called_a_refund():
    late = change("hold.rejected", 1200, 0, params={"reason": "own order"})

    story = tell_story(changes=[EARNED, late], released_at=AT)

    assert [one.code for one in story[1]] == ["hold.rejected", "clawback.corrected"]


def test_before_the_release_nothing_is_taken_back():
    story = tell_story(changes=[EARNED, change("refund.full", 1200, 0)], released_at=None)

    assert [one.code for one in story[1]] == ["refund.full"]
