"""PDF files by typst: the same data and time give the same bytes."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

FONTS = Path("vendor") / "fonts" / "pdf"


def make_pdf(*, template: Path, data: Mapping[str, Any], at: datetime) -> bytes:
    """Set a document: `data` is `sys.inputs.data` there, as JSON; `at` is its date in the file."""
    fonts = find_fonts()
    made = typst.compile(
        template,
        root=template.parent,
        font_paths=[fonts] if fonts else [],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(at.timestamp()),
    )
    return bytes(made or b"")


@cache
def find_fonts() -> Path | None:
    """Return where the set-up put the fonts: among what was collected, or where files lie."""
    folders = [settings.STATIC_ROOT, *settings.STATICFILES_DIRS]
    found = (Path(folder) / FONTS for folder in folders if folder)
    return next((folder for folder in found if folder.is_dir()), None)
