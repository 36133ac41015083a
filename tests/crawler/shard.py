"""One process of a full crawl: every n-th address, against a test database of its own."""

import json
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from django.db import connection  # noqa: E402  # models need the settings first
from django.test.utils import setup_test_environment  # noqa: E402

from tests.addresses import list_addresses  # noqa: E402
from tests.crawler.crawl import Crawl  # noqa: E402
from tests.crawler.town import make_town  # noqa: E402
from tests.database import drop_database  # noqa: E402
from tracking import redirect  # noqa: E402


def main(number: int, shards: int) -> None:
    """Crawl and print what was found as one line of JSON."""
    setup_test_environment()
    connection.settings_dict["TEST"]["NAME"] = f"crawl_{number}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        found = Crawl(make_town(), is_full=True).run(list_addresses()[number::shards])
    finally:
        redirect.forget()  # its own connections would keep the database in use
        drop_database(f"crawl_{number}")
    print(
        json.dumps(
            {
                "patterns": found.patterns,
                "requests": found.requests,
                "leaks": found.leaks,
                "uncovered": found.uncovered,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
