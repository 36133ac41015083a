"""What of a creator's details names an account or a taxpayer, and that it is marked when given."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from affiliates.models import AccountMark, MarkKind
from affiliates.selectors_alike import find_alike
from brands.models import RailKind
from payouts.domain.marks import mark_method, mark_tax
from payouts.models import PayoutMethod
from payouts.services.methods import record_account_state, set_bank_method, set_rail_account
from payouts.services.rails import AccountState
from tests.makers import NOW, make_enrollment, make_program
from tests.payouts.papers import make_tax_profile

IBAN = "DE89370400440532013000"


@pytest.mark.parametrize(
    ("rail", "details", "marks"),
    [
        ("sepa", {"iban": IBAN, "account_name": "A"}, [f"iban:{IBAN}"]),
        ("csv", {"iban": "de89 3704 0044 0532 0130 00"}, [f"iban:{IBAN}"]),
        ("csv", {"account_number": "12-345", "bank_code": "10 20"}, ["account:1020:12345"]),
        ("csv", {"account_number": "1234", "bank_code": "1020"}, []),
        ("csv", {"account_number": "12345"}, ["account::12345"]),
        ("wise", {"sort_code": "1", "account_number": "12345", "email": "a@b.example"},
         ["account:1:12345"]),
        ("wise", {"email": "a@b.example"}, []),
        ("paypal", {"email": " A@b.example"}, ["paypal:a@b.example"]),
        ("paypal_csv", {"email": "a@b.example"}, ["paypal:a@b.example"]),
        ("paypal", {"email": "nobody"}, []),
        ("manual", {"how": "in cash"}, []),
    ],
)  # fmt: skip
def test_what_names_an_account(rail, details, marks):
    assert mark_method(rail, details) == marks


@pytest.mark.parametrize(
    ("details", "marks"),
    [
        ({"tax_id": "12 345", "vat_number": ""}, ["DE:12345"]),
        ({"tax_id": "none", "vat_number": "DE-123456789"}, ["DE:DE123456789"]),
        ({"tax_id": "1234"}, []),
        ({}, []),
    ],
)
def test_what_names_a_taxpayer(details, marks):
    assert mark_tax("DE", details) == marks


@pytest.mark.django_db
class TestGiven:
    def make_places(self):
        program = make_program()
        times = [NOW, NOW + timedelta(hours=1)]
        return [make_enrollment(program, now=at).affiliation for at in times]

    def kinds(self, affiliation):
        return [list(one.kinds) for one in self.find(affiliation)]

    def find(self, affiliation):
        return find_alike(affiliation.brand_id, [affiliation.pk]).get(affiliation.pk, [])

    def give_bank(self, affiliation, iban):
        details = {"account_name": "A B", "iban": iban}
        actor = affiliation.affiliate.user_id
        set_bank_method(affiliation_id=affiliation.pk, details=details, actor_id=actor, now=NOW)

    def test_one_bank_account_of_two_is_seen_also_after_it_changed(self):
        first, second = self.make_places()
        self.give_bank(first, IBAN)
        self.give_bank(second, "DE89 3704 0044 0532 0130 00")

        assert self.kinds(second) == [[MarkKind.PAYOUT]]
        self.give_bank(first, "NL91ABNA0417164300")
        assert self.kinds(second) == [[MarkKind.PAYOUT]]
        assert [one.is_earlier for one in (*self.find(second), *self.find(first))] == [True, False]

    def test_nothing_of_what_was_given_is_in_the_mark(self):
        first, _ = self.make_places()
        self.give_bank(first, IBAN)

        marks = AccountMark.objects.filter(affiliation=first).values_list("mark", flat=True)
        assert not any(IBAN in mark or IBAN[-4:].lower() == mark[-4:] for mark in marks)

    def test_one_tax_number_of_two_is_seen(self):
        first, second = self.make_places()
        for one in (first, second):
            make_tax_profile(one, now=NOW)

        assert self.kinds(first) == [[MarkKind.TAX]]

    def test_one_bank_account_behind_two_accounts_at_stripe_is_seen(self):
        first, second = self.make_places()
        for number, one in enumerate((first, second)):
            actor = one.affiliate.user_id
            set_rail_account(
                affiliation_id=one.pk, external_account=f"acct_{number}", actor_id=actor, now=NOW
            )
            method = PayoutMethod.objects.get(affiliation=one, rail=RailKind.STRIPE)
            state = AccountState(True, True, (), is_live=False, destination="digest")
            record_account_state(method_id=method.pk, state=state, expects_live=False, now=NOW)

        assert self.kinds(first) == [[MarkKind.PAYOUT]]

    def test_the_migrations_mark_what_was_given_before(self):
        first, _ = self.make_places()
        self.give_bank(first, IBAN)
        make_tax_profile(first, now=NOW)
        marks = AccountMark.objects.order_by("kind", "mark").values_list(
            "kind", "mark", "affiliation"
        )
        before = list(marks)
        AccountMark.objects.all().delete()

        import_module("affiliates.migrations.0005_mailboxes").mark_mailboxes(apps, None)
        import_module("payouts.migrations.0010_marks").mark_details(apps, None)

        assert list(marks.all()) == before
        assert {kind for kind, _, _ in before} == set(MarkKind.values)

    def test_another_brand_is_never_looked_at(self):
        (first, _), (stranger, _) = self.make_places(), self.make_places()
        self.give_bank(first, IBAN)
        self.give_bank(stranger, IBAN)

        assert (self.kinds(first), self.kinds(stranger)) == ([], [])
