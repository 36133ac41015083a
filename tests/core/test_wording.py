"""Every reason the program can store has words, for both readers, in every language."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from babel.messages.mofile import write_mo
from django.conf import settings
from django.utils import translation

from affiliates import reasons as affiliates_reasons
from affiliates.models import RejectReason
from brands import reasons as brands_reasons
from brands.domain.pricing import CAPS_BEYOND_ORDER
from config.extract import PLURAL_FORMS, read_catalogue
from core.topics import TOPICS
from core.wording import (
    AUDIENCES,
    KINDS,
    ONLY_FOR_BRANDS,
    Audience,
    Catalogue,
    Message,
    Plural,
    Reader,
    Template,
    ngettext_lazy,
    placeholders_of,
)
from payouts import wording as payouts_wording
from payouts.models import PayoutStatus
from payouts.services.rails import RefusalCode, UnknownCode
from tests.core import wording_sources as sources
from tracking import wording as tracking_wording
from tracking.domain.candidates import Verdict as CandidateVerdict
from tracking.domain.verdict import Verdict
from tracking.services.adapters import FILES

CATALOGUES: Mapping[str, Catalogue] = {
    "brands": brands_reasons.CATALOGUE,
    "affiliates": affiliates_reasons.CATALOGUE,
    "tracking": tracking_wording.CATALOGUE,
    "payouts": payouts_wording.CATALOGUE,
}
MAX_WORDS = 30
BERLIN, TEHRAN = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tehran")
AT = "2026-08-12T21:30:00+00:00"
# A value of each kind, as rows hold them.
RAW: Mapping[str, Any] = {
    "day": AT,
    "moment": AT,
    "money": 1250,
    "change": -250,
    "number": 4,
    "count": 2,
    "text": "ANNA10",
    "creator": "7",
    "member": "9",
    "words": ["shop.example"],
}
NAMES = {"creator": {"7": "Anna"}, "member": {"9": "Mina"}}
# Reasons a creator cannot be shown, because only the brand's pages hold such rows.
BRAND_ONLY = (
    *("store.", "signature.", "problem.", "key.", "pull.", "upload.", "storecode."),
    *("compare.", "finding."),
)


def entries() -> Iterator[tuple[str, str, Message]]:
    for app, catalogue in CATALOGUES.items():
        for code, message in catalogue.list_messages():
            yield app, code, message


ENTRIES = list(entries())
CODES = {code for _app, code, _message in ENTRIES}
TEMPLATES = [
    pytest.param(template, audience, id=f"{app}:{code}:{audience}:{place}")
    for app, code, message in ENTRIES
    for audience in AUDIENCES
    for place, template in enumerate(message.templates(audience))
]


def reader(audience: Audience = "brand", zone: ZoneInfo = BERLIN, **known: str) -> Reader:
    return Reader(audience, zone, NAMES if audience == "brand" else {}, known)


def raw_params(app: str, template: Template) -> dict[str, Any]:
    """Return a value for each placeholder; a word of the app where it is one."""
    words = CATALOGUES[app].words
    values: dict[str, Any] = {"currency": "EUR"}
    for name in placeholders_of(template):
        is_word = KINDS[name] in {"word", "words"} and name in words
        values[name] = next(iter(words[name])) if is_word else RAW[KINDS[name]]
    return {**values, "currency": "EUR"}


def forms(template: Template) -> list[str]:
    if isinstance(template, Plural):
        return [template.singular, template.plural]
    return [str(template)]


def one_message(creator: Any, brand: Any = None) -> Catalogue:
    return Catalogue({"attr.x": Message(creator, brand)}, words={}, steps={})


# What the catalogues hold.


@pytest.mark.parametrize(("template", "audience"), TEMPLATES)
def test_a_sentence_is_short_and_has_known_placeholders(template: Template, audience: Audience):
    used = placeholders_of(template)

    assert used <= KINDS.keys()
    assert all(0 < len(form.split()) <= MAX_WORDS for form in forms(template))
    assert audience == "brand" or not used & ONLY_FOR_BRANDS


@pytest.mark.parametrize(("app", "code", "message"), ENTRIES)
def test_a_reason_has_words_for_both_readers(app: str, code: str, message: Message):
    for audience in AUDIENCES:
        for template in message.templates(audience):
            said = CATALOGUES[app].explain(
                code=code.partition("[")[0],
                params={**raw_params(app, template), **case_params(message, code, app)},
                reader=reader(audience),
            )
            assert said
            assert not re.search(r"[{}]", said)


def case_params(message: Message, code: str, app: str) -> dict[str, str]:
    """Return the parameter that chooses a case, for a message that is one."""
    whole, _, case = code.partition("[")
    by = CATALOGUES[app].messages[whole].by
    return {by: case.rstrip("]")} if case else {}


@pytest.mark.parametrize(("app", "code", "message"), ENTRIES)
def test_a_reason_without_any_parameter_still_reads(app: str, code: str, message: Message):
    for audience in AUDIENCES:
        said = CATALOGUES[app].explain(
            code=code.partition("[")[0], params={}, reader=reader(audience)
        )
        assert said
        assert not re.search(r"[{}]|None", said)


@pytest.mark.parametrize(("app", "code", "message"), ENTRIES)
def test_a_reason_leads_to_the_page_where_one_acts_on_it(app: str, code: str, message: Message):
    for audience in AUDIENCES:
        step = CATALOGUES[app].step(code=code.partition("[")[0], audience=audience)
        if audience == "creator" and code.startswith(BRAND_ONLY):
            assert step is None
        else:
            assert step is not None
            assert re.fullmatch(r"[a-z]+:[a-z-]+", step)


def test_a_word_is_only_kept_where_a_placeholder_is_one():
    for catalogue in CATALOGUES.values():
        assert {KINDS[name] for name in catalogue.words} <= {"word", "words"}


# What the program can store.


def test_every_reason_in_the_source_has_words():
    stored = sources.stored_reasons()

    assert len(stored) > 40
    sent = {"order.updated", "refund.created"}  # topics of what a store sends
    no_reasons = {"attr.won", "click.html"}  # how codes of won orders begin, and a template
    assert stored - CODES - TOPICS.keys() - sent - no_reasons == set()


def test_every_verdict_of_a_click_has_words():
    verdicts = {verdict.name.lower() for verdict in Verdict} | set(get_args(CandidateVerdict))

    assert {f"click.{verdict}" for verdict in verdicts} - CODES == set()


def test_every_refused_or_ignored_delivery_has_words():
    refused = sources.called_with("tracking/integrations", "refuse", "PayloadRefused")
    noted = sources.constants("tracking/services/adapters.py") - {FILES}
    said = {tracking_wording.delivery_reason(code=code)[0] for code in refused | noted}

    assert len(refused) > 15
    assert said - CODES == set()


def test_every_refused_signature_has_words():
    refused = sources.called_with("core/signing.py", "_Refused")
    said = {tracking_wording.refusal_reason(code=code)[0] for code in refused}

    assert len(said) > 8
    assert said - CODES == set()


def test_every_refused_key_has_words():
    refused = sources.called_with("brands/services", "KeyRefused")

    assert refused
    assert refused - CODES == set()


def test_every_cap_has_words():
    cases = brands_reasons.CATALOGUE.messages["price.capped"].cases

    assert {"rule", "program", *CAPS_BEYOND_ORDER} == set(cases)


def test_every_state_of_a_payout_has_words():
    said = {payouts_wording.payout_reason(status=status)[0] for status in PayoutStatus.values}

    assert said - CODES == set()


def test_every_cause_of_a_payout_has_words():
    causes = {*get_args(RefusalCode), *get_args(UnknownCode)}
    causes |= sources.keyword_values("payouts/services", "code") - CODES

    assert causes - set(payouts_wording.WORDS["cause"]) == set()


def test_every_reason_not_to_approve_has_words():
    assert set(affiliates_reasons.WORDS["cause"]) == set(RejectReason.values)


# What the engine does.


def explain(catalogue: Catalogue, params: Mapping[str, Any], who: Reader | None = None) -> str:
    said = catalogue.explain(code="attr.x", params=params, reader=who or reader())
    return re.sub("[\u2066\u2068\u2069]", "", said).replace("\u00a0", " ")


def test_the_most_detailed_wording_that_can_be_filled_is_used():
    catalogue = one_message(("On {date}: {reason}", "On {date}.", "Some day."))

    assert explain(catalogue, {"date": AT, "reason": "late"}) == "On 12 Aug 2026: late"
    assert explain(catalogue, {"date": AT, "reason": ""}) == "On 12 Aug 2026."
    assert explain(catalogue, {"date": None}) == "Some day."


def test_what_is_missing_or_odd_reads_as_a_dash():
    catalogue = one_message("{amount}, {date}, {creator}, {position}, {policy}, {days}")
    odd = {
        "amount": "12.50",
        "currency": "XXX",
        "date": "yesterday",
        "creator": "8",
        "position": "three",
        "policy": "none",
        "days": True,
    }

    assert explain(catalogue, odd) == "–, –, –, –, –, –"
    assert explain(catalogue, {}) == "–, –, –, –, –, –"


def test_a_date_is_the_readers_day_in_the_readers_calendar():
    catalogue = one_message("{date}")

    assert explain(catalogue, {"date": AT}, reader(zone=BERLIN)) == "12 Aug 2026"
    assert explain(catalogue, {"date": AT}, reader(zone=TEHRAN)) == "13 Aug 2026"
    with translation.override("fa"):
        assert explain(catalogue, {"date": AT}, reader(zone=TEHRAN)) == "۲۲ مرداد ۱۴۰۵"
    with translation.override("th"):
        assert explain(catalogue, {"date": AT}, reader(zone=BERLIN)) == "12 ส.ค. 2569"


def test_an_hour_is_told_where_it_matters():
    assert explain(one_message("{time}"), {"time": AT}) == "12 Aug 2026, 23:30"


@pytest.mark.parametrize(
    ("currency", "said"),
    [("EUR", "12.50 EUR"), ("JPY", "1,250 JPY"), ("KWD", "1.250 KWD")],
)
def test_money_has_its_own_digits_and_its_currency(currency: str, said: str):
    assert explain(one_message("{amount}"), {"amount": 1250, "currency": currency}) == said


def test_an_amount_of_zero_is_an_amount():
    assert explain(one_message("{amount}"), {"amount": 0, "currency": "EUR"}) == "0.00 EUR"


def test_a_change_always_has_its_sign():
    catalogue = one_message("{change}")

    assert explain(catalogue, {"change": -257, "currency": "EUR"}) == "−2.57 EUR"
    assert explain(catalogue, {"change": 257, "currency": "EUR"}) == "+2.57 EUR"


def test_a_count_chooses_its_plural_form():
    catalogue = one_message(ngettext_lazy("{days} day", "{days} days", "days"))

    assert explain(catalogue, {"days": 1}) == "1 day"
    assert explain(catalogue, {"days": 30}) == "30 days"
    assert explain(catalogue, {}) == "– days"


def test_every_value_is_isolated_from_the_direction_around_it():
    catalogue = one_message("{creator} {code} {amount}")
    params = {"creator": "7", "code": "کد", "amount": 1250, "currency": "EUR"}

    said = catalogue.explain(code="attr.x", params=params, reader=reader())

    assert said == "\u2068Anna\u2069 \u2068کد\u2069 \u206612.50\u00a0EUR\u2069"


def test_braces_that_a_person_wrote_stay_as_they_are():
    assert explain(one_message("{reason}"), {"reason": "{amount} {0}"}) == "{amount} {0}"


def test_a_creator_never_reads_another_creators_name():
    catalogue = one_message("{other} {member}")
    curious = Reader("creator", BERLIN, NAMES, {"member": "Mina"})

    assert explain(catalogue, {"other": "7", "member": "9"}, curious) == "– –"


def test_a_page_lends_the_names_it_knows():
    catalogue = one_message("{brand}: {reason}")

    assert explain(catalogue, {"reason": "late"}, reader(brand="Saffron")) == "Saffron: late"


def test_a_list_names_each_item_once():
    catalogue = payouts_wording.CATALOGUE
    params = {
        "rail": "stripe",
        "needs": ["individual.dob.day", "individual.dob.month", "person.odd_thing"],
    }

    said = catalogue.explain(code="gate.method_incomplete", params=params, reader=reader("creator"))

    assert said == (
        "Stripe cannot pay you yet; it needs: the date of birth, \u2068person.odd_thing\u2069."
    )


def test_a_code_of_another_version_is_named_and_breaks_nothing():
    said = tracking_wording.explain(code="attr.won_moon", params={}, reader=reader())

    assert said == "The reason “\u2068attr.won_moon\u2069” has no text in this version."


def test_a_parameter_chooses_between_whole_sentences():
    params = {"by": "budget", "cap": 100, "amount": 300, "currency": "EUR", "position": None}

    said = tracking_wording.explain(code="price.capped", params=params, reader=reader())

    assert "budget" in said


def test_a_candidate_who_was_bound_is_not_told_of_a_click():
    row = {
        "candidate": {"kind": "bound"},
        "code": "attr.lost_window",
        "params": {"creator": "7", "date": AT, "window_end": None, "order_date": AT},
    }
    code, params = tracking_wording.candidate_reason(row)

    said = tracking_wording.explain(code=code, params=params, reader=reader("creator"))

    assert "click" not in said
    assert said.startswith("Not credited: this customer became yours on")


def test_a_payout_says_why_it_was_refused_and_what_to_do():
    code, params = payouts_wording.payout_reason(
        status="failed", cause="currency_unsupported", rail="stripe"
    )

    said = payouts_wording.explain(code=code, params=params, reader=reader("creator"))

    assert said == (
        "Stripe refused the payout: the account does not take this currency."
        " The money is back in your balance; please choose a payout method for this currency."
    )


# What the translations say.


@pytest.mark.parametrize("language", PLURAL_FORMS)
def test_a_translation_fills_the_same_placeholders(language: str):
    wrong = []
    known = read_po_of(language)
    for _app, code, message in ENTRIES:
        for template in {*message.templates("creator"), *message.templates("brand")}:
            entry = known.get(forms(template)[0])
            texts = [] if entry is None else [*as_list(entry.string)]
            if not texts or any(
                placeholders_of(text) != placeholders_of(template) for text in texts
            ):
                wrong.append((code, forms(template)[0]))

    assert wrong == []


PROPER_NAMES = {"PayPal", "Stripe", "Wise"}


@pytest.mark.parametrize("language", PLURAL_FORMS)
def test_a_word_is_translated(language: str):
    known = read_po_of(language)
    untranslated = []
    for catalogue in CATALOGUES.values():
        for nouns in catalogue.words.values():
            for noun in nouns.values():
                with translation.override("en"):
                    text = str(noun)
                entry = next((e for e in known if e.id == text and e.string), None)
                if text not in PROPER_NAMES and entry is None:
                    untranslated.append(text)

    assert untranslated == []


@pytest.mark.parametrize("language", PLURAL_FORMS)
def test_a_translated_sentence_reads_in_its_language(language: str):
    """Fill a sentence with what the formats make of the language, as a page would."""
    compiled = BytesIO()
    write_mo(compiled, read_po_of(language))
    compiled.seek(0)
    spoken = translation.trans_real.gettext_module.GNUTranslations(compiled)
    template = "Will be released on {release_date}."
    release_at = datetime(2026, 9, 11, 12, tzinfo=UTC)

    with translation.override(language):
        said = explain(one_message(spoken.gettext(template)), {"release_date": release_at})

    assert (
        said == {"fa": "در ۲۰ شهریور ۱۴۰۵ آزاد می‌شود.", "th": "จะปล่อยยอดวันที่ 11 ก.ย. 2569"}[language]
    )


def read_po_of(language: str):
    path = settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po"
    return read_catalogue(path=path, language=language)


def as_list(string: str | list[str] | tuple[str, ...]) -> list[str]:
    return [string] if isinstance(string, str) else list(string)
