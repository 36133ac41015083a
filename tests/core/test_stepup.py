"""What lets somebody in or moves money asks again who it is, and loses nothing that was posted."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from affiliates.models import Enrollment
from core.models import Mail, User
from core.sessions import BEGAN
from core.stepup import KEPT
from payouts.models import PayoutMethod
from portal.exports import EXPORTS
from tests.addresses import list_addresses, list_views, undone
from tests.core.test_factors import PASSWORD, log_in, make_person
from tests.everything import Everything, make_everything
from tests.makers import make_enrollment, make_program, make_user
from tests.payouts.ledger_world import BANK
from tests.reach import gives_file, list_writes, reaches

# What lets somebody in, says where money goes, or who may decide; and what gives data away.
GUARDED = {
    "ApiKey",
    "Authenticator",
    "EmailAddress",
    "Member",
    "PayoutMethod",
    "RailSettings",
    "Session",
    "StoreConnection",
    "UserSession",
}
GIVES_AWAY = {"portal.privacy.copying.copy_data"}
# Pages that touch these and do not ask, and why.
EXCEPTED = {
    "account_confirm_login_code": "is itself a proof",
    "account_email_verification_sent": "takes the code of an address that account_email asked for",
    "account_inactive": "says a sentence",
    "account_login": "is itself a proof",
    "account_logout": "lets nobody in",
    "account_reauthenticate": "is itself a proof",
    "account_request_login_code": "mails to the address it has",
    "account_reset_password": "mails to the address it has",
    "account_reset_password_done": "says a sentence",
    "account_reset_password_from_key": "its link is a proof, and no factor goes",
    "account_reset_password_from_key_done": "says a sentence",
    "account_signup": "nobody is there yet",
    "brands:create": "the brand is new, and its founder is the one member",
    "brands:sandbox-change": "a sandbox pays by stand-ins",
    "core:session-end": "lets nobody in; whoever finds a stranger in his account is in a hurry",
    "mfa_authenticate": "is itself a proof",
    "mfa_download_recovery_codes": "serves the codes of mfa_generate_recovery_codes once",
    "mfa_index": "lists what there is",
    "mfa_list_webauthn": "lists what there is",
    "mfa_login_webauthn": "is itself a proof",
    "mfa_reauthenticate": "is itself a proof",
    "mfa_reauthenticate_webauthn": "is itself a proof",
    "mfa_view_recovery_codes": "shows codes that are new, and stars afterwards",
    "payouts:method-check": "asks Stripe how the account stands, and changes it to nothing else",
    "payouts:run-approve": "pays where methods say; takes a second factor of its own",
    "payouts:run-preview": "pays nobody; names where methods say",
    "portal:brand-home": "notes that an invited member came",
    "portal:brand-new": "of operators, whose sessions are short; the owner is told by mail",
    "portal:join": "of people who are no members",
    "tracking:store-codes": "locks the store, and changes its codes alone",
    "tracking:store-codes-file": "locks the store, and notes when its codes were fetched",
    "tracking:store-discount": "locks the store, and changes what its codes give",
    "tracking:product-list": "locks the store, and changes its products alone",
}
# Files that do not ask, and why.
FREE = {
    "affiliates:link-qr-png": "draws an address that anybody may open",
    "affiliates:link-qr-svg": "draws an address that anybody may open",
    "core:image": "is on pages that anybody may open",
    "core:image-small": "is on pages that anybody may open",
    "core:image-letter": "is in letters",
    "core:recovery-file": "holds what the page just showed, behind mfa_generate_recovery_codes",
    "payouts:brand-statement-csv": "is about one creator, without an account number",
    "payouts:brand-statement-pdf": "is about one creator, without an account number",
    "payouts:invoice-pdf": "is about one creator, without an account number",
    "payouts:own-invoice-pdf": "is one person's own, without an account number",
    "payouts:tax-years-csv": "sums what was paid by creator; no address, and no account",
    "payouts:issued-pdf": "is one person's own, without an account number",
    "payouts:issued-csv": "is one person's own, without an account number",
    "payouts:statement-csv": "is one person's own, without an account number",
    "portal:list-export clicks": "counts clicks; of who clicked nothing is kept",
    "portal:list-export commissions": "says what orders earned; no address, and not what was paid",
    "portal:list-export goals": "says how far goals are",
    "portal:list-export liability": "sums what is owed by creator; no address, and no account",
    "portal:list-export orders": "says what was sold; a customer is not named in it",
    "portal:list-export report": "holds sums",
    "portal:list-export tax_countries": "holds sums",
    "affiliates:code-batch-file": "codes to hand out to shoppers, which the brand made itself",
    "affiliates:own-code-batch": "the creator's own codes, to hand out to shoppers",
    "portal:what-if-file": "says what orders would have earned; no address, and not what was paid",
    "tracking:finding-sheet": "says orders by their number and their figures, and nobody",
    "tracking:store-codes-file": "names codes and whose they are; no address, and no account",
    "tracking:upload-errors": "says which rows of the brand's own file cannot be read, and why",
    "tracking:upload-template": "is empty but for an example",
}

PROOFS = ("account_reauthenticate", "mfa_reauthenticate", "core:again-by-mail")


@pytest.fixture(scope="module")
def real(committed: None) -> Everything:
    return make_everything()


@pytest.fixture(autouse=True)
def _hash_quickly(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def set_age(client: Client, minutes: int) -> None:
    """Let the log-in be some minutes ago, and nothing else have been shown since."""
    session = client.session
    session[BEGAN] = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
    session["account_authentication_methods"] = []
    session.save()


def enter(user: User, *, minutes: int = 11) -> Client:
    client = Client()
    client.force_login(user)
    set_age(client, minutes)
    return client


def methods_of(place: Enrollment) -> QuerySet[PayoutMethod]:
    return PayoutMethod.objects.filter(affiliation=place.affiliation)


def read_next(answer) -> str:
    """Return where an answer that asks for a proof goes on; "" for any other."""
    url = urlsplit(answer.headers.get("Location", ""))
    return parse_qs(url.query)["next"][0] if url.path in map(reverse, PROOFS) else ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(settings.STEP_UP_PAGES))
def test_a_page_asks_and_then_goes_on_with_what_was_posted(real, name):
    address = next(one for one in list_addresses() if one.name == name)
    url = address.url(real)
    with undone():
        client = enter(real.creator if address.side == "creator" else real.owner)
        posted = {"left": "as it was typed", **address.form}

        asked, looked = client.post(url, posted), client.get(url)
        set_age(client, 0)
        answer = client.get(read_next(asked))

        assert read_next(asked) == read_next(looked) == url
        assert answer.wsgi_request.method == "POST"
        assert answer.wsgi_request.POST.dict() == posted
        assert answer.status_code not in {403, 404, 500}
        assert read_next(client.get(url)) == ""


def list_sensitive() -> set[str]:
    """Return the pages that can change one of the guarded rows, and all of allauth."""
    return {
        name
        for name, view in list_views()
        if view.__module__.startswith("allauth")
        or list_writes(view, GUARDED)
        or reaches(view, GIVES_AWAY)
    }


def test_every_page_that_lets_somebody_in_or_moves_money_asks_or_says_why_not():
    sensitive, asks = list_sensitive(), settings.STEP_UP_PAGES

    assert sensitive - asks - EXCEPTED.keys() == set(), "add these to config/stepup.py"
    assert EXCEPTED.keys() - sensitive | EXCEPTED.keys() & asks == set(), "no exceptions any more"


def list_files() -> set[str]:
    """Return whatever answers with a file; each list of a brand by itself."""
    found = {name for name, view in list_views() if gives_file(view)}
    found.remove("portal:list-export")
    return found | {f"portal:list-export {sheet}" for sheet in EXPORTS}


def test_every_file_asks_or_says_why_not():
    asks = settings.STEP_UP_PAGES | settings.STEP_UP_FILES

    assert list_files() - asks == FREE.keys(), "add it to config/stepup.py, or say why not"
    assert settings.STEP_UP_FILES - list_files() == set(), "no such file"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(settings.STEP_UP_FILES))
def test_a_file_asks_and_then_is_taken_from_its_page(real, name):
    name, _, sheet = name.partition(" ")
    address = next(one for one in list_addresses() if one.name == name)
    url, page = address.url(real, sheet=sheet), f"/b/{real.brand.slug}/creators/?q=Anna"
    with undone():
        client = enter(real.owner)

        asked = client.post(url, headers={"Referer": f"http://testserver{page}"})
        proof = client.get(asked["Location"]).content.decode()
        elsewhere = client.post(url, headers={"Referer": "http://testserver.evil.example/b/"})
        set_age(client, 0)
        taken = client.post(url)

        assert read_next(asked) == page
        assert "Take it there once more" in proof
        assert read_next(elsewhere) == reverse("portal:home")
        assert "attachment" in taken["Content-Disposition"]
        assert KEPT not in client.session


@pytest.mark.django_db
def test_a_list_that_carries_no_person_away_is_sent_at_once(real):
    with undone():
        answer = enter(real.owner).post(
            reverse("portal:list-export", args=[real.brand.slug, "orders"])
        )

        assert "attachment" in answer["Content-Disposition"]


@pytest.mark.django_db
def test_details_of_a_bank_are_stored_after_the_password_and_lie_nowhere_in_the_meantime():
    anna = make_person("anna@mail.example")
    place = make_enrollment(make_program(), user=anna)
    page = reverse("payouts:method-edit", args=[place.affiliation.public_id])
    client = Client()
    log_in(client)
    set_age(client, 11)

    asked = client.post(f"{page}?from=home", BANK)
    between = str(dict(client.session.items()))
    proved = client.post(
        reverse("account_reauthenticate"), {"password": PASSWORD, "next": read_next(asked)}
    )
    answer = client.get(proved["Location"])

    assert BANK["iban"] not in between
    assert proved["Location"] == f"{page}?from=home"
    assert answer.status_code == 303
    assert methods_of(place).exists()
    assert KEPT not in client.session


@pytest.mark.django_db
def test_somebody_without_a_password_goes_on_after_a_mailed_code():
    anna = make_person("anna@mail.example")
    anna.set_unusable_password()
    anna.save()
    place = make_enrollment(make_program(), user=anna)
    page = reverse("payouts:method-edit", args=[place.affiliation.public_id])
    client = enter(anna)

    asked = client.post(page, BANK)
    sent = client.post(reverse("core:again-by-mail"), {"next": read_next(asked)})
    client.post(sent["Location"], {"email": anna.email, "next": page})
    letter = Mail.objects.filter(to=anna.email).latest("pk").text
    code = next(line for line in letter.splitlines() if line.isupper() and " " not in line)
    entered = client.post(reverse("account_confirm_login_code"), {"code": code, "next": page})
    client.get(entered["Location"])

    assert entered["Location"] == page
    assert methods_of(place).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["late", "another person", "another page", "a post", "once"])
def test_what_was_posted_goes_on_for_the_same_person_at_the_same_page_once_and_soon(
    why, monkeypatch
):
    anna = make_person("anna@mail.example")
    place, other = (make_enrollment(make_program(), user=anna) for _ in range(2))
    page = reverse("payouts:method-edit", args=[place.affiliation.public_id])
    client = enter(anna)
    if why == "late":
        monkeypatch.setattr("core.stepup.KEPT_FOR", timedelta(0))
    client.post(page, BANK)
    kept = client.session[KEPT]
    if why == "another person":
        client = enter(make_user())
        session = client.session
        session[KEPT] = kept
        session.save()
    set_age(client, 0)
    if why == "another page":
        client.get(reverse("payouts:method-edit", args=[other.affiliation.public_id]))
    elif why == "a post":
        client.post(page, {"account_name": ""})
    elif why == "once":
        client.get(page)
        methods_of(place).delete()

    client.get(page)

    assert not methods_of(place).exists()
