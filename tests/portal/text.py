"""Read a page as a person does: without tags and marks of direction."""

import html
from typing import Any


def plain(page: Any) -> str:
    """Return the text of a response or string; addresses in attributes stay."""
    text = page if isinstance(page, str) else page.content.decode()
    text = html.unescape(text)
    for mark in "\u2066\u2067\u2068\u2069":
        text = text.replace(mark, "")
    for tag in ("<bdi>", "</bdi>"):
        text = text.replace(tag, "")
    return text.replace("\u00a0", " ")
