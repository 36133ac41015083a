"""A statement on paper: readable in each language, and the same file every time."""

import io
from pathlib import Path

import pytest
from django.test import Client
from pypdf import PdfReader

from config import assets
from core.pdf import find_fonts
from payouts.models import Statement
from tests.makers import get_owner
from tests.payouts.ledger_world import Books, make_books
from tests.payouts.test_statements import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    return fill(make_books())


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the fonts as the set-up does."""
    made = tmp_path_factory.mktemp("static")
    assets.make_pdf_fonts(packages=assets.PACKAGES, folder=made / "vendor" / "fonts" / "pdf")
    return made


@pytest.fixture(autouse=True)
def fonts(folder: Path, settings):
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = None, [folder]
    find_fonts.cache_clear()
    yield
    find_fonts.cache_clear()


def take(client: Client, language: str) -> bytes:
    statement = Statement.objects.get()
    url = f"/me/payouts/statements/{statement.public_id}/pdf/"
    answer = client.get(url, headers={"Accept-Language": language})
    assert answer["Content-Type"] == "application/pdf"
    return answer.content


@pytest.mark.parametrize(
    ("language", "words", "font"),
    [
        ("en", ["Statement", "+90.00\xa0EUR", "Order #n1", "never changes"], "PaperLatin-Bold"),
        ("fa", ["صورت\u200cحساب", "٫۰۰\xa0EUR", "#n1", "۱ / ۱"], "PaperArabic-Bold"),
        ("th", ["+90.00\xa0EUR", "#n1", "Brand"], "PaperThai-Bold"),
    ],
)
def test_a_paper_has_every_part_in_letters_of_its_language(books: Books, language, words, font):
    user = books.affiliation.affiliate.user
    user.language = language
    user.save(update_fields=["language"])
    client = Client()
    client.force_login(user)

    file = take(client, language)

    (page,) = PdfReader(io.BytesIO(file)).pages
    text = page.extract_text()
    statement = Statement.objects.get()
    for word in (*words, statement.sha256, statement.labels["creator"]):
        assert word in text
    fonts = [one.get_object()["/BaseFont"] for one in page["/Resources"]["/Font"].values()]
    assert any(str(one).endswith(font) for one in fonts)
    assert all("Paper" in one for one in fonts)
    assert take(client, language) == file


def test_the_brand_takes_the_very_file_of_the_creator(books: Books):
    own, team = Client(), Client()
    own.force_login(books.affiliation.affiliate.user)
    team.force_login(get_owner(books.brand))
    statement = Statement.objects.get()

    url = f"/b/{books.brand.slug}/payouts/statements/{statement.public_id}/pdf/"

    assert team.get(url).content == take(own, "en")
