"""Creators' Stripe accounts: they only receive, Stripe collects and checks what it needs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import stripe

from payouts.rails.stripe.client import check_key, make_client
from payouts.rails.stripe.errors import as_exception, error_code
from payouts.rails.stripe.objects import (
    as_object,
    read_account,
    read_all,
    shows_all_destinations,
    text,
)
from payouts.services.rails import AccountState, RailUnavailable

if TYPE_CHECKING:
    from stripe.params import AccountCreateParams, AccountLinkCreateParams

REVOKED = "access_revoked"
"""The need of an account that has cut its connection to the platform: start again."""

_ODD = (AttributeError, KeyError, TypeError, ValueError)


class StripeOnboarding:
    """Stripe's hosted onboarding behind the Onboarding Protocol."""

    def __init__(
        self,
        *,
        key: str,
        expects_live: bool,
        base_url: str | None = None,
        client: stripe.StripeClient | None = None,
    ) -> None:
        """Bind to one platform account.

        :raises WrongKey: the key is of the other mode.
        """
        check_key(key, expects_live=expects_live)
        self._is_live = expects_live
        self._client = client or make_client(key=key, base_url=base_url)

    def create_account(
        self, *, country: str, email: str, metadata: Mapping[str, str], idempotency_key: str
    ) -> str:
        params = account_params(country=country, email=email, metadata=metadata)
        try:
            account = self._client.v1.accounts.create(params, {"idempotency_key": idempotency_key})
            return text(as_object(account.to_dict(), "account"), "id")
        except stripe.StripeError as error:
            raise as_exception(error) from None
        except _ODD as error:
            raise RailUnavailable("unreadable", str(error)) from None

    def account_link(self, *, account: str, return_url: str, refresh_url: str) -> str:
        params = link_params(account=account, return_url=return_url, refresh_url=refresh_url)
        try:
            link = self._client.v1.account_links.create(params)
            return text(as_object(link.to_dict(), "account_link"), "url")
        except stripe.StripeError as error:
            raise as_exception(error) from None
        except _ODD as error:
            raise RailUnavailable("unreadable", str(error)) from None

    def account_state(self, *, account: str) -> AccountState:
        try:
            raw = self._client.v1.accounts.retrieve(account).to_dict()
            if not shows_all_destinations(raw):
                raw["external_accounts"] = {"data": self._list_destinations(account)}
            return read_account(raw, is_live=self._is_live)
        except stripe.StripeError as error:
            if error.http_status in {403, 404} and error_code(error) == "account_invalid":
                return AccountState(
                    can_receive=False,
                    payouts_enabled=False,
                    needs=(REVOKED,),
                    is_live=self._is_live,
                )
            raise as_exception(error) from None
        except _ODD as error:
            raise RailUnavailable("unreadable", str(error)) from None

    def _list_destinations(self, account: str) -> list[Mapping[str, object]]:
        listed = self._client.v1.accounts.external_accounts
        return list(read_all(lambda page: listed.list(account, page), {}))


def account_params(
    *, country: str, email: str, metadata: Mapping[str, str]
) -> "AccountCreateParams":
    """Make the parameters of an account that can receive transfers and nothing else.

    The controller properties are those of an Express account: Stripe collects the requirements
    and shows the creator a small dashboard, the platform bears losses and fees.
    """
    return {
        "country": country,
        "email": email,
        "controller": {
            "losses": {"payments": "application"},
            "fees": {"payer": "application"},
            "stripe_dashboard": {"type": "express"},
            "requirement_collection": "stripe",
        },
        "capabilities": {"transfers": {"requested": True}},
        "metadata": dict(metadata),
    }


def link_params(*, account: str, return_url: str, refresh_url: str) -> "AccountLinkCreateParams":
    """Make the parameters of an onboarding link that asks for everything at once."""
    return {
        "account": account,
        "type": "account_onboarding",
        "return_url": return_url,
        "refresh_url": refresh_url,
        "collection_options": {"fields": "eventually_due"},
    }
