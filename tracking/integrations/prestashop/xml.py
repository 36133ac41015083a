"""The web service's XML as plain values: the shape its own JSON output has.

Only elements and text: a document that declares a type could hold entities, and is refused unread.
"""

import re
from xml.etree.ElementTree import Element, ParseError, fromstring

from tracking.services.adapters import PayloadRefused

MAX_DEPTH = 12

_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)

Value = str | list["Value"] | dict[str, "Value"]


def read_document(body: bytes) -> dict[str, Value]:
    """Return what stands inside the outermost element.

    :raises PayloadRefused: no XML, more than elements and text, or nested too deeply.
    """
    if _DECLARES.search(body) or b"\x00" in body:
        raise PayloadRefused("not_xml")
    try:
        root = fromstring(body)  # noqa: S314 - without a document type there are no entities
    except (ParseError, ValueError, LookupError):
        raise PayloadRefused("not_xml") from None
    return {child.tag: _convert(child, 1) for child in root}


def _convert(element: Element, depth: int) -> Value:
    """Return an element: a list where it says so, else its named parts, else its text.

    An element that is repeated under one parent counts once, the last of them: PrestaShop marks
    what is a list by `nodeType`, and lists of resources by their own name.
    """
    if depth > MAX_DEPTH:
        raise PayloadRefused("too_deep")
    parts = list(element)
    if "nodeType" in element.attrib or _is_list(element):
        return [_convert(part, depth + 1) for part in parts]
    if parts:
        return {part.tag: _convert(part, depth + 1) for part in parts}
    return (element.text or "").strip()


def _is_list(element: Element) -> bool:
    """Tell a list of a resource, such as `orders` with `order` in it; languages are no list."""
    tags = {part.tag for part in element}
    return len(tags) == 1 and element.tag in {
        "orders",
        "currencies",
        "products",
        "categories",
        "order_slips",
        "order_cart_rules",
        "configurations",
    }
