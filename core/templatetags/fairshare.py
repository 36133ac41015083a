"""Filters and tags of every template: money, dates, states, icons, navigation, form controls."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.utils import ErrorList
from django.template.defaultfilters import filesizeformat
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.html import Urlizer, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from core import formats
from core.money import Money
from core.sessions import name_device
from core.states import get_state
from core.wording import say_duration

register = template.Library()

MIRRORED_ICONS = frozenset({"arrow", "next", "back", "undo", "logout", "out"})
RAILS: Mapping[str, str | Promise] = {
    "csv": _("Bank transfer"),
    "sepa": _("SEPA transfer"),
    "stripe": "Stripe",
    "wise": "Wise",
    "paypal": "PayPal",
    "paypal_csv": "PayPal",
    "manual": _("Payment by hand"),
}
"""Ways of being paid, as creators and brands read them in sentences."""

CONTROL_CLASSES = {
    "checkbox": "form-check-input",
    "radioselect": "choices",
    "checkboxselectmultiple": "choices",
    "select": "form-select",
    "nullbooleanselect": "form-select",
    "selectmultiple": "form-select",
    "file": "form-control",
}


@register.filter
def told(errors: ErrorList) -> list[str]:
    """Return what is wrong in a form: the numbers in Django's sentences in the reader's digits."""
    return [_tell(error) for error in errors.as_data()]


@register.filter
def size(value: int) -> str:
    """Format the bytes of a file: 1.5 MB."""
    return formats.size_text(filesizeformat(value), language=current_language())


@register.filter
def duration(value: timedelta | None) -> str:
    """Say how long something takes, in its largest whole unit: 26 hours."""
    return say_duration(value)


@register.filter
def money(value: Money | int | None, currency: str = "") -> str:
    """Format Money, or minor units with a currency: `{{ commission.amount_minor|money:"EUR" }}`."""
    amount = _money(value, currency)
    return (
        formats.UNKNOWN
        if amount is None
        else formats.money_text(amount, language=current_language())
    )


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON for a data attribute, where it is escaped like any text."""
    return json.dumps(value)


@register.filter
def device(agent: str) -> str:
    """Name browser and system of a user agent: "Firefox, Windows"."""
    return name_device(agent) or str(_("Unknown browser"))


@register.filter
def amount(value: Money | int | None, currency: str = "") -> str:
    """Format the number of an amount alone; the column's heading names the currency."""
    money_value = _money(value, currency)
    if money_value is None:
        return formats.UNKNOWN
    text = formats.amount_text(money_value, language=current_language())
    return formats.isolate_ltr(text)


@register.filter
def money_change(value: Money | int | None, currency: str = "") -> str:
    """Format a difference with its sign: +12.00 EUR."""
    money_value = _money(value, currency)
    if money_value is None:
        return formats.UNKNOWN
    return formats.change_text(money_value, language=current_language())


@register.filter
def number(value: int | Decimal | None) -> str:
    """Format a count."""
    return (
        formats.UNKNOWN
        if value is None
        else formats.number_text(value, language=current_language())
    )


@register.filter
def percent(value: int | None) -> str:
    """Format basis points as a percent: 1000 is 10 %."""
    return (
        formats.UNKNOWN
        if value is None
        else formats.percent_text(value, language=current_language())
    )


@register.filter
def percent_change(value: int | None) -> str:
    """Format a change in basis points with its sign; None: nothing to compare with."""
    if value is None:
        return translation.gettext("no comparison")
    return formats.percent_change_text(value, language=current_language())


@register.filter
def day(value: date | None, zone: str = "") -> str:
    """Format the day of a date or moment: `<time>12 Aug 2026</time>`."""
    if value is None:
        return formats.UNKNOWN
    local = formats.local_day(value, zone=_zone(zone))
    return _time_tag(value, formats.day_text(local, language=current_language()))


@register.filter
def day_short(value: date | None, zone: str = "") -> str:
    """Format a day without its year: `<time>12 Aug</time>`."""
    if value is None:
        return formats.UNKNOWN
    local = formats.local_day(value, zone=_zone(zone))
    return _time_tag(value, formats.day_short_text(local, language=current_language()))


@register.filter
def month(value: date | None, zone: str = "") -> str:
    """Format the month of a date: `<time>Aug 2026</time>`."""
    if value is None:
        return formats.UNKNOWN
    local = formats.local_day(value, zone=_zone(zone))
    return _time_tag(value, formats.month_text(local, language=current_language()))


@register.filter
def moment(value: datetime | None, zone: str = "") -> str:
    """Format day and hour; a zone given is also named: 11 Sep 2026, 14:05 (Europe/Berlin)."""
    if value is None:
        return formats.UNKNOWN
    language, where = current_language(), _zone(zone)
    text = translation.pgettext("day, hour", "%(day)s, %(hour)s") % {
        "day": formats.day_text(formats.local_day(value, zone=where), language=language),
        "hour": formats.clock_text(value, language=language, zone=where),
    }
    return _time_tag(value, f"{text} ({formats.isolate_ltr(zone)})" if zone else text)


@register.filter
def clock(value: datetime | None, zone: str = "") -> str:
    """Format the hour of a moment: `<time>14:05</time>`."""
    if value is None:
        return formats.UNKNOWN
    return _time_tag(
        value, formats.clock_text(value, language=current_language(), zone=_zone(zone))
    )


