"""The resources of the stand-in: accounts, links, transfers, reversals, balance."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from payouts.rails.stripe import standin_shapes as shapes
from payouts.rails.stripe.amounts import CURRENCIES, WIRE_STEPS
from payouts.rails.stripe.standin_params import check_names, need, whole, words
from payouts.rails.stripe.standin_store import Json, Store

LINK_LIFE = timedelta(minutes=5)
LINKS = "links"  # a namespace of its own: whoever opens the page has the token, not the key
PENDING, DELIVERED = "pending", "delivered"

_ACCOUNT_NAMES = (
    "country",
    "email",
    "metadata",
    "controller.losses.payments",
    "controller.fees.payer",
    "controller.stripe_dashboard.type",
    "controller.requirement_collection",
    "capabilities.transfers.requested",
)
_LINK_NAMES = ("account", "type", "return_url", "refresh_url", "collection_options.fields")
_TRANSFER_NAMES = (
    "amount",
    "currency",
    "destination",
    "description",
    "metadata",
    "transfer_group",
)
_PAGE_NAMES = ("limit", "starting_after")
_LIST_NAMES = (
    "transfer_group",
    "destination",
    *_PAGE_NAMES,
    *(f"created.{bound}" for bound in ("gt", "gte", "lt", "lte")),
)
_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "gt": lambda created, bound: created > bound,
    "gte": lambda created, bound: created >= bound,
    "lt": lambda created, bound: created < bound,
    "lte": lambda created, bound: created <= bound,
}


@dataclass(frozen=True, slots=True)
class Session:
    """One platform's objects at one moment, under its lock."""

    store: Store
    namespace: str
    is_live: bool
    now: datetime
    new_id: Callable[[str], str]
    page_url: str
    opening_funds: Mapping[str, int]

    def get(self, kind: str, object_id: str) -> Json | None:
        return self.store.get(namespace=self.namespace, kind=kind, object_id=object_id)

    def put(self, kind: str, value: Json, *, object_id: str = "", group: str = "") -> None:
        self.store.put(
            namespace=self.namespace,
            kind=kind,
            object_id=object_id or value["id"],
            value=value,
            group=group,
        )

    def list(self, kind: str, group: str | None = None) -> Sequence[Json]:
        return self.store.list(namespace=self.namespace, kind=kind, group=group)

    def emit(self, event_type: str, thing: Json, *, account: str = "") -> None:
        """Queue an event for the platform's webhook endpoint."""
        event = shapes.new_event(
            object_id=self.new_id("evt"),
            event_type=event_type,
            thing=thing,
            livemode=self.is_live,
            account=account,
            at=self.now,
        )
        self.put("event", event, group=PENDING)

    def funds(self) -> dict[str, int]:
        """Return the available balance, in wire units by lower-case currency."""
        held = {row["currency"]: row["amount"] for row in self.list("funds")}
        return {**self.opening_funds, **held}

    def add_funds(self, currency: str, amount: int) -> None:
        row = {"currency": currency, "amount": self.funds().get(currency, 0) + amount}
        self.put("funds", row, object_id=currency)


def call_resource(session: Session, *, method: str, path: str, params: Mapping[str, Any]) -> Json:
    """Find the resource of a path and let it answer.

    :raises ApiProblem: what Stripe would answer with an error.
    """
    for wanted, pattern, resource in _ROUTES:
        match = re.fullmatch(pattern, path)
        if match and wanted == method:
            return resource(session, params, *match.groups())
    raise shapes.invalid(f"Unrecognized request URL ({method}: {path}).", code="", status=404)


def find_account(session: Session, account_id: str) -> Json:
    """Return a connected account.

    :raises ApiProblem: there is none, or it has cut its connection.
    """
    account = session.get("account", account_id)
    if account is None or session.get("revoked", account_id) is not None:
        raise shapes.no_access(account_id)
    return account


