"""The product list of a shop is read from the shop: as a whole, or the old one stays."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from brands.models import StoreConnection
from core.egress import Answer
from core.models import AuditEvent
from tests.brands.pages import text_of
from tests.makers import NOW, get_owner, make_connection, make_member
from tests.tracking.answering import Reply, Shop
from tests.tracking.test_shop_sources import to_xml
from tracking.domain.productsheet import read_products
from tracking.integrations import list_catalogues
from tracking.integrations.bigcommerce.catalogue import BigCatalogue
from tracking.integrations.ecwid.catalogue import EcwidCatalogue
from tracking.integrations.magento.catalogue import MagentoCatalogue
from tracking.integrations.prestashop.catalogue import PrestaCatalogue
from tracking.integrations.shopify.catalogue import ShopifyCatalogue
from tracking.integrations.square.catalogue import SquareCatalogue
from tracking.integrations.squarespace.catalogue import SquarespaceCatalogue
from tracking.integrations.woocommerce.catalogue import WooCatalogue
from tracking.models import CatalogueFetch, FetchedProduct, Product
from tracking.services import catalogues
from tracking.services.catalogues import Catalogue, CataloguePage, ListedProduct
from tracking.services.products import add_products, replace_products
from tracking.services.sources import PullFailed

GROUPS = {"1": "Kitchen & Table", "2": "Sale"}
MANY = 7
Query = dict[str, str]


def dump(found: object) -> bytes:
    return json.dumps(found).encode()


def cut(rows: Sequence[Any], query: Query, size: str, page: str) -> Sequence[Any]:
    count, number = int(query[size]), int(query[page])
    return rows[(number - 1) * count : number * count]


def shopify() -> tuple[Catalogue, str]:
    rows = [
        {
            "legacyResourceId": str(number),
            "title": f"Cup {number}",
            "collections": {"nodes": [{"title": name} for name in GROUPS.values()]},
            "variants": {"nodes": [{"sku": f"S-{number}"}, {"sku": None}]},
        }
        for number in range(1, MANY)
    ]

    def query(text: str, asked: Any) -> Answer:
        assert "collections(" in text
        start = int(asked["after"] or 0)
        pages = {"hasNextPage": start + 5 < len(rows), "endCursor": str(start + 5)}
        found = {"products": {"pageInfo": pages, "nodes": rows[start : start + 5]}}
        return Answer(200, {}, dump({"data": found}))

    return ShopifyCatalogue(query), "S-1"


def woocommerce() -> tuple[Catalogue, str]:
    groups = [{"id": 1, "name": "Kitchen &amp; Table"}, {"id": 2, "name": "Sale"}]
    rows = [
        {"id": number, "name": f"Cup {number}", "sku": f"S-{number}", "categories": groups}
        for number in range(1, MANY)
    ]
    return WooCatalogue(Shop(lambda _, query: dump(cut(rows, query, "per_page", "page")))), "S-1"


def bigcommerce() -> tuple[Catalogue, str]:
    rows = [
        {
            "id": number,
            "name": f"Cup {number}",
            "sku": "",
            "categories": [1, 2, 9],
            "variants": [{"sku": f"S-{number}"}],
        }
        for number in range(1, MANY)
    ]
    groups = [{"category_id": int(one), "name": name} for one, name in GROUPS.items()]

    def respond(path: str, query: Query) -> Reply:
        found = groups if path.endswith("categories") else rows
        shown = found[(int(query["page"]) - 1) * 4 :][:4]
        return dump({"data": shown, "meta": {"pagination": {"total_pages": -(-len(found) // 4)}}})

    return BigCatalogue(Shop(respond)), "S-1"


def ecwid() -> tuple[Catalogue, str]:
    rows = [
        {
            "id": number,
            "name": f"Cup {number}",
            "sku": f"S-{number}",
            "categoryIds": [1, 2],
            "combinations": [],
        }
        for number in range(1, MANY)
    ]

    def respond(path: str, query: Query) -> Reply:
        groups = [{"id": int(one), "name": name} for one, name in GROUPS.items()]
        found = groups if path == "categories" else rows
        return dump({"items": found[int(query["offset"]) :][: int(query["limit"])]})

    return EcwidCatalogue(Shop(respond)), "S-1"


def magento() -> tuple[Catalogue, str]:
    links = [{"position": 0, "category_id": one} for one in GROUPS]
    rows = [
        {
            "id": number,
            "name": f"Cup {number}",
            "sku": f"S-{number}",
            "extension_attributes": {"category_links": links},
        }
        for number in range(1, MANY)
    ]

    def respond(path: str, query: Query) -> Reply:
        groups = [{"id": int(one), "name": name} for one, name in GROUPS.items()]
        found = groups if path == "categories/list" else rows
        names = "searchCriteria[pageSize]", "searchCriteria[currentPage]"
        return dump({"items": cut(found, query, *names), "total_count": len(found)})

    return MagentoCatalogue(Shop(respond)), "S-1"


def square() -> tuple[Catalogue, str]:
    rows = [
        {
            "id": f"ITEM{number}",
            "item_data": {
                "name": f"Cup {number}",
                "categories": [{"id": one} for one in GROUPS],
                "variations": [{"id": str(number), "item_variation_data": {"sku": f"S-{number}"}}],
            },
        }
        for number in range(1, MANY)
    ]

    def respond(path: str, query: Query) -> Reply:
        groups = [{"id": one, "category_data": {"name": name}} for one, name in GROUPS.items()]
        found = groups if query["types"] == "CATEGORY" else rows
        start = int(query.get("cursor", 0))
        more = {"cursor": str(start + 4)} if start + 4 < len(found) else {}
        return dump({"objects": found[start : start + 4], **more})

    return SquareCatalogue(Shop(respond)), "S-1"


def squarespace() -> tuple[Catalogue, str]:
    rows = [
        {
            "id": str(number),
            "name": f"Cup {number}",
            "storePageId": "p1",
            "tags": ["Sale"],
            "variants": [{"sku": f"S-{number}"}],
        }
        for number in range(1, MANY)
    ]

    def respond(path: str, query: Query) -> Reply:
        if path == "store_pages":
            return dump({"storePages": [{"id": "p1", "title": "Kitchen & Table"}]})
        start = int(query.get("cursor", 0))
        pages = {"hasNextPage": start + 4 < len(rows), "nextPageCursor": str(start + 4)}
        return dump({"products": rows[start : start + 4], "pagination": pages})

    return SquarespaceCatalogue(Shop(respond)), "S-1"


def prestashop() -> tuple[Catalogue, str]:
    rows = [
        {
            "id": str(number),
            "reference": f"S-{number}",
            "name": {"language": f"Cup {number}"},
            "associations": {"categories": [{"id": one} for one in GROUPS]},
        }
        for number in range(1, MANY)
    ]
    groups = [{"id": one, "name": {"language": name}} for one, name in GROUPS.items()]

    def respond(path: str, query: Query) -> Reply:
        start, size = map(int, query["limit"].split(","))
        name, one = ("categories", "category") if path == "categories" else ("products", "product")
        found = (groups if path == "categories" else rows)[start : start + size]
        return (
            f"<prestashop><{name}>{''.join(to_xml(one, row) for row in found)}</{name}>"
            f"</prestashop>".encode()
        )

    return PrestaCatalogue(Shop(respond)), "S-1"


READERS: dict[str, Callable[[], tuple[Catalogue, str]]] = {
    "bigcommerce": bigcommerce,
    "ecwid": ecwid,
    "magento": magento,
    "prestashop": prestashop,
    "shopify": shopify,
    "square": square,
    "squarespace": squarespace,
    "woocommerce": woocommerce,
}


def read_all(catalogue: Catalogue) -> list[ListedProduct]:
    page = catalogue.read_page("")
    found = list(page.products)
    while page.next:
        page = catalogue.read_page(page.next)
        found += page.products
    return found


@pytest.mark.parametrize("platform", READERS)
def test_products_come_with_the_names_of_their_collections(platform: str):
    catalogue, sku = READERS[platform]()

    found = read_all(catalogue)

    assert [one.product_ref for one in found] == [str(number) for number in range(1, MANY)]
    assert found[0].title == "Cup 1"
    assert [one for one in found[0].skus if one] == [sku]
    assert [one for one in found[0].collections if one] == ["Kitchen & Table", "Sale"]


def test_every_platform_whose_products_can_be_read_is_tried_here():
    assert sorted(READERS) == sorted(list_catalogues())


@pytest.mark.parametrize(
    ("reply", "code"),
    [(401, "keys_refused"), (429, "too_often"), (b"{", "no_list"), (b"7", "no_list")],
)
@pytest.mark.parametrize(
    "kind",
    [
        BigCatalogue,
        EcwidCatalogue,
        MagentoCatalogue,
        PrestaCatalogue,
        SquareCatalogue,
        SquarespaceCatalogue,
        WooCatalogue,
    ],
)
def test_a_shop_that_gives_no_products_says_why(kind: Any, reply: Reply, code: str):
    with pytest.raises(PullFailed) as caught:
        kind(Shop(lambda _path, _query: reply)).read_page("")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"errors": [{"extensions": {"code": "ACCESS_DENIED"}}]}, "keys_refused"),
        ({"errors": [{"extensions": {"code": "THROTTLED"}}], "data": None}, "too_often"),
        ({"errors": [{"message": "odd"}]}, "shop_failed"),
        ({"data": {}}, "no_list"),
    ],
)
def test_a_question_of_shopify_that_was_answered_may_still_be_refused(body: Any, code: str):
    catalogue = ShopifyCatalogue(lambda _text, _asked: Answer(200, {}, dump(body)))
    with pytest.raises(PullFailed) as caught:
        catalogue.read_page("")
    assert caught.value.code == code


class Shelf:
    """A shop's products in pages of two; `failures` are those of the next answers."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.failures: list[PullFailed] = []
        self.asked: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def read_page(self, cursor: str) -> CataloguePage:
        self.asked.append(cursor)
        if self.failures and (failure := self.failures.pop(0)).code:
            raise failure
        start = int(cursor or 0)
        found = [ListedProduct(name, name.title(), (), ("Tea",)) for name in self.names]
        self.meanwhile()
        return CataloguePage(
            found[start : start + 2], str(start + 2) if start + 2 < len(found) else ""
        )


