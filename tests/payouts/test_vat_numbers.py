"""VAT numbers of every member state, of Greece and Northern Ireland too; no database."""

import pytest

from payouts.domain.tax import Declared, Treatment, find_treatment
from payouts.domain.vatnumbers import WrongCountry, WrongForm, read_country, read_vat_number
from payouts.forms_tax import BrandPartyForm, CountryField, TaxForm


@pytest.mark.parametrize(
    ("country", "text", "expected"),
    [
        ("GR", "EL123456789", "EL123456789"),
        ("GR", "el 123.456.789", "EL123456789"),
        ("GR", "GR123456789", "EL123456789"),
        ("GR", "123456789", "EL123456789"),
        ("GB", "XI 123 4567 89", "XI123456789"),
        ("GB", "GB123456789", "GB123456789"),
        ("GB", "UK123456789", "GB123456789"),
        ("GB", "123456789", "GB123456789"),
        ("DE", "DE 123 456 789", "DE123456789"),
        ("AT", "ATU12345678", "ATU12345678"),
        ("AT", "U12345678", "ATU12345678"),
        ("FR", "FRXX123456789", "FRXX123456789"),
        ("ES", "ESX1234567X", "ESX1234567X"),
        ("IE", "IE1234567FA", "IE1234567FA"),
        ("NL", "NL123456789B01", "NL123456789B01"),
        ("NO", "NO 123 456 789 MVA", "NO 123 456 789 MVA"),
    ],
)
def test_a_number_is_written_with_the_prefix_of_its_country(country, text, expected):
    assert read_vat_number(text, country=country) == expected
    assert read_vat_number(expected, country=country) == expected


@pytest.mark.parametrize(
    ("country", "text", "problem"),
    [
        ("GR", "DE123456789", WrongCountry),
        ("DE", "EL123456789", WrongCountry),
        ("IE", "XI123456789", WrongCountry),
        ("GR", "EL12345678", WrongForm),
        ("DE", "12", WrongForm),
    ],
)
def test_a_number_that_is_not_the_countrys_is_refused(country, text, problem):
    with pytest.raises(problem):
        read_vat_number(text, country=country)


def test_the_letters_of_a_number_stand_for_the_country_wherever_one_is_asked():
    assert [CountryField().clean(text) for text in ("el", "GR", "xi", "uk")] == [
        *("GR", "GR", "GB", "GB")
    ]
    assert read_country("de") == "DE"


@pytest.mark.parametrize(
    ("brand", "creator", "expected"),
    [
        ("GR", "EL", Treatment.DOMESTIC),
        ("DE", "EL", Treatment.REVERSE_CHARGE),
        ("EL", "DE", Treatment.REVERSE_CHARGE),
        ("DE", "XI", Treatment.OUTSIDE),
        ("GB", "XI", Treatment.DOMESTIC),
    ],
)
def test_the_country_decides_how_vat_goes_and_never_the_prefix(brand, creator, expected):
    declared = Declared(CountryField().clean(creator), "registered")

    assert find_treatment(CountryField().clean(brand), declared) == expected


def sent(**changes: str) -> dict[str, str]:
    return {
        "kind": "business",
        "legal_name": "Eleni",
        "address": "Odos 1",
        "country": "EL",
        "tax_id": "123456789",
        "vat_status": "registered",
        "vat_number": "GR 123456789",
        "is_true": "on",
        **changes,
    }


def test_a_creator_in_greece_declares_with_either_letters_and_it_is_kept_as_it_is_written():
    form = TaxForm(sent(), profile=None)

    assert form.is_valid(), form.errors
    declaration = form.read()
    assert (declaration.country, declaration.details["vat_number"]) == ("GR", "EL123456789")
    wrong = TaxForm(sent(vat_number="DE123456789"), profile=None)
    assert "vat_number" in wrong.errors


def test_the_brands_own_number_is_checked_against_where_it_pays_tax():
    data = {"legal_name": "Brand", "address": "Road", "vat_number": "EL 123456789"}

    assert BrandPartyForm(data, country="GR").is_valid()
    assert BrandPartyForm(data, country="").is_valid(), "nobody has said where"
    assert "vat_number" in BrandPartyForm(data, country="DE").errors
