"""Collections of a product come from the brand's own list where the shop does not say them."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from brands.domain.rules import Conditions, KnownProduct
from brands.services.rules import RuleDraft
from core.models import AuditEvent
from portal.books import prove_books
from tests.brands.pages import text_of
from tests.makers import (
    get_owner,
    make_code,
    make_connection,
    make_enrollment,
    make_member,
    make_program,
    make_user,
    percent_rule,
)
from tests.shop import Shop, code, line
from tracking.domain.productsheet import read_products
from tracking.domain.sheetcells import SheetRefused
from tracking.models import Product
from tracking.services.products import add_products, find_products, replace_products

pytestmark = pytest.mark.django_db

COFFEE = RuleDraft(
    name="Coffee", kind="percent", rate_bps=2000, conditions=Conditions(collections=("Coffee",))
)
FILE = """product_id,sku,title,collections
beans,B-1,Beans,Coffee; New
cup,,Cup,Kitchen
,TEA-1,Tea,Tea
"""


@pytest.fixture
def shop():
    program = make_program(drafts=[COFFEE, percent_rule()])
    make_code(make_enrollment(program), "ANNA")
    return Shop(make_connection(program.brand))


def put(shop, text, take=replace_products):
    return take(
        connection_id=shop.connection.pk,
        sheet=read_products(text.encode()),
        actor_id=get_owner(shop.connection.brand).pk,
        now=shop.now,
    )


def buy(shop, number, *, at=None, **product):
    lines = [line("1", "100.00", **product)]
    changes = {"updated_at": at} if at else {}
    shop.pay(number, discounts=code("ANNA"), lines=lines, **changes)
    return shop.commission(number).amount_minor


@pytest.mark.parametrize(
    ("product", "earned"),
    [
        ({"product_id": "beans", "sku": "B-1"}, 2000),
        ({"product_id": "beans", "sku": "other"}, 2000),
        ({"product_id": "elsewhere", "sku": "B-1"}, 2000),
        ({"product_id": "cup"}, 1000),
        ({"product_id": "unheard"}, 1000),
        ({"product_id": "cup", "collections": ["Coffee"]}, 2000),
        ({"product_id": "beans", "collections": []}, 1000),
    ],
)
def test_a_rule_finds_a_product_by_the_list_and_the_shops_own_word_goes_first(
    shop, product, earned
):
    put(shop, FILE)

    assert buy(shop, "1", **product) == earned
    assert prove_books(brand_id=shop.connection.brand_id).is_balanced


def test_a_later_list_changes_no_order_that_was_priced(shop):
    assert buy(shop, "1", product_id="beans") == 1000
    put(shop, FILE)
    assert buy(shop, "2", product_id="beans") == 2000
    put(shop, FILE.replace("Coffee", "Drinks"))

    for number, earned in (("1", 1000), ("2", 2000), ("3", 1000)):
        assert buy(shop, number, product_id="beans") == earned
    assert prove_books(brand_id=shop.connection.brand_id).is_balanced


def test_a_product_that_an_edit_adds_is_looked_up_when_it_comes(shop):
    buy(shop, "1", product_id="cup")
    put(shop, FILE)
    lines = [line("1", "100.00", product_id="cup"), line("2", "50.00", product_id="beans")]

    shop.pay("1", discounts=code("ANNA"), lines=lines, total="150.00")

    assert shop.commission("1").amount_minor == 1000 + 1000
    context = shop.get("1").decisions.get().context
    assert [one["product_ref"] for one in context["products"]] == ["cup", "beans"]


def test_no_product_is_kept_where_no_rule_asks_for_collections():
    program = make_program()
    make_code(make_enrollment(program), "ANNA")
    shop = Shop(make_connection(program.brand))
    put(shop, FILE)

    buy(shop, "1", product_id="beans")

    assert shop.get("1").decisions.get().context["products"] == []


def test_a_list_is_of_one_shop(shop):
    put(shop, FILE)
    other = make_connection(shop.connection.brand)

    assert find_products(other.pk, [("beans", "B-1")]) == (KnownProduct("beans", "B-1", None),)


def test_a_file_replaces_the_list_or_adds_to_it(shop):
    assert put(shop, FILE) == {"products": 3, "new": 3, "gone": 0}
    more = "sku,collections\nTEA-1,Tea | Green\nMATE,Tea\n"

    assert put(shop, more, add_products) == {"products": 4, "new": 1, "gone": 0}
    assert Product.objects.get(sku="TEA-1").collections == ["Tea", "Green"]
    assert put(shop, more) == {"products": 2, "new": 0, "gone": 2}
    assert put(shop, more) == {"products": 2, "new": 0, "gone": 0}


def test_rows_of_one_product_add_up_and_wrong_rows_are_named():
    sheet = read_products(
        b"Variant SKU;Title;Category\nA;Lamp;Light\nA;Lamp;Sale\n;No key;Light\n"
        + b"B;"
        + b"x" * 300
        + b";"
        + b"y" * 101
        + b"\n"
    )

    assert [(one.data["sku"], one.data["collections"]) for one in sheet.drafts] == [
        ("A", ["Light", "Sale"])
    ]
    assert [(one.row, one.code) for one in sheet.errors] == [
        (4, "upload.missing"),
        (5, "upload.too_long"),
    ]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "no_columns"),
        (b"sku,title\nA,Lamp\n", "no_columns"),
        (b"title,collections\nLamp,Light\n", "no_columns"),
        (b"sku,collections\n", "no_rows"),
        (b'sku,collections\n"A,B\n', "not_csv"),
        (b"sku,collections\nA,\x00\n", "not_text"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(raw, code):
    with pytest.raises(SheetRefused) as refused:
        read_products(raw)

    assert refused.value.code == code


def words(page):
    return " ".join(re.sub(r"<[^>]*>", " ", text_of(page)).split())


def send_file(client, shop, text, how="whole"):
    url = reverse("tracking:product-list", args=[shop.connection.brand.slug, store_id(shop)])
    file = SimpleUploadedFile("products.csv", text.encode())
    return client.post(url, {"file": file, "how": how})


def store_id(shop):
    return shop.connection.public_id


def test_a_member_uploads_a_list_and_finds_products_in_it(client, shop):
    client.force_login(get_owner(shop.connection.brand))

    answer = send_file(client, shop, FILE)

    page = client.get(answer.url)
    assert "3 products now: 3 new, 0 gone" in words(page)
    assert "Kitchen 1 product" in words(page)
    found = client.get(f"{answer.url}?q=Coffee")
    assert [one.product_ref for one in found.context["products"]] == ["beans"]
    assert not client.get(f"{answer.url}?q=nothing").context["products"]
    action = AuditEvent.objects.get(action="connection.products_taken")
    assert action.after == {"products": 3, "new": 3, "gone": 0}


def test_a_file_with_a_wrong_row_takes_nothing_and_names_the_row(client, shop):
    client.force_login(get_owner(shop.connection.brand))
    put(shop, FILE)

    answer = send_file(client, shop, "sku,collections\nA,Light\n,Light\n")

    assert answer.status_code == 422
    assert "3 product_id This value is missing." in words(answer)
    assert Product.objects.count() == 3


@pytest.mark.parametrize("how", ["whole", "more", "sideways"])
def test_a_list_longer_than_a_page_goes_on_and_an_unknown_way_is_refused(client, shop, how):
    client.force_login(get_owner(shop.connection.brand))
    rows = "".join(f"P{number},Light\n" for number in range(60))

    answer = send_file(client, shop, f"sku,collections\n{rows}", how)

    if how == "sideways":
        assert answer.status_code == 422
        return
    page = client.get(answer.url)
    more = client.get(f"{answer.url}{page.context['next_url']}")
    shown = [one.sku for one in [*page.context["products"], *more.context["products"]]]
    assert shown == [f"P{number}" for number in range(60)]
    assert not more.context["next_url"]


def test_who_only_reads_sees_the_list_and_cannot_change_it(client, shop):
    put(shop, FILE)
    client.force_login(make_member(shop.connection.brand, "analyst").user)
    url = reverse("tracking:product-list", args=[shop.connection.brand.slug, store_id(shop)])

    page = client.get(url)
    assert "Needs the manager role" in words(page)
    assert 'type="file"' not in page.content.decode()
    assert send_file(client, shop, FILE).status_code == 403
    client.force_login(make_user())
    assert client.get(url).status_code == 404
    assert send_file(client, shop, FILE).status_code == 404