OK = PullFailed("")


@pytest.fixture
def store() -> StoreConnection:
    store = make_connection(platform="woocommerce")
    StoreConnection.objects.filter(pk=store.pk).update(api_key="ck", api_secret="cs")
    return StoreConnection.objects.get(pk=store.pk)


def work(store: StoreConnection, shelf: Shelf, at: datetime = NOW) -> CatalogueFetch:
    """Let one turn pass, as the worker does; none where nothing is due."""
    due = catalogues.list_due(platforms=["woocommerce"], real_now=at)
    for one in due:
        if one.connection_id == store.pk:
            fetch = catalogues.claim(fetch_id=one.pk, real_now=at)
            assert fetch is not None
            catalogues.read_catalogue(fetch=fetch, source=shelf, now=at, real_now=at)
    return CatalogueFetch.objects.get(connection=store)


def listed(store: StoreConnection) -> list[str]:
    found = Product.objects.filter(connection=store).order_by("product_ref")
    return list(found.values_list("product_ref", flat=True))


def put_file(store: StoreConnection, take: Any = replace_products) -> None:
    take(
        connection_id=store.pk,
        sheet=read_products(b"product_id,collections\nfiled,Coffee\n"),
        actor_id=get_owner(store.brand).pk,
        now=NOW,
    )


