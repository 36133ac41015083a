"""How the tax of a payout is said: its sums by name, and why VAT is added or not."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.money import Money
from core.wording import current_language
from payouts.domain.tax import TaxTerms, Treatment

TREATMENTS: Mapping[Treatment, str | Promise] = {
    Treatment.UNDECLARED: gettext_lazy("No VAT: no tax details that hold are declared."),
    Treatment.NOT_REGISTERED: gettext_lazy("No VAT: the creator is not registered for it."),
    Treatment.SMALL_BUSINESS: gettext_lazy("No VAT: the creator is exempt as a small business."),
    Treatment.DOMESTIC: gettext_lazy("VAT of {country} at {rate} of the commission."),
    Treatment.REVERSE_CHARGE: gettext_lazy(
        "Reverse charge: the recipient accounts for the VAT (Articles 44 and 196 of Directive "
        "2006/112/EC)."
    ),
    Treatment.OUTSIDE: gettext_lazy(
        "No VAT: creator and brand are not both in the European Union."
    ),
}

Sum = tuple[str, Money]


def list_sums(*, amount_minor: int, terms: TaxTerms | None, currency: str) -> list[Sum]:
    """Return how what is sent comes about; nothing where no tax changes the commission."""
    if terms is None:
        return []
    vat, withheld = terms.vat_of(amount_minor), terms.withheld_of(amount_minor)
    if not vat and not withheld:
        return []
    sums = [(_("Commission"), Money(amount_minor, currency))]
    if vat:
        sums.append((name_vat(terms), Money(vat, currency)))
    if withheld:
        sums.append((_named(_("Tax withheld"), terms.withholding_bps), Money(-withheld, currency)))
    return [*sums, (_("Sent to the creator"), Money(amount_minor + vat - withheld, currency))]


def name_vat(terms: TaxTerms | None) -> str:
    """Return what VAT is called with its rate."""
    return _named(_("VAT"), terms.vat_bps if terms else 0)


def list_notes(terms: TaxTerms | None) -> list[str]:
    """Return in words why VAT is added or not, and what is withheld of what."""
    if terms is None:
        return []
    about = {"country": formats.isolate_ltr(terms.country), "rate": _percent(terms.vat_bps)}
    notes = [str(TREATMENTS[terms.treatment]).format(**about)]
    if terms.withholding_bps:
        about["rate"] = _percent(terms.withholding_bps)
        text = _("{rate} of the commission without VAT is withheld for tax.")
        notes.append(text.format(**about))
    return notes


def read_terms(stored: Mapping[str, Any] | None) -> TaxTerms | None:
    """Return the terms a payout, a plan's line or a statement keeps."""
    return TaxTerms.from_json(stored) if stored else None


def _named(name: str, rate_bps: int) -> str:
    return f"{name} {_percent(rate_bps)}"


def _percent(rate_bps: int) -> str:
    return formats.percent_text(rate_bps, language=current_language())
