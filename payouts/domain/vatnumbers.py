"""VAT numbers as they are written: which country a prefix stands for, and what follows it.

Most prefixes are the country's own two letters. Greece has EL, and a number of Northern Ireland,
which stands for goods only, XI; the countries are GR and GB all the same (Directive 2006/112/EC,
Article 215; Protocol on Ireland/Northern Ireland, Article 8). The forms are those that the
European Commission publishes for VIES. Whether a number is in use is not asked anywhere.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

PREFIXES: Mapping[str, str] = MappingProxyType({"EL": "GR", "XI": "GB", "UK": "GB"})
"""Prefixes that are not the country's own letters; UK is what some write for GB."""

_GB = r"\d{9}|\d{12}|GD[0-4]\d\d|HA[5-9]\d\d"
_FORMS: Mapping[str, str] = MappingProxyType(
    {
        "AT": r"U\d{8}",
        "BE": r"[01]\d{9}",
        "BG": r"\d{9,10}",
        "CY": r"\d{8}[A-Z]",
        "CZ": r"\d{8,10}",
        "DE": r"\d{9}",
        "DK": r"\d{8}",
        "EE": r"\d{9}",
        "EL": r"\d{9}",
        "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
        "FI": r"\d{8}",
        "FR": r"[A-Z0-9]{2}\d{9}",
        "GB": _GB,
        "HR": r"\d{11}",
        "HU": r"\d{8}",
        "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
        "IT": r"\d{11}",
        "LT": r"\d{9}|\d{12}",
        "LU": r"\d{8}",
        "LV": r"\d{11}",
        "MT": r"\d{8}",
        "NL": r"[A-Z0-9+*]{10}\d\d",
        "PL": r"\d{10}",
        "PT": r"\d{9}",
        "RO": r"\d{2,10}",
        "SE": r"\d{12}",
        "SI": r"\d{8}",
        "SK": r"\d{10}",
        "XI": _GB,
    }
)


class WrongCountry(ValueError):
    """The number begins as those of another country do; the argument is that country."""


class WrongForm(ValueError):
    """No number of this country looks like it."""


def read_country(text: str) -> str:
    """Return the country (ISO 3166-1) that two letters stand for, also those of a VAT number."""
    letters = text.upper()
    return PREFIXES.get(letters, letters)


def read_vat_number(text: str, *, country: str) -> str:
    """Return a VAT number with its prefix and nothing between; of other countries, as it stands.

    A number without its prefix gets the one of its country.

    :raises WrongCountry: it begins with the letters of another country.
    :raises WrongForm: none of this country looks like it.
    """
    bare = re.sub(r"[\s.\-/]", "", text).upper()
    own = {prefix for prefix in _FORMS if read_country(prefix) == country}
    if not own:
        return " ".join(text.split())
    letters = bare[:2]
    if letters in {country, "UK"} and letters not in own and read_country(letters) == country:
        bare = f"{min(own)}{bare[2:]}"  # GR123456789, UK123456789
    prefix = bare[:2] if bare[:2] in own else ""
    if not prefix and not any(re.fullmatch(_FORMS[one], bare) for one in own):
        if letters in _FORMS:
            raise WrongCountry(read_country(letters))
        raise WrongForm(country)
    if prefix and not re.fullmatch(_FORMS[prefix], bare[2:]):
        raise WrongForm(country)
    return bare if prefix else f"{min(own)}{bare}"