@pytest.mark.django_db
def test_a_list_is_read_at_once_and_again_after_a_day(store):
    shelf = Shelf("a", "b", "c")

    first = work(store, shelf)
    work(store, shelf, NOW + timedelta(hours=23))
    shelf.names = ["b", "c", "d"]
    work(store, shelf, NOW + timedelta(days=1))

    assert (first.source, first.taken_at, first.code) == ("shop", NOW, "")
    assert listed(store) == ["b", "c", "d"]
    assert shelf.asked == ["", "2"] * 2
    actions = AuditEvent.objects.filter(action="connection.products_fetched").order_by("pk")
    assert [one.after for one in actions] == [
        {"products": 3, "new": 3, "gone": 0},
        {"products": 3, "new": 1, "gone": 1},
    ]
    assert not FetchedProduct.objects.exists()


@pytest.mark.django_db
def test_a_run_that_fails_leaves_the_list_and_goes_on_where_it_was(store):
    shelf = Shelf("a", "b", "c")
    work(store, shelf)
    shelf.names, shelf.asked = ["x", "y", "z"], []
    shelf.failures = [OK, PullFailed("shop_failed")]

    failed = work(store, shelf, NOW + timedelta(days=1))
    assert listed(store) == ["a", "b", "c"]
    done = work(store, shelf, failed.next_at)

    assert (failed.code, failed.failures, failed.source) == ("pull.shop_failed", 1, "shop")
    assert failed.next_at - NOW - timedelta(days=1) == timedelta(minutes=15)
    assert (listed(store), done.code, done.failures) == (["x", "y", "z"], "", 0)
    assert shelf.asked == ["", "2", "2"]


