"""Say a rule, a clause of the terms, an example or a refused address in the reader's language.

Each sentence is one message; names and amounts in it are formatted and bidi-isolated.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, ngettext_lazy

from brands.domain.bases import BasePolicy
from brands.domain.destinations import Refused
from brands.domain.examples import example_total, price_counts, price_example
from brands.domain.rules import COUNTED_KINDS, Conditions, Id, Rule
from brands.domain.terms import Clause
from brands.wording_credit import CREDIT
from brands.wording_schedule import SCHEDULE, format_days
from brands.wording_tiers import TIERS, TIERS_COUNTED
from core import formats
from core.money import Money

Names = Mapping[str, str]
"""What groups are called, by their id as text."""

_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "percent": {
        "all": gettext_noop("All products pay %(rate)s"),
        "products": gettext_noop("Products %(names)s pay %(rate)s"),
        "skus": gettext_noop("Articles %(names)s pay %(rate)s"),
        "collections": gettext_noop("Collections %(names)s pay %(rate)s"),
        "gift_cards": gettext_noop("Gift cards pay %(rate)s"),
    },
    "flat_order": {
        "all": gettext_noop("Every order pays %(amounts)s"),
        "products": gettext_noop("An order with products %(names)s pays %(amounts)s"),
        "skus": gettext_noop("An order with articles %(names)s pays %(amounts)s"),
        "collections": gettext_noop("An order from collections %(names)s pays %(amounts)s"),
        "gift_cards": gettext_noop("An order with a gift card pays %(amounts)s"),
    },
    "flat_item": {
        "all": gettext_noop("Every item pays %(amounts)s"),
        "products": gettext_noop("Every item of products %(names)s pays %(amounts)s"),
        "skus": gettext_noop("Every item of articles %(names)s pays %(amounts)s"),
        "collections": gettext_noop("Every item of collections %(names)s pays %(amounts)s"),
        "gift_cards": gettext_noop("Every gift card pays %(amounts)s"),
    },
    "lead": {"all": gettext_noop("Every lead pays %(amounts)s")},
    "click": {"all": gettext_noop("Every visit pays %(amounts)s")},
    "impression": {"all": gettext_noop("1,000 views pay %(amounts)s")},
    "exclude": {
        "all": gettext_noop("All products pay nothing"),
        "products": gettext_noop("Products %(names)s pay nothing"),
        "skus": gettext_noop("Articles %(names)s pay nothing"),
        "collections": gettext_noop("Collections %(names)s pay nothing"),
        "gift_cards": gettext_noop("Gift cards pay nothing"),
    },
}

_CLAUSES: Mapping[str, str] = {
    "terms.rules_from": gettext_noop("These rates apply to orders from %(at)s on."),
    "terms.rule_individual": gettext_noop(
        "Some creators have rates of their own; each of them was told which."
    ),
    "terms.first_rule": gettext_noop(
        "The rates are read from top to bottom: the first that fits a line of an order pays it. "
        "A line that none fits pays nothing."
    ),
    "terms.visits": gettext_noop(
        "A visit counts once for a visitor and a day; bots, previews and floods do not count. A day"
        " is paid by the rules in force when it began, and settled two days after it ends."
    ),
    "terms.views": gettext_noop(
        "A view counts once for a visitor, a picture and a day, where the picture is shown from the"
        " address we give you."
    ),
    "terms.leads": gettext_noop(
        "A lead is somebody who signed up or asked, as the store reports it. The same person counts"
        " once in the program; a lead that the store rejects does not count."
    ),
    "terms.base_before_discount": gettext_noop("Prices count before discounts."),
    "terms.base_after_discount": gettext_noop(
        "Prices count after discounts; a discount of the whole order is shared over its lines by "
        "value."
    ),
    "terms.base_with_tax": gettext_noop("Tax counts."),
    "terms.base_without_tax": gettext_noop("Tax does not count."),
    "terms.base_with_shipping": gettext_noop("Shipping counts."),
    "terms.base_without_shipping": gettext_noop("Shipping does not count."),
    "terms.gift_cards_out": gettext_noop("Gift cards do not earn."),
    "terms.gift_cards_in": gettext_noop("Gift cards earn like other products."),
    "terms.cap_order": gettext_noop("One order pays %(amount)s at most."),
    "terms.cap_creator_week": gettext_noop(
        "The orders of one week pay a creator %(amount)s at most."
    ),
    "terms.cap_creator_quarter": gettext_noop(
        "The orders of one quarter pay a creator %(amount)s at most."
    ),
    "terms.cap_creator_lifetime": gettext_noop(
        "All orders together pay a creator %(amount)s at most."
    ),
    "terms.cap_creator_month": gettext_noop(
        "The orders of one month pay a creator %(amount)s at most."
    ),
    "terms.budget": gettext_noop(
        "The program pays %(amount)s in all; when that is reached, orders pay nothing more."
    ),
    **CREDIT,
    **TIERS,
    "terms.refunds": gettext_noop(
        "What is refunded no longer counts: the commission is worked out anew from what is left. "
        "If it was released already, the difference is taken from later commissions, never from "
        "your bank."
    ),
    **SCHEDULE,
    "terms.minimum": gettext_noop("A payout is made from %(amount)s; smaller balances are kept."),
    "terms.kept": gettext_noop(
        "A later change of these terms never moves the rate or the date of what you have earned."
    ),
    "terms.acceptance": gettext_noop(
        "You are told of every new version by mail. From its day on it holds for new orders; your "
        "links go on earning. If it is worse for you, payouts wait until you accept it."
    ),
}

_COUNTED: Mapping[str, Any] = {
    "terms.window": ngettext_lazy(
        "A click counts for %(days)s day.", "A click counts for %(days)s days.", "count"
    ),
    "terms.bound_orders": ngettext_lazy(
        "A customer stays with the creator who first brought an order of his, for %(orders)s"
        " order; the first one counts.",
        "A customer stays with the creator who first brought an order of his, for %(orders)s"
        " orders; the first one counts.",
        "count",
    ),
    "terms.hold_paid": ngettext_lazy(
        "A commission is released %(days)s day after the payment of its order.",
        "A commission is released %(days)s days after the payment of its order.",
        "count",
    ),
    "terms.hold_fulfilled": ngettext_lazy(
        "A commission is released %(days)s day after its order was dispatched; without news of "
        "that, 45 days later than if the payment counted.",
        "A commission is released %(days)s days after its order was dispatched; without news of "
        "that, 45 days later than if the payment counted.",
        "count",
    ),
    "terms.hold_delivered": ngettext_lazy(
        "A commission is released %(days)s day after its order was delivered; without news of "
        "that, 45 days later than if the payment counted.",
        "A commission is released %(days)s days after its order was delivered; without news of "
        "that, 45 days later than if the payment counted.",
        "count",
    ),
    "terms.hold_group": ngettext_lazy(
        "For the group %(group)s it is %(days)s day.",
        "For the group %(group)s it is %(days)s days.",
        "count",
    ),
    **TIERS_COUNTED,
    "terms.notice": ngettext_lazy(
        "A change that is worse for you applies %(days)s day after you were told at the earliest.",
        "A change that is worse for you applies %(days)s days after you were told at the earliest.",
        "count",
    ),
    "terms.recovery": ngettext_lazy(
        "What could not be recovered within %(days)s day is no longer asked from you.",
        "What could not be recovered within %(days)s days is no longer asked from you.",
        "count",
    ),
}


_REFUSALS: Mapping[str, str] = {
    "url.scheme": gettext_noop("Enter the whole address of a page, beginning with https://."),
    "url.long": gettext_noop("The address is too long: 2,000 characters are the most."),
    "url.backslash": gettext_noop("The address holds a backslash. Copy it from the browser."),
    "url.character": gettext_noop(
        "The address holds a space or a hidden character. Copy it from the browser."
    ),
    "url.userinfo": gettext_noop("The address holds a user name. Leave out what ends in @."),
    "url.port": gettext_noop("The address names a port. Leave it out."),
    "url.host": gettext_noop("%(detail)s is not the name of a site."),
    "url.host_unclear": gettext_noop(
        "Browsers read %(detail)s in two ways. Write it in its xn-- form."
    ),
    "url.local": gettext_noop("%(detail)s is this machine; shoppers cannot reach it."),
    "url.no_domain": gettext_noop("Enter at least one domain."),
    "url.fragment": gettext_noop("The part after # holds characters a link cannot carry."),
    "url.outside": gettext_noop("This page is not on a domain of %(brand)s. Allowed: %(domains)s."),
}


def render_rule(rule: Rule) -> str:
    """Say what a rule pays, without its conditions: "All products pay 10 %"."""
    subject, names = _subject(rule.conditions)
    sentences = _SENTENCES[rule.kind]
    return _(sentences.get(subject, sentences["all"])) % {
        "names": _list(names),
        "rate": formats.percent_text(rule.rate_bps, language=_language()),
        "amounts": _list([_money(*pair) for pair in sorted(rule.amounts.items())]),
    }


def list_conditions(rule: Rule, names: Names) -> list[str]:
    """Say each condition of a rule in a few words; `names` tells what its groups are called."""
    conditions, is_by_day = rule.conditions, rule.kind in COUNTED_KINDS
    subject, _names = _subject(conditions)
    return [
        *_say_products(conditions, subject),
        *_say_who(conditions, names),
        *_say_amounts(_("Orders from %(amount)s"), conditions.min_order_value),
        *_say_amounts(_("Orders up to %(amount)s"), conditions.max_order_value),
        *_say_amounts(_("At most %(amount)s a day"), rule.cap_order if is_by_day else {}),
        *_say_amounts(_("At most %(amount)s an order"), {} if is_by_day else rule.cap_order),
        *_say_run(rule),
        *([_("Falls with each partial refund")] if rule.is_pro_rata else []),
    ]


def render_example(
    *, rules: Sequence[Rule], base: BasePolicy, currency: str, group_id: Id | None = None
) -> str:
    """Say what an example order pays: "An order of 120.00 EUR pays 12.00 EUR."."""
    total = example_total(currency)
    pays = price_example(rules=rules, base=base, total=total, group_id=group_id).total
    return _("An order of %(total)s pays %(pays)s.") % {
        "total": formats.money_text(total, language=_language()),
        "pays": _money(currency, pays),
    }


def render_counts(rules: Sequence[Rule], *, currency: str, group_id: Id | None) -> list[str]:
    """Say what a lead, visits or views pay, where a rule pays them: "100 visits pay 5.00 EUR."."""
    paid = price_counts(rules=rules, currency=currency, group_id=group_id)
    said = {
        "lead": _("A lead pays %(pays)s."),
        "click": _("100 visits pay %(pays)s."),
        "impression": _("1,000 views pay %(pays)s."),
    }
    return [said[kind] % {"pays": _money(currency, amount)} for kind, amount in paid.items()]


def render_terms(generated: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the sentences of a stored version of the terms."""
    return [render_clause(Clause.from_json(stored)) for stored in generated]