@register.filter
def rail_name(value: str) -> str:
    """Name a way of paying."""
    return str(RAILS.get(value, value))


@register.filter
def code(value: object) -> SafeString:
    """Show a code, slug or id: monospace, left to right in every language."""
    return format_html('<bdi dir="ltr" class="code">{}</bdi>', value)


class _Linker(Urlizer):
    """Link web addresses only, and vouch for none: a stranger wrote them."""

    url_template = '<a href="{href}" rel="noopener noreferrer nofollow">{url}</a>'

    @staticmethod
    def is_email_simple(value: str) -> bool:  # noqa: ARG004
        return False


_link = _Linker()


@register.filter
def web_links(text: str) -> SafeString:
    """Show what a stranger wrote with the http and https addresses in it as links."""
    linked = _link(str(text), autoescape=True)
    return format_html('<bdi dir="ltr">{}</bdi>', mark_safe(linked))  # noqa: S308


@register.filter
def initials(value: object) -> str:
    """Return the first letters of the first two words of a name, for where a picture is missing."""
    words = [word for word in str(value).split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


@register.filter
def name(value: object) -> SafeString:
    """Show a name a person chose; its own script decides its direction."""
    return format_html("<bdi>{}</bdi>", value)


@register.simple_tag
def comma() -> str:
    """Return what stands between the parts of a list: a comma and a space."""
    return formats.comma(current_language())


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw one of our icons; the word beside it carries the meaning."""
    flip = " icon-flip" if name in MIRRORED_ICONS else ""
    return format_html(
        '<svg class="fs-icon{}{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        flip,
        f" {css}" if css else "",
        static("img/icons.svg"),
        name,
    )


@register.inclusion_tag("components/badge.html")
def state_badge(name: str, kind: str = "", label: str = "") -> dict[str, Any]:
    """Show a state as word, icon and shape; `label` replaces the word, as in "Due tomorrow"."""
    state = get_state(str(name), kind=kind)
    return {"label": label or state.label, "icon_name": state.icon, "tone": state.tone}


@register.inclusion_tag("components/nav_item.html", takes_context=True)
def nav_item(
    context: template.Context,
    view_name: str,
    label: str,
    icon_name: str = "",
    *args: Any,
    **flags: Any,
) -> dict[str, Any]:
    """Link to a page by URL name, marked when current; nothing while it has no address.

    `args` are the URL's arguments in order. `exact=True` marks only the page itself, not those
    under it. A page may set `nav_current` to the URL name of the item it belongs to.
    """
    url = _find_url(view_name, args)
    current = _current(context, view_name, url, is_exact=bool(flags.get("exact")))
    count = flags.get("count")
    return {
        "url": url,
        "label": label,
        "icon_name": icon_name,
        "current": current,
        "count": count,
    }


@register.simple_tag
def find_url(view_name: str, *args: Any) -> str:
    """Return a page's address, or nothing while it has none: `{% find_url "x:y" as url %}`."""
    return _find_url(view_name, args)


@register.filter
def control(field: BoundField, extra_class: str = "") -> SafeString:
    """Render a form field's own control with the class its kind needs."""
    widget = field.field.widget
    kind = type(widget).__name__.lower()
    input_type = getattr(widget, "input_type", "")
    css = CONTROL_CLASSES.get(kind) or CONTROL_CLASSES.get(input_type, "form-control")
    own = widget.attrs.get("class", "")
    attrs: dict[str, Any] = {"class": " ".join(part for part in (css, own, extra_class) if part)}
    if input_type in {"email", "password"} or widget.attrs.get("placeholder") == field.label:
        attrs["placeholder"] = False  # it would only repeat the label
    return field.as_widget(attrs=attrs)


@register.filter
def control_kind(field: BoundField) -> str:
    """Return how a field is laid out: check, choices or text."""
    kind = type(field.field.widget).__name__.lower()
    if kind == "checkboxinput":
        return "check"
    return "choices" if kind in {"radioselect", "checkboxselectmultiple"} else "text"


def current_language() -> str:
    short = (translation.get_language() or "en").split("-")[0]
    return short if short in formats.LANGUAGES else "en"


def _money(value: Money | int | None, currency: str) -> Money | None:
    if value is None or isinstance(value, Money):
        return value
    return Money(int(value), currency)


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name or timezone.get_current_timezone_name())


def _time_tag(value: date, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


def _find_url(view_name: str, args: tuple[Any, ...]) -> str:
    try:
        return reverse(view_name, args=args)
    except NoReverseMatch:
        return ""


def _current(context: template.Context, view_name: str, url: str, *, is_exact: bool) -> str:
    request = context.get("request")
    if request is None or not url:
        return ""
    if request.path == url:
        return "page"
    chosen = context.get("nav_current")
    if chosen:
        return "true" if chosen == view_name else ""
    return "true" if not is_exact and request.path.startswith(url) else ""


def _tell(error: ValidationError) -> str:
    text = str(next(iter(error)))
    for value in (getattr(error, "params", None) or {}).values():
        if isinstance(value, int):
            digits = formats.digits_text(str(value), language=current_language())
            text = re.sub(rf"(?<!\w){value}(?!\w)", digits, text)
    return text
