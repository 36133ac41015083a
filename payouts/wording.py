"""How payouts' reasons read: what money waits for, and what became of a payout."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.templatetags.fairshare import RAILS
from core.wording import Catalogue, Message, Step, ngettext_lazy

FENCED = _(
    "Nothing is paid now: this installation was restored from a backup, and what was paid since is "
    "not taken in yet. Whoever runs it can see why."
)

GATES: Mapping[str, Message] = {
    "gate.minimum": Message(
        _("{missing} more is needed to reach the minimum of {minimum}. Your balance is kept."),
        _("{creator} is {missing} under the minimum."),
    ),
    "gate.own_minimum": Message(
        _("{missing} more is needed to reach the {minimum} you set yourself. You may lower it."),
        _("{creator} is {missing} under the minimum of {minimum} set in the portal."),
    ),
    "gate.no_minimum": Message(
        _("{brand} has set no minimum for {currency} yet. Your balance is kept."),
        _("No minimum is set for {currency}, so it is not paid."),
    ),
    "gate.no_method": Message(
        _("Add a payout method; the money waits for you."),
        _("{creator} has no payout method."),
    ),
    "gate.method_incomplete": Message(
        (
            _("{rail} cannot pay you yet; it needs: {needs}."),
            _("Your payout method is not complete yet."),
        ),
        (_("{rail} reports for {creator}: {needs}."), _("The payout method is not complete yet.")),
    ),
    "gate.cooling": Message(
        (
            _("Your payout method changed on {date}. To keep you safe, payouts resume on {until}."),
            _("Your payout method changed. To keep you safe, payouts resume on {until}."),
        ),
        (
            _("{creator} changed the payout method on {date}. Payouts resume on {until}."),
            _("The payout method changed. Payouts resume on {until}."),
        ),
    ),
    "gate.address": Message(
        _(
            "The e-mail address of your account changed on {date}. To keep you safe, payouts "
            "resume on {until}."
        ),
        _("{creator} changed the e-mail address on {date}. Payouts resume on {until}."),
    ),
    "gate.negative": Message(
        _("Earlier refunds of {amount} come first; nothing is paid until they are covered."),
        _("{creator} is {amount} below zero."),
    ),
    "gate.open_payout": Message(
        _("A payout is on its way. The rest follows in the next run after it."),
        _("{creator} has a payout on its way."),
    ),
    "gate.tax_profile": Message(
        _("{brand} needs your tax details before it pays you. Your balance is kept."),
        _("{creator} has not declared tax details."),
    ),
    "gate.tax_form_missing": Message(
        _("{brand} needs a tax form of you before it pays you. Your balance is kept."),
        _("{creator} has not uploaded a tax form."),
    ),
    "gate.tax_form_expired": Message(
        _("Your tax form held until {date}. Upload a new one; your balance is kept."),
        _("The tax form of {creator} held until {date}."),
    ),
    "gate.tax_rate": Message(
        _("{brand} has no VAT rate of {code} for this day. Your balance is kept until it does."),
        _("{creator} is registered for VAT in {code}, and no rate of it is in force."),
    ),
    "gate.terms": Message(
        _("Accept terms version {version} to be paid."),
        _("{creator} has not accepted version {version}."),
    ),
    "gate.suspended": Message(
        (_("Payouts are frozen since {date}: {reason}"), _("Payouts are frozen since {date}."))
    ),
    "gate.approval": Message(
        _("{brand} has not approved the payout of {run_date} yet."),
        _("Waits for a second approver."),
    ),
    "gate.rail_off": Message(
        (
            _("{rail}: {brand} does not pay this way now. Choose another payout method, or wait."),
            _("The brand does not pay this way now. Choose another payout method, or wait."),
        ),
        (
            _("{rail} is switched off in the payout settings."),
            _("The way of paying is switched off in the payout settings."),
        ),
    ),
    "gate.rail_currency": Message(
        _("{rail} does not pay out in {currency}. Choose another payout method."),
        _("{creator}: {rail} does not pay out in {currency}."),
    ),
    "gate.rail_country": Message(
        _("{rail} cannot pay an account in {country}. Choose another payout method."),
        _("{creator}: {rail} cannot pay an account in {country}."),
    ),
    "gate.rail_minimum": Message(
        _("{rail} pays from {minimum} on. Your balance is kept."),
        _("{rail} pays from {minimum} on."),
    ),
    "gate.stopped": Message(
        _(
            "Payouts are paused for a check of the books."
            " Nothing is lost; we show the new date here."
        ),
        ngettext_lazy(
            "Stopped: {check} found {differences} difference.",
            "Stopped: {check} found {differences} differences.",
            "differences",
        ),
    ),
}

RECOVERY: Mapping[str, Message] = {
    "recovery.open": Message(
        _(
            "{amount} is taken from your next commissions until {date}; after that it is written "
            "off."
        ),
        _(
            "{amount} is taken from the next commissions of {creator} until {date}; after that it "
            "is written off."
        ),
    ),
    "recovery.written_off": Message(
        _("{amount} of earlier refunds were written off so far; nobody asks you for them."),
        _("{amount} to recover from {creator} were written off so far."),
    ),
}

PAYOUTS: Mapping[str, Message] = {
    "payout.expected": Message(_("Expected in the payout of {date}.")),
    "payout.approved": Message(
        _("{brand} approved this payout on {date}; it is sent next."),
        (_("Approved, but not sent: {cause}."), _("Approved on {date}; it is sent next.")),
    ),
    "payout.submitting": Message(_("This payout is being sent.")),
    "payout.submitted": Message(
        (
            _("{rail}: sent on {date}; {cause}."),
            _("{rail}: sent on {date}; the confirmation follows."),
        ),
        (
            _("{rail}: handed over on {date}; {cause}."),
            _("{rail}: handed over on {date}; waits for confirmation."),
        ),
    ),
    "payout.sent": Message(
        (
            _("{rail}: sent on {date}; usually there by {expected_date}."),
            _("{rail}: sent on {date}."),
        )
    ),
    "payout.paid": Message((_("Paid on {date}, reference {reference}."), _("Paid on {date}."))),
    "payout.failed": Message(
        (
            _(
                "{rail} refused the payout: {cause}. The money is back in your balance;"
                " please {fix}."
            ),
            _("{rail} refused the payout: {cause}. The money is back in your balance."),
        ),
        _("{rail} refused it: {cause}. The money is back in the released balance of {creator}."),
    ),
    "payout.returned": Message(
        _("The bank sent the money back on {date}. It is in your balance again."),
        _("The money came back on {date}: {cause}. It is in the released balance again."),
    ),
    "payout.found": Message(
        _(
            "{rail}: this payout reached you after all, as was found on {date}. Your balance is "
            "lower by it; if it was paid twice, later commissions make up for it."
        ),
        _(
            "It was given back, and was found on {date} to have left after all. It is booked: the "
            "released balance of {creator} is lower by it."
        ),
    ),
    "payout.found_back": Message(
        _("This payout was found to have left after all, and came back on {date}."),
        _("It was found to have left after all, and the money came back on {date}: {cause}."),
    ),
    "payout.unknown": Message(
        _("The answer of {rail} is missing. We keep asking and send nothing twice."),
        (
            _(
                "The answer of {rail} is missing: {cause}. Next look-up at {time};"
                " nothing is sent twice."
            ),
            _("The answer of {rail} is missing: {cause}. Nothing is sent twice."),
        ),
    ),
    "payout.cancelled": Message(
        (
            _("{brand} cancelled this payout on {date}: {reason}"),
            _("This payout was cancelled. The money is in your balance again."),
        ),
        (
            _("{member} cancelled this payout on {date}: {reason}"),
            _("Cancelled. The money is in the released balance again."),
        ),
    ),
}

_CAUSES: Mapping[str, str | Promise] = {
    # Refusals: nothing was sent.
    "balance_insufficient": _("the brand's balance at the payment service does not cover it"),
    "not_authorized": _("the payment service did not accept the brand's key"),
    "destination_unusable": _("the account cannot receive payouts"),
    "amount_invalid": _("the payment service does not take this amount"),
    "currency_unsupported": _("the account does not take this currency"),
    "below_rail_minimum": _("the amount is below the smallest the payment service sends"),
    "bank_refused": _("the bank did not carry out the transfer"),
    "other": _("the payment service gave a reason of its own"),
    # The money came back.
    "bank_returned": _("the bank sent the transfer back"),
    "transfer_reversed": _("the transfer was reversed"),
    # No answer that can be trusted.
    "timeout": _("no answer came in time"),
    "connection": _("the connection failed"),
    "server_error": _("the payment service reported a fault of its own"),
    "rate_limited": _("too many requests were made at once"),
    "in_progress": _("an earlier request is still under way"),
    "key_reused": _("the payment service knows this request with other details"),
    "unreadable": _("the answer could not be read"),
    "refused_later": _("the payment service refused to repeat it, and may have done it before"),
    "key_expired": _(
        "the payment service no longer knows our number of it; look in your account there"
    ),
    # What an accepted payment waits for.
    "pending": _("the payment service is working on it"),
    "unclaimed": _("it is not claimed yet, and comes back 30 days after it was sent"),
    "held": _("the payment service is reviewing it"),
    "by_hand": _("it is paid by hand and waits until somebody says that it was"),
    "mismatch": _("amount or currency differ at the payment service"),
    "wrong_mode": _("the answer is from the other mode, test or live"),
    "foreign_transfer": _("the transfer found there is not one of ours"),
    "duplicate_transfers": _("the payment service shows more than one transfer"),
    # Found before or after a call.
    "absent": _("the payment service never received it"),
    "never_left": _("two people of the brand found that it never left"),
    "tampered": _("it differs from what was approved"),
    "other_payer": _("the paying account is another one than at the first attempt"),
}

_NAME, _BIRTH, _ADDRESS = _("the name"), _("the date of birth"), _("the address")
_IDENTITY, _BANK = _("a proof of identity"), _("a bank account")
_AGREEMENT = _("agreement to the terms of the payment service")

WORDS: Mapping[str, Mapping[str, str | Promise]] = {
    "rail": RAILS,
    "cause": _CAUSES,
    "fix": {
        "destination_unusable": _("check your payout method"),
        "currency_unsupported": _("choose a payout method for this currency"),
        "bank_refused": _("check your bank details"),
        "other": _("check your payout method"),
    },
    # Names as Stripe's API gives them in `requirements.currently_due` of an account.
    "needs": {
        "external_account": _BANK,
        "individual.first_name": _NAME,
        "individual.last_name": _NAME,
        "individual.dob.day": _BIRTH,
        "individual.dob.month": _BIRTH,
        "individual.dob.year": _BIRTH,
        "individual.address.line1": _ADDRESS,
        "individual.address.city": _ADDRESS,
        "individual.address.postal_code": _ADDRESS,
        "individual.address.state": _ADDRESS,
        "individual.email": _("the e-mail address"),
        "individual.phone": _("the telephone number"),
        "individual.id_number": _("the personal identification number"),
        "individual.ssn_last_4": _("the personal identification number"),
        "individual.verification.document": _IDENTITY,
        "individual.verification.additional_document": _IDENTITY,
        "business_type": _("whether a person or a company is paid"),
        "business_profile.url": _("the address of a web page"),
        "business_profile.mcc": _("the kind of business"),
        "business_profile.product_description": _("the kind of business"),
        "tos_acceptance.date": _AGREEMENT,
        "tos_acceptance.ip": _AGREEMENT,
    },
}

_METHOD = Step("payouts:method", "affiliates:creator-list")
_SETTINGS = Step("payouts:creator-payouts", "payouts:run-list")

STEPS: Mapping[str, Step] = {
    "gate": _SETTINGS,
    "gate.minimum": Step("portal:creator-earnings", "payouts:run-list"),
    "gate.own_minimum": Step("payouts:creator-payouts", "payouts:run-list"),
    "gate.negative": Step("portal:creator-earnings", "tracking:commission-list"),
    "gate.no_method": _METHOD,
    "gate.method_incomplete": _METHOD,
    "gate.cooling": _METHOD,
    "gate.address": _METHOD,
    "gate.rail_currency": _METHOD,
    "gate.rail_country": _METHOD,
    "gate.rail_off": Step("payouts:method", "payouts:run-list"),
    "gate.tax_form_missing": Step("payouts:tax", "payouts:brand-tax"),
    "gate.tax_form_expired": Step("payouts:tax", "payouts:brand-tax"),
    "gate.tax_rate": Step("payouts:tax", "payouts:tax-rates"),
    "gate.tax_profile": Step("payouts:tax", "payouts:brand-tax"),
    "gate.terms": Step("affiliates:program-list", "affiliates:creator-list"),
    "gate.suspended": Step("affiliates:program-list", "affiliates:creator-list"),
    "recovery": Step("payouts:creator-payouts", "portal:report-liability"),
    "payout": _SETTINGS,
    "payout.failed": Step("payouts:method", "payouts:run-list"),
}

STATEMENT_PARTS: Mapping[str, str | Promise] = {
    "commissions": _("Commissions"),
    "corrections": _("Corrections before and after release"),
    "held": _("Held for review"),
    "clawbacks": _("Taken back for refunds after release"),
    "write_offs": _("Written off"),
    "vat": _("VAT"),
    "withheld": _("Tax withheld"),
    "payouts": _("Payouts"),
}

CATALOGUE = Catalogue(
    messages=MappingProxyType({**GATES, **RECOVERY, **PAYOUTS}), words=WORDS, steps=STEPS
)

explain = CATALOGUE.explain
next_step = CATALOGUE.step


def payout_reason(
    *, status: str, cause: str = "", detail: str = "", **facts: Any
) -> tuple[str, dict[str, Any]]:
    """Return the reason a payout stands where it does, from its stored status, code and detail.

    `facts`: what the page knows beside, by placeholder: rail, date, time, reference.
    """
    params = {"cause": cause, "fix": cause, **facts}
    if status == "cancelled":
        params["reason"] = detail
    return f"payout.{status}", params