def render_clause(clause: Clause) -> str:
    """Return the sentence of one clause; a code of a newer version shows as itself."""
    if clause.code == "terms.rule":
        return _say_rule(clause.params)
    said = _formatted(clause.params)
    if clause.code in _COUNTED:
        days = clause.params["orders" if "orders" in clause.params else "days"]
        return str(_COUNTED[clause.code] % {**said, "days": _number(days), "count": days})
    return _(_CLAUSES[clause.code]) % said if clause.code in _CLAUSES else clause.code


def render_refusal(refused: Refused, *, brand: str, domains: Sequence[str]) -> str:
    """Say why an address was not taken, and what to do."""
    return _(_REFUSALS[refused.code]) % {
        "detail": formats.isolate_ltr(refused.detail),
        "brand": formats.isolate(brand),
        "domains": ", ".join(formats.isolate_ltr(domain) for domain in domains),
    }


def _say_rule(params: Mapping[str, Any]) -> str:
    rule = Rule.from_json(params["rule"])
    conditions = list_conditions(rule, params["groups"])
    said = {
        "position": formats.number_text(rule.position, language=_language()),
        "rule": render_rule(rule),
        "conditions": "; ".join(conditions),
    }
    if conditions:
        return _("%(position)s. %(rule)s (%(conditions)s).") % said
    return _("%(position)s. %(rule)s.") % said


