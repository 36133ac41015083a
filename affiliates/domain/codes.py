"""Discount codes and slugs: the form under which they are compared, and what they may look like."""

import re
import unicodedata

MAX_CODE = 40
MIN_CODE = 3
# Plain and led by a letter or digit: typed on any keyboard, and no formula in a sheet.
PREFIX = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_-]{0,19})?")
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,39}")


def normalise_code(text: str) -> str:
    """Return the form under which a code is matched: NFKC, trimmed, casefolded."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def is_code(text: str) -> bool:
    """Tell whether a shopper could type this as one word of 3 to 40 characters."""
    plain = normalise_code(text)
    is_long_enough = MIN_CODE <= len(text) <= MAX_CODE and MIN_CODE <= len(plain) <= MAX_CODE
    return is_long_enough and not any(unicodedata.category(char)[0] in "CZ" for char in text)


def is_slug(text: str) -> bool:
    """Tell whether a link may end in this: 3 to 40 of `A-Z a-z 0-9 _ -`, not led by a dash."""
    return SLUG.fullmatch(text) is not None


def is_prefix(text: str) -> bool:
    """Tell whether made codes may begin with this: up to 20 of `A-Z a-z 0-9 _ -`, or nothing."""
    return PREFIX.fullmatch(text) is not None


def code_stem(name: str) -> str:
    """Return up to 12 capitals and digits of a name to build a code on; "" when it has none."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(char for char in plain if char.isascii() and char.isalnum()).upper()[:12]
