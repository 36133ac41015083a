"""Every string a reader sees, in every language of the program."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings

from config.extract import (
    PLURAL_FORMS,
    Message,
    collect,
    is_translated,
    read_catalogue,
    write_catalogue,
)

# Off while pages are being written; on, no string may be left in English.
COMPLETE = True

PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]+\}")


@cache
def list_strings() -> list[Message]:
    return sorted(collect(settings.BASE_DIR))


def catalogue(language: str) -> Catalog:
    path = settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po"
    return read_catalogue(path=path, language=language)


def forms(value: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def test_languages_of_the_settings_all_have_a_catalogue() -> None:
    assert {"en", *PLURAL_FORMS} == {code for code, _ in settings.LANGUAGES}


@pytest.mark.skipif(not COMPLETE, reason="pages are still being translated")
@pytest.mark.parametrize("language", PLURAL_FORMS)
def test_nothing_is_left_untranslated(language: str) -> None:
    known = catalogue(language)
    missing = []
    for message in list_strings():
        entry = known.get(message.singular, message.context or None)
        if entry is None or entry.fuzzy or not is_translated(entry.string):
            missing.append((message.context, message.singular))
    assert not missing


@pytest.mark.parametrize("language", PLURAL_FORMS)
def test_a_translation_has_the_placeholders_of_its_original(language: str) -> None:
    wrong = []
    for entry in catalogue(language):
        if not entry.id or not is_translated(entry.string):
            continue
        allowed = {frozenset(PLACEHOLDER.findall(text)) for text in forms(entry.id)}
        allowed.add(frozenset().union(*allowed))
        wrong += [
            (entry.id, text)
            for text in forms(entry.string)
            if frozenset(PLACEHOLDER.findall(text)) not in allowed
        ]
    assert not wrong


@pytest.mark.parametrize("language", PLURAL_FORMS)
def test_a_translation_keeps_line_breaks_at_its_ends(language: str) -> None:
    for entry in catalogue(language):
        if entry.id and is_translated(entry.string):
            original, text = forms(entry.id)[0], forms(entry.string)[0]
            assert original.endswith("\n") == text.endswith("\n"), original


def test_plurals_contexts_and_template_strings_are_found() -> None:
    by_text = {message.singular: message for message in list_strings()}
    assert by_text["Skip to the content"].plural == ""
    assert Message("Won", context="credit") in list_strings()
    assert "Show older" in by_text  # a default inside a variable
    assert "Creators" in by_text  # an argument of our own tag


def test_writing_again_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "fa" / "LC_MESSAGES" / "django.po"
    kept, gone = Message("Links"), Message("Old words")
    assert write_catalogue(path=path, language="fa", found=[kept, gone]) == 2
    path.write_text(path.read_text().replace('"Links"\nmsgstr ""', '"Links"\nmsgstr "پیوندها"'))
    assert (
        write_catalogue(path=path, language="fa", found=[kept, Message("%(n)s day", "%(n)s days")])
        == 1
    )
    with path.open("rb") as file:
        again = read_po(file, locale="fa")
    assert again.num_plurals == 2
    entry = again.get("Links")
    assert entry is not None
    assert entry.string == "پیوندها"
    assert again.get("Old words") is None