def _create_account(session: Session, params: Mapping[str, Any]) -> Json:
    check_names({name: params[name] for name in params if name != "metadata"}, _ACCOUNT_NAMES)
    account = shapes.new_account(
        object_id=session.new_id("acct"),
        email=params.get("email"),
        country=need(params, "country"),
        controller=dict(params.get("controller", {})),
        metadata=words(params, "metadata"),
        at=session.now,
    )
    session.put("account", account)
    return account


def _get_account(session: Session, params: Mapping[str, Any], account_id: str) -> Json:
    check_names(params, ())
    return shapes.shown_account(find_account(session, account_id))


def _list_external(session: Session, params: Mapping[str, Any], account_id: str) -> Json:
    check_names(params, _PAGE_NAMES)
    listed = find_account(session, account_id)["external_accounts"]
    return _page(listed["url"], listed["data"], params, what="external account")


def _get_platform(session: Session, params: Mapping[str, Any]) -> Json:
    check_names(params, ())
    return session.get("platform", "self") or {}


def _create_link(session: Session, params: Mapping[str, Any]) -> Json:
    check_names(params, _LINK_NAMES)
    account = find_account(session, need(params, "account"))
    if need(params, "type") != "account_onboarding":
        raise shapes.invalid("You cannot create account_update type Account Links.", param="type")
    token = session.new_id("link")
    expires_at = int((session.now + LINK_LIFE).timestamp())
    link = {
        "namespace": session.namespace,
        "account": account["id"],
        "return_url": need(params, "return_url"),
        "refresh_url": need(params, "refresh_url"),
        "expires_at": expires_at,
        "is_used": False,
    }
    session.store.put(namespace=LINKS, kind="link", object_id=token, value=link)
    return {
        "object": "account_link",
        "created": int(session.now.timestamp()),
        "expires_at": expires_at,
        "url": f"{session.page_url}/{token}",
    }


def _create_transfer(session: Session, params: Mapping[str, Any]) -> Json:
    check_names({name: params[name] for name in params if name != "metadata"}, _TRANSFER_NAMES)
    amount, currency = _checked_amount(params)
    destination = need(params, "destination")
    _check_destination(session, destination)
    if session.funds().get(currency, 0) < amount:
        raise shapes.invalid(
            "You have insufficient available funds in your Stripe account. Try adding funds "
            "directly to your available balance by creating Charges using the "
            "4000000000000077 test card.",
            code="balance_insufficient",
            is_begun=True,
        )
    labels = {
        **params,
        "amount": amount,
        "currency": currency,
        "livemode": session.is_live,
        "metadata": words(params, "metadata"),
    }
    ids = {
        "balance_transaction": session.new_id("txn"),
        "destination_payment": session.new_id("py"),
    }
    transfer = shapes.new_transfer(
        object_id=session.new_id("tr"), ids=ids, params=labels, at=session.now
    )
    session.add_funds(currency, -amount)
    session.put("transfer", transfer, group=transfer["transfer_group"] or "")
    session.emit("transfer.created", transfer)
    return transfer


def _checked_amount(params: Mapping[str, Any]) -> tuple[int, str]:
    currency = need(params, "currency").lower()
    amount = whole(params, "amount")
    if currency.upper() not in CURRENCIES or params["currency"] != currency:
        raise shapes.invalid(f"Invalid currency: {params['currency']}.", param="currency")
    if currency in {"isk", "ugx"} and amount % WIRE_STEPS[currency.upper()]:
        raise shapes.invalid(
            f"Invalid amount. Currency {currency.upper()} has become effectively zero-decimal and "
            "amounts must be evenly divisible by 100.",
            code="invalid_charge_amount_no_decimal_compatible",
            param="amount",
        )
    return amount, currency