def _formatted(params: Mapping[str, Any]) -> dict[str, str]:
    said = {name: formats.isolate(str(value)) for name, value in params.items()}
    if "amount" in params:
        said["amount"] = _money(params["currency"], params["amount"])
    said |= format_days(params)
    if "at" in params:
        day = datetime.fromisoformat(params["at"]).date()
        said["at"] = formats.day_text(day, language=_language())
    return said


def _subject(conditions: Conditions) -> tuple[str, tuple[str, ...]]:
    if conditions.gift_cards == "only":
        return "gift_cards", ()
    for name in ("products", "skus", "collections"):
        listed: tuple[str, ...] = getattr(conditions, name)
        if listed:
            return name, listed
    return "all", ()


def _say_products(conditions: Conditions, subject: str) -> list[str]:
    listed = (
        ("skus", _("Only articles %(names)s"), conditions.skus),
        ("collections", _("Only collections %(names)s"), conditions.collections),
        ("", _("Without products %(names)s"), conditions.excluded_products),
        ("", _("Without articles %(names)s"), conditions.excluded_skus),
        ("", _("Without collections %(names)s"), conditions.excluded_collections),
    )
    said = [
        text % {"names": _list(values)}
        for name, text, values in listed
        if values and name != subject
    ]
    return [*said, *([_("Without gift cards")] if conditions.gift_cards == "none" else [])]


