"""An answer with a field missing or of another kind is unreadable, never half believed."""

from typing import Any

import pytest

from payouts.rails.stripe.objects import read_account, read_balance, read_page, read_transfer
from payouts.rails.stripe.standin_shapes import new_transfer
from tests.payouts.stripe_world import START

PARAMS = {"amount": 500, "currency": "eur", "destination": "acct_1", "livemode": False}
TRANSFER = new_transfer(
    object_id="tr_1",
    ids={"balance_transaction": "txn_1", "destination_payment": "py_1"},
    params={**PARAMS, "metadata": {"payout_id": "pay_1", "attempt": "a"}},
    at=START,
)
NEEDED = ("id", "object", "amount", "amount_reversed", "currency", "destination", "livemode")
VALUES: tuple[Any, ...] = (None, "", "5.0", 5.0, [], True)
ODD = [
    (name, odd)
    for name in (*NEEDED, "metadata", "created")
    for odd in VALUES
    if odd == "" or type(odd) is not type(TRANSFER[name])
]


def test_a_whole_transfer_is_read() -> None:
    transfer = read_transfer(TRANSFER)

    assert (transfer.id, transfer.amount_minor, transfer.currency) == ("tr_1", 500, "EUR")
    assert (transfer.payout_public_id, transfer.attempt) == ("pay_1", "a")
    assert transfer.created_at == START
    assert not transfer.is_undone


def test_an_expanded_destination_is_its_id() -> None:
    assert read_transfer({**TRANSFER, "destination": {"id": "acct_9"}}).destination == "acct_9"


@pytest.mark.parametrize(("name", "odd"), ODD)
def test_a_transfer_with_an_odd_field_is_unreadable(name: str, odd: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_transfer({**TRANSFER, name: odd})


@pytest.mark.parametrize("name", [*NEEDED, "metadata", "created"])
def test_a_transfer_with_a_missing_field_is_unreadable(name: str) -> None:
    rest = {key: value for key, value in TRANSFER.items() if key != name}
    with pytest.raises(ValueError, match=r".+"):
        read_transfer(rest)


EUROS = {"id": "ba_1", "currency": "eur", "fingerprint": "fp_1", "default_for_currency": True}
SPARE = {"id": "ba_2", "currency": "eur", "fingerprint": "fp_2", "default_for_currency": False}
POUNDS = {"id": "ba_3", "currency": "gbp", "fingerprint": "fp_3", "default_for_currency": True}
NEVER_DEFAULT, DEFAULT = {"default_for_currency": False}, {"default_for_currency": True}


def name_destination(*accounts: dict[str, Any]) -> str:
    account = {"object": "account", "external_accounts": {"data": list(accounts)}}
    return read_account(account, is_live=False).destination


@pytest.mark.parametrize(
    "changed",
    [
        (EUROS, SPARE),
        (EUROS, SPARE, {**POUNDS, "fingerprint": "fp_9"}),
        (EUROS | NEVER_DEFAULT, SPARE | DEFAULT, POUNDS),
        (EUROS, POUNDS),
        (EUROS, SPARE, POUNDS, {**POUNDS, "id": "ba_4", "fingerprint": "fp_4", **NEVER_DEFAULT}),
    ],
    ids=["removed", "replaced", "another default", "spare one removed", "added"],
)
def test_any_account_that_is_added_removed_or_preferred_makes_another_destination(changed) -> None:
    before = name_destination(EUROS, SPARE, POUNDS)

    assert before == name_destination(POUNDS, EUROS, SPARE)
    assert name_destination(*changed) not in {before, ""}
    assert name_destination() == ""


@pytest.mark.parametrize("raw", [None, [], "transfer", {"object": "list"}, {"object": "balance"}])
def test_another_object_is_unreadable(raw: Any) -> None:
    for read in (read_transfer, read_page, read_balance):
        with pytest.raises(ValueError, match=r".+"):
            read(raw)
    with pytest.raises(ValueError, match="no account"):
        read_account(raw, is_live=False)
