"""Forms of rules: one rule, the example order beside the list, and the publication."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.domain.examples import ExampleOrder, example_total
from brands.domain.rules import COUNTED_KINDS, FITTING, FLAT_KINDS, Conditions, fit_conditions
from brands.forms.fields import AmountField, AmountsField, ListField, PercentField
from brands.models import Group, RuleKind
from brands.services.rules import MAX_LIMIT, RuleDraft
from core.money import Money

_TEXT: dict[str, Any] = {"widget": forms.TextInput(attrs={"class": "ltr"}), "required": False}


class RuleForm(forms.Form):
    """One rule: what it pays, and for what; empty conditions fit everything."""

    OF_PEOPLE = ("countries", "customer", "signal", "codes")
    """Conditions that a lead may have too; visits and views have groups alone."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Creators read it beside what a line pays.")
    )
    kind = forms.ChoiceField(
        label=_("Pays"), choices=RuleKind.choices, widget=forms.RadioSelect, initial="percent"
    )
    rate_bps = PercentField(label=_("Percent"), required=False)
    is_pro_rata = forms.BooleanField(
        label=_("A fixed amount per order falls with each partial refund"),
        required=False,
        help_text=_("Off: it stays whole while anything it paid for is kept."),
    )
    products = ListField(label=_("Only these products"), help_text=_("Ids, by commas."), **_TEXT)
    skus = ListField(label=_("Only these article numbers"), **_TEXT)
    collections = ListField(label=_("Only these collections"), **_TEXT)
    excluded_products = ListField(label=_("Without these products"), **_TEXT)
    excluded_skus = ListField(label=_("Without these article numbers"), **_TEXT)
    excluded_collections = ListField(label=_("Without these collections"), **_TEXT)
    gift_cards = forms.ChoiceField(
        label=_("Gift cards"),
        choices=[("any", _("Either")), ("none", _("Without gift cards")), ("only", _("Only them"))],
    )
    groups = forms.TypedMultipleChoiceField(
        label=_("Only these groups"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    countries = ListField(
        label=_("Only these countries"),
        help_text=_("Two letters each, for example DE, AT."),
        case="upper",
        **_TEXT,
    )
    customer = forms.ChoiceField(
        label=_("Customers"),
        choices=[("any", _("All")), ("new", _("New only")), ("returning", _("Returning only"))],
    )
    signal = forms.ChoiceField(
        label=_("Orders by"),
        choices=[("any", _("Link or code")), ("code", _("Code only")), ("link", _("Link only"))],
    )
    codes = ListField(label=_("Only these codes"), case="fold", **_TEXT)
    max_payments = forms.IntegerField(
        label=_("Of a subscription, only the first payments"),
        min_value=1,
        max_value=MAX_LIMIT,
        required=False,
        help_text=_("How many, the first order included. Empty: all. Later ones earn 0."),
    )
    max_months = forms.IntegerField(
        label=_("Of a subscription, only the first months"),
        min_value=1,
        max_value=MAX_LIMIT,
        required=False,
        help_text=_("From the day of the first order on. Empty: no limit."),
    )

    def __init__(
        self, *args: Any, currency: str, groups: Sequence[Group], draft: RuleDraft | None, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.initial = _initial(draft) if draft else {}
        self.draft, self.currency = draft, currency
        self.fields |= _amount_fields(currency)
        choices = [(group.pk, group.name) for group in groups]
        self.fields["groups"].choices = choices  # type: ignore[attr-defined]
        if len(choices) < 2:
            del self.fields["groups"]

    def clean_countries(self) -> tuple[str, ...]:
        codes: tuple[str, ...] = self.cleaned_data["countries"]
        if not all(len(code) == 2 and code.isascii() and code.isalpha() for code in codes):
            raise forms.ValidationError(_("Write each country in two letters, for example DE, AT."))
        return codes

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind == RuleKind.PERCENT and data.get("rate_bps") == 0:
            self.add_error("rate_bps", _("Enter a percent from 0.01 to 100, for example 12.5."))
        if kind in FLAT_KINDS and data.get("amounts") == {}:
            self.add_error("amounts", _("Enter an amount and its currency, for example 5.00 EUR."))
        if kind in FITTING and data.get("amounts") and self.currency not in data["amounts"]:
            text = _("Enter an amount in %(currency)s: leads, visits and views are paid in it.")
            self.add_error("amounts", text % {"currency": self.currency})
        low, high = data.get("min_order_value") or {}, data.get("max_order_value") or {}
        if any(low.get(currency, 0) > top for currency, top in high.items()):
            self.add_error("max_order_value", _("The upper bound lies under the lower one."))
        return data

    def build(self) -> RuleDraft:
        """Return the rule; conditions the form does not ask for stay as they were."""
        data = self.cleaned_data
        kind = data["kind"]
        is_flat = kind in FLAT_KINDS
        is_of_sales = kind not in {RuleKind.LEAD, *COUNTED_KINDS}
        return RuleDraft(
            name=data["name"].strip(),
            kind=kind,
            rate_bps=data["rate_bps"] if kind == RuleKind.PERCENT else 0,
            amounts=data["amounts"] if is_flat else {},
            conditions=fit_conditions(kind, self._conditions()),
            is_pro_rata=data["is_pro_rata"] and kind == RuleKind.FLAT_ORDER,
            cap_order={} if kind == RuleKind.LEAD else data["cap_order"],
            max_payments=data["max_payments"] if is_of_sales else None,
            max_months=data["max_months"] if is_of_sales else None,
        )

    def _conditions(self) -> Conditions:
        before = self.draft.conditions if self.draft else Conditions()
        asked = {
            name: value
            for name, value in self.cleaned_data.items()
            if name in Conditions.__dataclass_fields__
        }
        if "groups" in asked:
            asked["groups"] = tuple(asked["groups"])
        return Conditions.from_json({**before.to_json(), **asked})


class ExampleForm(forms.Form):
    """An order somebody makes up, priced by the draft."""

    product = ListField(label=_("Product"), **_TEXT)
    sku = ListField(label=_("Article number"), **_TEXT)
    collection = ListField(label=_("Collection"), **_TEXT)
    is_gift_card = forms.BooleanField(label=_("It is a gift card"), required=False)
    customer = forms.ChoiceField(
        label=_("Customer"),
        required=False,
        choices=[("", _("Not known")), ("new", _("New")), ("returning", _("Returning"))],
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "ltr"}),
        help_text=_("Empty: the order came by a link."),
    )
    country = ListField(label=_("Country"), case="upper", **_TEXT)

    def __init__(self, *args: Any, currency: str, groups: Sequence[Group], **kwargs: Any) -> None:
        total = example_total(currency)
        super().__init__(*args, **kwargs)
        self.initial = {"total": total.amount_minor}
        label = _("Order total in %(currency)s") % {"currency": currency}
        self.currency, self.usual = currency, total
        self.fields = {
            "total": AmountField(currency=currency, required=False, label=label),
            **self.fields,
        }
        if len(groups) > 1:
            self.fields["group"] = forms.TypedChoiceField(
                label=_("Group"), coerce=int, choices=[(group.pk, group.name) for group in groups]
            )
            self.fields["group"].required = False

    @property
    def has_more(self) -> bool:
        """Whether more than the total was said."""
        said = getattr(self, "cleaned_data", {})
        return any(value for name, value in said.items() if name != "total")

    def build(self) -> ExampleOrder:
        """Return the order; whatever cannot be read is as in the usual example."""
        data = getattr(self, "cleaned_data", {})
        code = data.get("code", "").strip().casefold()
        customer = {"new": True, "returning": False}
        return ExampleOrder(
            total=Money(data.get("total") or self.usual.amount_minor, self.currency),
            product=_first(data.get("product")),
            sku=_first(data.get("sku")),
            collection=_first(data.get("collection")),
            is_gift_card=data.get("is_gift_card", False),
            is_new_customer=customer.get(data.get("customer", "")),
            country=_first(data.get("country")),
            signal="code" if code else "link",
            code=code,
            group_id=data.get("group") or None,
        )


class PublishForm(forms.Form):
    """From when the draft applies."""

    effective_from = forms.DateTimeField(
        label=_("Applies to orders from"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        *args: Any,
        zone: str,
        earliest: datetime,
        has_later: bool,
        notice: str = "",
        replaced_from: datetime | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.earliest, self.notice = ZoneInfo(zone), earliest, notice
        if notice or replaced_from:
            start = max(earliest, replaced_from or earliest)
            self.initial["effective_from"] = start.astimezone(self.zone)
        help_text = _("By the clock of %(zone)s. Empty: from the moment of publishing.")
        if notice:
            help_text = _("By the clock of %(zone)s. Empty: from the earliest day.")
        elif has_later:
            help_text = _("By the clock of %(zone)s. Empty: from when the latest version begins.")
        self.fields["effective_from"].help_text = help_text % {"zone": zone}

    def clean_effective_from(self) -> datetime:
        """Read the time by the brand's clock; the field gave it in the site's zone."""
        given: datetime | None = self.cleaned_data["effective_from"]
        if given is None:
            return self.earliest
        moment = given.replace(tzinfo=self.zone)
        if moment < self.earliest and self.notice:
            raise forms.ValidationError(self.notice)
        if moment < self.earliest:
            local = self.earliest.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")
            message = _("Rules cannot begin in the past. The earliest time is %(time)s.")
            raise forms.ValidationError(message, params={"time": local})
        return moment


def _amount_fields(currency: str) -> dict[str, forms.Field]:
    orders: dict[str, Any] = {"currency": currency, "required": False}
    return {
        "amounts": AmountsField(
            label=_("Fixed amount"),
            help_text=_(
                "One for each currency of your orders: 5.00 EUR, 800 JPY. Leads, visits and views"
                " are paid in %(currency)s, the program's currency."
            )
            % {"currency": currency},
            **orders,
        ),
        "min_order_value": AmountsField(label=_("Orders from"), **orders),
        "max_order_value": AmountsField(label=_("Orders up to"), **orders),
        "cap_order": AmountsField(
            label=_("At most for one order; for visits and views, for one day of a creator"),
            **orders,
        ),
    }


def _initial(draft: RuleDraft) -> dict[str, Any]:
    facts: Mapping[str, Any] = {
        name: getattr(draft.conditions, name) for name in Conditions.__dataclass_fields__
    }
    return {
        **facts,
        "name": draft.name,
        "kind": draft.kind,
        "rate_bps": draft.rate_bps or None,
        "amounts": draft.amounts,
        "is_pro_rata": draft.is_pro_rata,
        "cap_order": draft.cap_order,
        "max_payments": draft.max_payments,
        "max_months": draft.max_months,
    }


def _first(parts: tuple[str, ...] | None) -> str:
    return parts[0] if parts else ""