def _check_destination(session: Session, account_id: str) -> None:
    account = session.get("account", account_id)
    if account is None or session.get("revoked", account_id) is not None:
        raise shapes.invalid(
            f"No such destination: '{account_id}'", code="resource_missing", param="destination"
        )
    if account["capabilities"].get("transfers") != "active":
        raise shapes.invalid(
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
            is_begun=True,
        )


def _list_transfers(session: Session, params: Mapping[str, Any]) -> Json:
    check_names(params, _LIST_NAMES)
    found = session.list("transfer", params.get("transfer_group"))
    rows = [row for row in reversed(found) if _is_wanted(row, params)]
    return _page("/v1/transfers", rows, params, what="transfer")


def _page(url: str, rows: Sequence[Json], params: Mapping[str, Any], *, what: str) -> Json:
    limit = whole(params, "limit", most=100) if "limit" in params else 10
    after = params.get("starting_after")
    if after is not None:
        ids = [row["id"] for row in rows]
        if after not in ids:
            raise _missing(what, after, "starting_after", status=400)
        rows = rows[ids.index(after) + 1 :]
    return shapes.listing(url, rows[:limit], has_more=len(rows) > limit)


def _is_wanted(row: Json, params: Mapping[str, Any]) -> bool:
    bounds = params.get("created", {})
    is_in_time = all(
        _COMPARE[name](row["created"], whole(bounds, name, least=0)) for name in bounds
    )
    return is_in_time and params.get("destination", row["destination"]) == row["destination"]


def _get_transfer(session: Session, params: Mapping[str, Any], transfer_id: str) -> Json:
    check_names(params, ())
    transfer = session.get("transfer", transfer_id)
    if transfer is None:
        raise _missing("transfer", transfer_id, "id", status=404)
    return transfer


def _create_reversal(session: Session, params: Mapping[str, Any], transfer_id: str) -> Json:
    check_names(
        {name: params[name] for name in params if name != "metadata"}, ("amount", "description")
    )
    transfer = _get_transfer(session, {}, transfer_id)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = whole(params, "amount") if "amount" in params else left
    if not 0 < amount <= left:
        raise shapes.invalid(
            f"Reversal amount ({amount}) is greater than unreversed amount on transfer ({left})",
            param="amount",
            is_begun=True,
        )
    reversal = shapes.new_reversal(
        object_id=session.new_id("trr"),
        transfer=transfer,
        amount=amount,
        metadata=words(params, "metadata"),
        at=session.now,
    )
    _apply_reversal(session, transfer, reversal)
    return reversal


def _apply_reversal(session: Session, transfer: Json, reversal: Json) -> None:
    transfer["amount_reversed"] += reversal["amount"]
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    session.add_funds(transfer["currency"], reversal["amount"])
    session.put("transfer", transfer, group=transfer["transfer_group"] or "")
    session.emit("transfer.reversed", transfer)


def _get_balance(session: Session, params: Mapping[str, Any]) -> Json:
    check_names(params, ())
    return shapes.balance(available=session.funds(), livemode=session.is_live)


def _missing(what: str, object_id: str, param: str, *, status: int) -> shapes.ApiProblem:
    return shapes.invalid(
        f"No such {what}: '{object_id}'", code="resource_missing", param=param, status=status
    )


_ID = r"([A-Za-z0-9_]+)"
_ROUTES: Sequence[tuple[str, str, Callable[..., Json]]] = (
    ("POST", "/v1/transfers", _create_transfer),
    ("GET", "/v1/transfers", _list_transfers),
    ("GET", f"/v1/transfers/{_ID}", _get_transfer),
    ("POST", f"/v1/transfers/{_ID}/reversals", _create_reversal),
    ("POST", "/v1/accounts", _create_account),
    ("GET", f"/v1/accounts/{_ID}", _get_account),
    ("GET", f"/v1/accounts/{_ID}/external_accounts", _list_external),
    ("GET", "/v1/account", _get_platform),
    ("POST", "/v1/account_links", _create_link),
    ("GET", "/v1/balance", _get_balance),
)
