"""Laws of attribution over generated candidates, policies and orders."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.candidates import DAY, PLACED, bound, click, code, manual
from tests.tracking.events import at
from tracking.domain.attribution import attribute, from_json, to_json
from tracking.domain.candidates import OrderFacts, Policy

names = st.sampled_from(["anna", "ben", "cleo"])
hours = st.sampled_from([-40 * DAY, -30 * DAY, -DAY, -1.0, -0.5, 0.0, 1.0])
parties = st.fixed_dictionaries(
    {},
    optional={
        "program": st.sampled_from(["p1", "p2"]),
        "partner_type": st.sampled_from(["coupon", "content"]),
        "joined_at": st.sampled_from([None, at(-2)]),
        "suspended_at": st.just(at(-1)),
        "email_hash": st.just("buyer"),
    },
)
verdicts = st.sampled_from(["counted", "bot", "limited"])
candidates = st.one_of(
    st.builds(lambda n, h, p: manual(n, h, **p), names, hours, parties),
    st.builds(lambda n, h, p: bound(n, h, **p), names, hours, parties),
    st.builds(
        lambda n, d, i, p: code(n, d, i, **p), names, st.integers(0, 2), st.integers(0, 2), parties
    ),
    st.builds(lambda n, h, v, p: click(n, h, v, **p), names, hours, verdicts, parties),
)
policies = st.builds(
    Policy,
    click_policy=st.sampled_from(["last", "first"]),
    code_policy=st.sampled_from(["always", "with_click", "only_as_winner"]),
    code_policies=st.sampled_from([(), (("coupon", "with_click"),)]),
    precedence=st.sampled_from(["code", "click"]),
    is_binding_on=st.booleans(),
    is_paid_ad_first=st.booleans(),
    self_referral=st.sampled_from(["observe", "reject"]),
)
orders = st.builds(
    OrderFacts,
    placed_at=st.just(PLACED),
    email_hash=st.sampled_from(["", "buyer"]),
    has_paid_marker=st.booleans(),
    is_test=st.sampled_from([False, False, False, True]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(candidates, max_size=7), policies, policies, orders, st.data())
def test_the_result_is_one_winner_and_a_reason_each_for_any_order_of_input(
    field, first, second, order, data
):
    rules = {"p1": first, "p2": second}
    shuffled = data.draw(st.permutations([*field, *field[:2]]))

    result = attribute(order=order, candidates=field, policies=rules)

    assert attribute(order=order, candidates=shuffled, policies=rules) == result
    assert from_json(json.loads(json.dumps(to_json(result)))) == result
    winners = [row.candidate for row in result.rows if row.is_winner]
    assert winners == ([] if result.winner is None else [result.winner])
    assert all(row.code.startswith("attr.") for row in result.rows)
    mine = result.winner.party.affiliation if result.winner else None
    for row in result.rows:
        if row.code.startswith("attr.won"):
            assert row.candidate.party.affiliation == mine
    assert all(
        row.candidate.party.affiliation != mine or not row.code.startswith("attr.lost_to_code")
        for row in result.rows
    )
