"""How a shop takes a code from an address."""

import pytest

from brands.domain.codelinks import apply_code, can_apply, is_pattern

PAGE = "https://shop.example/mugs?size=2&fs_click=t#top"
DISCOUNT = "/discount/{code}?redirect={path}"


@pytest.mark.parametrize(
    "pattern",
    [
        "?coupon={code}",
        "?a={code}",
        "{destination}?coupon={code}",
        DISCOUNT,
        "/{code}?to={path}",
        "/cart/apply-coupon/{code}?next_page={path}",
    ],
)
def test_these_are_patterns(pattern):
    assert is_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "?coupon=ANNA",
        "?={code}",
        "?coupon={code}&x=1",
        "?fs_click={code}",
        "?utm_source={code}",
        "/discount/{code}",
        "/discount?redirect={path}",
        "/discount/{code}?fs_sub1={path}",
        "//evil.example/{code}?redirect={path}",
        "/a//{code}?redirect={path}",
        "/../{code}?redirect={path}",
        "https://evil.example/{code}?redirect={path}",
        "@evil.example/{code}?redirect={path}",
        "/a\\{code}?redirect={path}",
        "?coupon={code}\n",
        "?" + "c" * 120 + "={code}",
    ],
)
def test_these_are_none(pattern):
    assert not is_pattern(pattern)


@pytest.mark.parametrize(
    ("own", "page", "result"),
    [
        ("?coupon={code}", PAGE, "https://shop.example/mugs?size=2&fs_click=t&coupon=A%261#top"),
        ("?coupon={code}", "https://shop.example/", "https://shop.example/?coupon=A%261"),
        ("?size={code}", PAGE, PAGE),
        (
            DISCOUNT,
            PAGE,
            "https://shop.example/discount/A%261?redirect=/mugs%3Fsize%3D2%26fs_click%3Dt#top",
        ),
        (DISCOUNT, "https://shop.example", "https://shop.example/discount/A%261?redirect=/"),
        (DISCOUNT, "https://shop.example//evil.example/", "https://shop.example//evil.example/"),
        (DISCOUNT, "https://shop.example/a/../b", "https://shop.example/a/../b"),
        (DISCOUNT, "https://shop.example/%2Fevil", "https://shop.example/%2Fevil"),
        ("", PAGE, PAGE),
        (
            "",
            "https://buy.stripe.com/x?fs_click=t",
            "https://buy.stripe.com/x?fs_click=t&prefilled_promo_code=A%261",
        ),
        (
            "",
            "https://tea.myshopify.com/",
            "https://tea.myshopify.com/discount/A%261?redirect=/",
        ),
    ],
)
def test_a_code_is_applied_on_the_pages_own_host(own, page, result):
    assert apply_code(own, page, "A&1") == result
    assert apply_code(own, page, "") == page


def test_links_may_apply_codes_where_one_domain_takes_them():
    assert can_apply("?coupon={code}", ["shop.example"])
    assert can_apply("", ["shop.example", "buy.stripe.com"])
    assert not can_apply("", ["shop.example", "evilmyshopify.com"])
