"""The snippet that shops put into their pages stays small and calls nobody."""

import re

from config.assets import SNIPPET, weigh_snippet


def test_a_page_of_a_shop_waits_for_little():
    assert weigh_snippet() <= 3_072


def test_it_asks_no_other_site_for_anything():
    source = SNIPPET.read_text("utf-8")

    assert re.findall(r"https?://", source) == []
    assert "eval(" not in source