@pytest.mark.django_db
def test_a_place_that_fails_twice_is_not_gone_on_from(store):
    shelf = Shelf("a", "b", "c")
    shelf.failures = [OK, PullFailed("no_list"), PullFailed("no_list")]

    at: datetime | None = NOW
    for _ in range(3):
        assert at is not None
        at = work(store, shelf, at).next_at

    assert shelf.asked == ["", "2", "2", "", "2"]
    assert listed(store) == ["a", "b", "c"]


@pytest.mark.django_db
def test_a_shop_that_asks_for_peace_gets_a_minute_and_did_not_fail(store):
    shelf = Shelf("a", "b", "c")
    shelf.failures = [OK, PullFailed("too_often"), PullFailed("too_often", timedelta(minutes=9))]

    first = work(store, shelf)
    second = work(store, shelf, first.next_at)
    work(store, shelf, second.next_at)

    assert (first.failures, second.failures) == (0, 0)
    assert first.next_at - NOW == timedelta(minutes=1)
    assert second.next_at - first.next_at == timedelta(minutes=9)
    assert shelf.asked == ["", "2", "2", "2"]


@pytest.mark.django_db
def test_a_long_list_takes_several_turns(store, monkeypatch):
    monkeypatch.setattr(catalogues, "MAX_PAGES", 1)
    shelf = Shelf("a", "b", "c", "d", "e")

    first = work(store, shelf)
    assert (first.next_at, listed(store)) == (NOW, [])
    assert FetchedProduct.objects.count() == 2
    work(store, shelf)
    work(store, shelf)

    assert listed(store) == ["a", "b", "c", "d", "e"]


@pytest.mark.django_db
def test_a_shop_without_products_does_not_empty_the_list(store):
    shelf = Shelf("a")
    work(store, shelf)
    shelf.names = []

    failed = work(store, shelf, NOW + timedelta(days=1))

    assert (failed.code, listed(store)) == ("pull.no_products", ["a"])


