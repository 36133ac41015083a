import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.template import Context, Template
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from core.formats import UNKNOWN
from core.models import Theme, User
from core.money import Money
from core.states import ICONS, STATES
from core.templatetags.fairshare import MIRRORED_ICONS, web_links
from core.zones import ZoneField

TEMPLATES = settings.BASE_DIR / "templates"
STATIC = settings.BASE_DIR / "static"
# A letter brings its styles with it; it is shown by mail programs, and here under its own policy.
ALL = sorted(p for p in TEMPLATES.rglob("*.html") if p.parent.name != "email")
SYMBOLS = set(re.findall(r'<symbol id="([a-z]+)"', (STATIC / "img/icons.svg").read_text()))


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize("path", ALL, ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_every_template_compiles_and_keeps_the_content_policy(path: Path) -> None:
    get_template(str(path.relative_to(TEMPLATES)))
    source = path.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|javascript:|hx-on|src=\"data:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)


@pytest.mark.parametrize("path", sorted(STATIC.glob("css/*.css")), ids=lambda p: p.name)
def test_style_sheets_use_logical_properties_and_token_colours(path: Path) -> None:
    source = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    sides = r"(?<![-\w])(margin|padding|border)-(left|right)\b|(?<![-\w])(left|right)\s*:"
    assert not re.search(sides, source)
    assert not re.search(r"text-align:\s*(left|right)|float:\s*(left|right)", source)
    if path.name != "tokens.css":
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", source)


def test_every_icon_a_template_names_is_drawn() -> None:
    named = {
        name
        for path in ALL
        for name in re.findall(r'\{% icon "([a-z]+)"', path.read_text())
        + re.findall(r'\{% nav_item "[^"]+" _\("[^"]+"\) "([a-z]+)"', path.read_text())
    }
    assert named | set(ICONS.values()) | MIRRORED_ICONS <= SYMBOLS


@pytest.mark.parametrize("name", STATES)
def test_every_state_shows_word_icon_and_shape(name: str) -> None:
    kind, _, state = name.rpartition(".")
    html = render("{% state_badge name kind %}", name=state, kind=kind)
    assert f"state-{STATES[name].tone}" in html
    assert f"#{STATES[name].icon}" in html
    assert str(STATES[name].label) in html


def test_filters_show_none_as_a_dash_and_zero_as_zero() -> None:
    assert render("{{ v|money }}{{ v|day }}{{ v|number }}{{ v|percent }}", v=None) == 4 * UNKNOWN
    assert "0.00" in render("{{ v|money:'EUR' }}", v=0)
    assert render("{{ v|percent_change }}", v=None) == "no comparison"


def test_a_moment_is_a_time_element_with_the_zone_named() -> None:
    at = datetime(2026, 9, 11, 12, 5, tzinfo=UTC)
    html = render("{{ at|moment:'Europe/Berlin' }}", at=at)
    assert html.startswith('<time datetime="2026-09-11T12:05:00+00:00">')
    text = re.sub(r"<[^>]+>|[\u2066\u2069]", "", html).replace("\u00a0", " ")
    assert text == "11 Sep 2026, 14:05 (Europe/Berlin)"


def test_names_and_codes_are_escaped_and_isolated() -> None:
    html = render("{{ v|name }}{{ v|code }}", v="<b>آنا</b>")
    assert "<b>" not in html
    assert html.count("<bdi") == 2


def test_navigation_leaves_out_what_has_no_address_and_marks_the_current_page() -> None:
    request = RequestFactory().get(reverse("core:components"))
    source = '{% nav_item "no:such" "Gone" %}{% nav_item "core:components" "Parts" "home" %}'
    html = Template(source).render(Context({"request": request}))
    assert "Gone" not in html
    assert 'aria-current="page"' in html


def test_a_page_under_an_item_marks_it_unless_the_item_is_exact() -> None:
    request = RequestFactory().get(reverse("core:components") + "one/")
    source = '{% nav_item "core:components" "Parts" "" exact=exact %}'
    under = Template(source).render(Context({"request": request, "exact": False}))
    exact = Template(source).render(Context({"request": request, "exact": True}))
    assert 'aria-current="true"' in under
    assert "aria-current" not in exact


class Question(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="For codes.")
    agree = forms.BooleanField(label="Agreed")


def test_a_wrong_field_is_tied_to_its_message_and_listed_in_the_summary() -> None:
    form = Question({"email": "anna"})
    html = render('{% include "components/form.html" %}', form=form)
    assert 'href="#id_email"' in html
    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert 'id="id_email_error"' in html
    assert 'value="anna"' in html


def test_amounts_in_a_money_list_never_add_currencies() -> None:
    source = '{% include "components/money_list.html" %}'
    html = render(source, amounts=[Money(100, "EUR"), Money(100, "JPY")])
    assert html.count("<li>") == 2


@pytest.mark.parametrize("language", ["en", "fa", "th"])
def test_the_gallery_shows_every_component_in_every_language(
    client: Client, language: str, db: None
) -> None:
    answer = client.get(reverse("core:components"), {"language": language, "theme": "dark"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert f'lang="{language}"' in html
    assert f'dir="{"rtl" if language == "fa" else "ltr"}"' in html
    assert 'data-bs-theme="dark"' in html
    assert ("tabler.rtl.min.css" in html) == (language == "fa")
    assert translation.get_language() == "en"


def test_preferences_of_a_visitor_are_cookies(client: Client, db: None) -> None:
    answer = client.post(
        reverse("core:preferences"), {"language": "fa", "theme": "dark", "next": "/x/?a=1"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/x/?a=1")
    assert client.cookies["fs_language"].value == "fa"
    assert client.cookies["fs_theme"].value == "dark"


def test_preferences_of_a_person_stay_with_the_account(client: Client, db: None) -> None:
    user = User.objects.create_user("anna@example.com", "long enough words")
    client.force_login(user)
    client.post(reverse("core:preferences"), {"language": "th", "theme": "light"})
    user.refresh_from_db()
    assert (user.language, user.theme) == ("th", Theme.LIGHT)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_preferences_never_lead_to_another_site(client: Client, target: str, db: None) -> None:
    answer = client.post(reverse("core:preferences"), {"language": "xx", "next": target})
    assert answer["Location"] == "/"
    assert "fs_language" not in client.cookies


def test_preferences_are_changed_by_post_only(client: Client, db: None) -> None:
    assert client.get(reverse("core:preferences")).status_code == 405


ENTRY_PAGES = [
    "account_login",
    "account_signup",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
]


@pytest.mark.parametrize("language", ["en", "fa", "th"])
@pytest.mark.parametrize("name", ENTRY_PAGES)
def test_log_in_pages_have_the_common_look(
    client: Client, name: str, language: str, db: None
) -> None:
    client.cookies["fs_language"] = language
    html = client.get(reverse(name)).content.decode()
    assert html.count("<h1>") == 1
    assert 'class="card entry"' in html


@pytest.mark.parametrize(("language", "number"), [("en", "12"), ("fa", "\u06f1\u06f2")])
def test_numbers_in_the_sentences_of_django_stand_in_the_readers_digits(language, number):
    class Form(forms.Form):
        password = forms.CharField(validators=[MinimumLengthValidator(12).validate])
        code = forms.CharField(max_length=12)

    with translation.override(language):
        form = Form({"password": "short1234", "code": "a9" * 12})
        html = render('{% include "components/form.html" %}', form=form)

    told = re.findall(r"<p>.*?<span>(.*?)</span>", html)
    assert len(told) == 2
    assert all(number in text for text in told)


def test_time_zones_are_offered_by_the_names_of_today_and_an_older_one_stays():
    class Form(forms.Form):
        zone = ZoneField()

    names = [name for name, _label in Form.base_fields["zone"].choices]
    kept = Form(initial={"zone": "Asia/Calcutta"})

    assert {"Asia/Kolkata", "Asia/Tehran", "Asia/Bangkok", "Europe/Berlin", "UTC"} <= set(names)
    assert not {"Asia/Calcutta", "US/Eastern", "GB", "Etc/GMT+3"} & set(names)
    assert '<option value="Asia/Calcutta" selected>' in str(kept["zone"])
    assert Form({"zone": "Asia/Calcutta"}).is_valid()
    assert not Form({"zone": "Asia/Nowhere"}).is_valid()


def test_error_pages_ask_the_database_nothing(client: Client) -> None:
    """Without the `db` mark any query fails the test."""
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
    assert "Something broke" in get_template("500.html").render({})


def test_what_a_stranger_wrote_links_to_web_addresses_only_and_vouches_for_none():
    said = 'https://a.example/x?y=1, me@b.com javascript:alert(1) "https://c.example/<b>'

    shown = web_links(said)

    assert shown.count("<a ") == shown.count('rel="noopener noreferrer nofollow"') == 2
    assert 'href="https://a.example/x?y=1"' in shown
    assert "mailto" not in shown
    assert "<b>" not in shown