def _say_who(conditions: Conditions, names: Names) -> list[str]:
    customer = {"new": _("New customers"), "returning": _("Returning customers")}
    signal = {"code": _("Orders with a code"), "link": _("Orders by a link")}
    said = [
        text
        for text in (customer.get(conditions.customer), signal.get(conditions.signal))
        if text is not None
    ]
    if conditions.codes:
        said.append(_("Codes %(names)s") % {"names": _list(conditions.codes)})
    if conditions.countries:
        said.append(_("Countries %(names)s") % {"names": _list(conditions.countries)})
    if conditions.groups:
        groups = [names.get(str(group), str(group)) for group in conditions.groups]
        said.append(_("Group %(names)s") % {"names": _list(groups)})
    if conditions.enrollments:
        count = len(conditions.enrollments)
        said.append(
            ngettext("%(count)s named creator", "%(count)s named creators", count)
            % {"count": _number(count)}
        )
    return said


def _say_run(rule: Rule) -> list[str]:
    said = []
    if (count := rule.max_payments) is not None:
        text = ngettext(
            "The first payment of a subscription",
            "The first %(count)s payments of a subscription",
            count,
        )
        said.append(text % {"count": _number(count)})
    if (count := rule.max_months) is not None:
        text = ngettext(
            "The first month of a subscription",
            "The first %(count)s months of a subscription",
            count,
        )
        said.append(text % {"count": _number(count)})
    return said


def _say_amounts(text: str, amounts: Mapping[str, int]) -> list[str]:
    return [text % {"amount": _money(*pair)} for pair in sorted(amounts.items())]


def _list(parts: Sequence[str]) -> str:
    return ", ".join(formats.isolate(part) for part in parts)


def _money(currency: str, amount_minor: int) -> str:
    return formats.money_text(Money(amount_minor, currency), language=_language())


def _number(value: int) -> str:
    return formats.number_text(value, language=_language())


def _language() -> str:
    language = (translation.get_language() or "en").split("-")[0]
    return language if language in formats.LANGUAGES else "en"
