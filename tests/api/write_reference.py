"""Write docs/api/openapi.json anew: `.venv/bin/python -m tests.api.write_reference`."""

import importlib
import json
import os
from pathlib import Path

import django

from config.gate import PRODUCTION

FILE = Path(__file__).resolve().parents[2] / "docs" / "api" / "openapi.json"


def main() -> None:
    os.environ |= PRODUCTION | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    django.setup()
    reference = importlib.import_module("portal.api.reference")
    text = json.dumps(reference.read_schema(), indent=1, ensure_ascii=False)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
