"""Orders asked for at shops that post none, or none that could be believed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.tracking.adapting import at, check, document
from tests.tracking.answering import Reply, Shop
from tests.tracking.payloads import hash_email
from tracking.domain.events import RefundEvent
from tracking.integrations import get_adapter
from tracking.integrations.ecwid.pull import EcwidSource
from tracking.integrations.magento.pull import MagentoSource
from tracking.integrations.prestashop.pull import PrestaSource
from tracking.integrations.shopapi import cut_list
from tracking.integrations.squarespace.pull import SquarespaceSource
from tracking.services.sources import PullFailed, Source

AFTER = at(2026, 3, 1)
Rows = list[dict[str, Any]]


def dump(found: object) -> bytes:
    return json.dumps(found).encode()


def squarespace(rows: Rows) -> Shop:
    """Two at once, the newest first."""
    rows = sorted(rows, key=lambda row: row["modifiedOn"], reverse=True)

    def respond(path: str, query: dict[str, str]) -> Reply:
        if path:
            return next((dump(row) for row in rows if row["id"] == path[1:]), 404)
        start = int(query.get("cursor", 0))
        assert ("cursor" in query) != ("modifiedAfter" in query)
        more = start + 2 < len(rows)
        pages = {"hasNextPage": more, "nextPageCursor": str(start + 2) if more else None}
        return dump({"pagination": pages, "result": rows[start : start + 2]})

    return Shop(respond)


def ecwid(rows: Rows) -> Shop:
    def respond(path: str, query: dict[str, str]) -> Reply:
        if path == "profile":
            return dump({"formatsAndUnits": {"currency": "EUR"}})
        if path != "orders":
            name = path.removeprefix("orders/")
            names = ("id", "internalId")
            return next((dump(r) for r in rows if name in {str(r.get(n)) for n in names}), 404)
        wanted = query["paymentStatus"].split(",")
        kept = [row for row in rows if row["paymentStatus"] in wanted]
        start, size = int(query["offset"]), int(query["limit"])
        return dump({"items": kept[start : start + size]})

    return Shop(respond)


def magento(rows: Rows, memos: Rows) -> Shop:
    def respond(path: str, query: dict[str, str]) -> Reply:
        if path == "creditmemos":
            wanted = query["searchCriteria[filter_groups][0][filters][0][value]"]
            return dump({"items": [memo for memo in memos if str(memo["order_id"]) == wanted]})
        if path != "orders":
            wanted = path.removeprefix("orders/")
            return next((dump(r) for r in rows if str(r["entity_id"]) == wanted), 404)
        left_out = query.get("searchCriteria[filter_groups][1][filters][0][value]", "").split(",")
        kept = [row for row in rows if str(row["entity_id"]) not in left_out]
        size, page = (int(query[f"searchCriteria[{n}]"]) for n in ("pageSize", "currentPage"))
        return dump({"items": kept[(page - 1) * size : page * size], "total_count": len(kept)})

    return Shop(respond)


def to_xml(name: str, value: Any) -> str:
    """Write a value as the web service does, lists under the names of what they hold."""
    if isinstance(value, dict):
        return f"<{name}>{''.join(to_xml(n, v) for n, v in value.items())}</{name}>"
    if isinstance(value, list):
        one = name.removesuffix("s")
        return f'<{name} nodeType="{one}">{"".join(to_xml(one, v) for v in value)}</{name}>'
    return f"<{name}><![CDATA[{value}]]></{name}>"


def prestashop(rows: Rows, slips: Rows, hidden: tuple[str, ...] = ()) -> Shop:
    one_of = {
        "currencies/1": {"currency": {"id": "1", "iso_code": "EUR"}},
        "customers/77": {"customer": {"id": "77", "email": "Mara.Quill@example.com"}},
        "addresses/4": {"address": {"id": "4", "id_country": "2"}},
        "countries/2": {"country": {"id": "2", "iso_code": "AT"}},
        "cart_rules/5": {"cart_rule": {"id": "5", "code": "LENA10"}},
    }
    rules = document("prestashop", "order_paid")["cart_rules"]
    told = [{name: rule[name] for name in rule if name != "code"} for rule in rules]

    def respond(path: str, query: dict[str, str]) -> Reply:
        if path.partition("/")[0] in hidden:
            return 403
        if path in one_of:
            return to_xml("prestashop", one_of[path]).encode()
        if path.startswith("orders/"):
            wanted = path.removeprefix("orders/")
            found = [row for row in rows if row["id"] == wanted]
            return to_xml("prestashop", {"order": found[0]}).encode() if found else 404
        lists = {
            "configurations": ("configurations", [{"value": "Europe/Paris"}]),
            "orders": ("orders", rows),
            "order_slip": ("order_slips", slips),
            "order_cart_rules": ("order_cart_rules", told),
        }
        name, found = lists[path]
        since = query.get("filter[date_upd]", ">[]")[2:-1]
        of_order = query.get("filter[id_order]", "[]")[1:-1]
        kept = [
            row
            for row in found
            if row.get("date_upd", row.get("date_add", "9")) > since
            and (not of_order or row.get("id_order", of_order) == of_order)
        ]
        start, _, size = query.get("limit", "0,999").rpartition(",")
        begin = int(start or 0)
        return to_xml("prestashop", {name: kept[begin : begin + int(size)]}).encode()

    return Shop(respond)


def parse(source: Source, platform: str, body: bytes) -> tuple[Any, ...]:
    adapter = get_adapter(platform)
    events = adapter.parse(topic=source.topic, headers={}, body=body, hash_email=hash_email).events
    check(events)
    return events


def three(platform: str, **names: str) -> Rows:
    """Return three orders of a platform, an hour apart; `names`: of its id and its change."""
    whole = document(platform, "order_paid")
    base = whole.get("order", whole)
    found = []
    for number in (1, 2, 3):
        moment = datetime(2026, 3, 2, 8 + number, tzinfo=UTC)
        form = names.get("form", "")
        changed = moment.strftime(form) if form else int(moment.timestamp())
        found.append(base | {names["id"]: number, names["changed"]: changed})
    return found


def test_squarespace_reads_every_page_and_tells_the_oldest_first():
    rows = three("squarespace", id="id", changed="modifiedOn", form="%Y-%m-%dT%H:%M:%S.000Z")
    shop = squarespace([row | {"id": str(row["id"])} for row in rows])
    source = SquarespaceSource(shop)

    page = source.list_orders(after=AFTER, page=1, without=["2"])

    assert [one.order_id for one in page.orders] == ["1", "3"]
    assert page.is_last
    assert len(shop.asked) == 2
    [order] = parse(source, "squarespace", source.complete(page.orders[0], ()))
    assert (order.external_order_id, order.total) == ("1", 11400)
    assert source.get_order("9") is None
    one = source.get_order("3")
    assert one is not None
    assert one.changed_at == at(2026, 3, 2, 11)
    assert [thin.body for thin in source.list_ids(after=AFTER, page=1, without=()).orders] == [
        b""
    ] * 3


def test_ecwid_brings_the_currency_of_the_shop_and_no_cart():
    rows = three("ecwid", id="internalId", changed="updateTimestamp")
    cart = rows[0] | {"internalId": 4, "id": "CART", "paymentStatus": "INCOMPLETE"}
    shop = ecwid([*rows[::-1], cart])
    source = EcwidSource(shop)

    page = source.list_orders(after=AFTER, page=1, without=["2"])

    assert [one.order_id for one in page.orders] == ["1", "3"]
    [order] = parse(source, "ecwid", page.orders[0].body)
    assert (order.currency, order.total) == ("EUR", 13200)
    assert source.get_order("CART") is None
    assert source.get_order("9") is None
    by_name = source.get_order("W-1501")
    assert by_name is not None
    assert by_name.order_id == "3"
    assert shop.asked.count("profile") == 1


def test_magento_pages_and_fetches_credit_memos_of_orders_with_a_refund():
    rows = three("magento", id="entity_id", changed="updated_at", form="%Y-%m-%d %H:%M:%S")
    [memo] = document("magento", "order_partly_refunded")["creditmemos"]
    refunded = rows[0] | {"base_total_refunded": 62}
    shop = magento([refunded, *rows[1:]], [memo | {"order_id": 1}])
    source = MagentoSource(shop)

    page = source.list_orders(after=AFTER, page=1, without=["2"])

    assert [one.order_id for one in page.orders] == ["1", "3"]
    _, thin = (
        get_adapter("magento")
        .parse(
            topic=source.listed_topic, headers={}, body=page.orders[0].body, hash_email=hash_email
        )
        .events
    )
    assert isinstance(thin, RefundEvent)
    order, whole, running = parse(source, "magento", source.complete(page.orders[0], [thin]))
    assert (order.external_order_id, whole.total, running.total) == ("1", 6200, 6200)
    [plain] = parse(source, "magento", source.complete(page.orders[1], ()))
    assert plain.external_order_id == "3"
    assert [path for path in shop.asked if "creditmemos" in path] == [shop.asked[-1]]
    one = source.get_order("1")
    assert one is not None
    assert parse(source, "magento", source.complete(one, ())) == (order, whole, running)
    assert source.get_order("9") is None


def test_prestashop_puts_an_order_together_and_finds_a_slip_the_order_does_not_tell_of():
    [slip] = document("prestashop", "order_partly_refunded")["order_slips"]
    base = document("prestashop", "order_paid")["order"]
    del base["a_field_of_tomorrow"]
    old = base | {"id": "1500", "date_upd": "2026-02-01 10:00:00"}
    shop = prestashop([old, base], [slip | {"id_order": "1500"}])
    source = PrestaSource(shop)

    page = source.list_orders(after=AFTER, page=1, without=())

    assert [(one.order_id, one.changed_at) for one in page.orders] == [
        ("1501", at(2026, 3, 2, 9, 0, 42)),
        ("1500", None),
    ]
    [order] = parse(source, "prestashop", source.complete(page.orders[0], ()))
    assert order.customer.email_hash == "hash of mara.quill@example.com"
    assert (order.customer.country, order.total) == ("AT", 13400)
    assert [discount.code for discount in order.discounts] == ["lena10"]
    known, refund = parse(source, "prestashop", source.complete(page.orders[1], ()))
    assert (known.external_order_id, refund.total) == ("1500", 6600)
    assert source.list_orders(after=AFTER, page=2, without=()).orders == ()


def test_prestashop_leaves_out_what_the_key_may_not_read():
    base = document("prestashop", "order_paid")["order"]
    del base["a_field_of_tomorrow"]
    source = PrestaSource(prestashop([base], [], hidden=("customers", "addresses")))
    found = source.get_order("1501")
    assert found is not None
    [order] = parse(source, "prestashop", source.complete(found, ()))
    assert (order.customer.email_hash, order.customer.country) == ("", "")
    blind = PrestaSource(prestashop([base], [], hidden=("order_slip",)))
    with pytest.raises(PullFailed, match="keys_refused"):
        blind.get_order("1501")


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (401, "keys_refused"),
        (403, "keys_refused"),
        (404, "no_interface"),
        (429, "too_often"),
        (302, "moved"),
        (500, "shop_failed"),
        ("timeout", "timeout"),
        (b"no list", "no_orders"),
        (b"[]", "no_orders"),
        (b"{}", "no_orders"),
        (b'{"items": 7, "result": 7}', "no_orders"),
        (b"<p/>", "no_orders"),
    ],
)
@pytest.mark.parametrize("kind", [SquarespaceSource, EcwidSource, MagentoSource, PrestaSource])
def test_a_shop_that_gives_no_list_says_why(kind, reply, code):
    source = kind(Shop(lambda _path, _query: reply))
    with pytest.raises(PullFailed) as caught:
        source.list_orders(after=AFTER, page=1, without=())
    assert caught.value.code == code
    assert caught.value.retry_after == timedelta(seconds=60 if reply == 429 else 0)


def test_a_list_is_cut_into_the_bytes_it_came_in():
    body = b'{"count": 2, "items": [ {"total": 1.10} ,{"a": "]\\u00e9"}], "more": {"items": []}}'
    assert cut_list(body, "items") == [b'{"total": 1.10}', b'{"a": "]\\u00e9"}']
    assert cut_list(b' {"items" : [ ] } ', "items") == []
    for broken in (b"", b"{", b'{"items": [7]}', b'{"other": []}', b'{"items": [}', b"\xff"):
        with pytest.raises(PullFailed):
            cut_list(broken, "items")