@pytest.mark.django_db
@pytest.mark.parametrize("take", [replace_products, add_products])
def test_a_list_of_a_file_is_replaced_only_when_somebody_asks(store, take):
    shelf = Shelf("a")
    if take is add_products:
        work(store, shelf)
    put_file(store, take)

    work(store, shelf, NOW + timedelta(days=1))
    row = work(store, shelf, NOW + timedelta(days=2))
    assert row.next_at is None
    assert "filed" in listed(store)
    assert row.source == "file"
    ask(store)
    asked = work(store, shelf)

    assert (listed(store), asked.source) == (["a"], "shop")
    assert asked.next_at == NOW + timedelta(days=1)


def ask(store: StoreConnection) -> None:
    catalogues.ask_now(
        connection_id=store.pk, actor_id=get_owner(store.brand).pk, now=NOW, real_now=NOW
    )


@pytest.mark.django_db
def test_a_list_that_was_there_before_is_taken_for_a_files(store):
    put_file(store)
    CatalogueFetch.objects.all().delete()

    row = work(store, Shelf("a"))

    assert (row.source, row.taken_at, row.next_at, listed(store)) == ("file", NOW, None, ["filed"])


@pytest.mark.django_db
def test_a_file_that_comes_while_the_shop_is_read_goes_before_it(store):
    shelf = Shelf("a", "b", "c")
    shelf.meanwhile = lambda: put_file(store)

    row = work(store, shelf)

    assert (row.source, row.next_at, listed(store)) == ("file", None, ["filed"])
    assert shelf.asked == [""]
    assert not FetchedProduct.objects.exists()


@pytest.mark.django_db
def test_a_turn_is_taken_once_and_a_store_without_keys_has_none(store):
    [due] = catalogues.list_due(platforms=["woocommerce"], real_now=NOW)
    assert catalogues.claim(fetch_id=due.pk, real_now=NOW)
    assert catalogues.claim(fetch_id=due.pk, real_now=NOW) is None

    StoreConnection.objects.filter(pk=store.pk).update(api_key=None, api_secret=None)
    later = NOW + timedelta(days=2)
    assert catalogues.list_due(platforms=["woocommerce"], real_now=later) == []


@pytest.mark.django_db
def test_the_page_says_where_the_list_is_from_and_fetches_it(client, store):
    url = reverse("tracking:product-list", args=[store.brand.slug, store.public_id])
    client.force_login(get_owner(store.brand))
    empty = text_of(client.get(url))
    put_file(store)
    filed = text_of(client.get(url))

    answer = client.post(url, {"action": "fetch"})
    assert answer.status_code == 303
    assert "The products are being fetched from the shop." in text_of(client.get(url))
    assert AuditEvent.objects.filter(action="connection.products_asked").exists()
    at = CatalogueFetch.objects.get().next_at
    shelf = Shelf("a", "b", "c")
    shelf.failures = [OK, PullFailed("keys_refused")]
    failed = work(store, shelf, at)
    stuck = text_of(client.get(url))
    work(store, shelf, failed.next_at)
    done = text_of(client.get(url))

    assert "Fetch from the shop now" in empty
    assert "From a file" in filed and "it is not fetched by itself" in filed
    assert "The shop refused the keys." in stuck and "The list stays as it was." in stuck
    assert "Being fetched: 2 products so far." in stuck
    assert "Fetched from the shop" in done and "refused" not in done


@pytest.mark.django_db
def test_without_keys_or_the_right_nothing_is_fetched(client, store):
    url = reverse("tracking:product-list", args=[store.brand.slug, store.public_id])
    client.force_login(make_member(store.brand, "analyst").user)
    assert "Fetch from the shop now" not in text_of(client.get(url))
    assert client.post(url, {"action": "fetch"}).status_code == 403
    client.force_login(get_owner(store.brand))
    StoreConnection.objects.filter(pk=store.pk).update(api_key=None, api_secret=None)

    client.post(url, {"action": "fetch"})
    page = text_of(client.get(url))

    assert "The products of this shop cannot be fetched." in page
    assert "With keys of the shop the list is fetched" in page
    assert not CatalogueFetch.objects.exists()
