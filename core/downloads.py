"""A list as the answer to a request: a file that leaves while its rows are still being read."""

from datetime import datetime

from django.http import (  # noqa: TID251  # this is the edge
    FileResponse,
    StreamingHttpResponse,
)

from core.exports import BOM, Sheet, stream_csv, write_xlsx

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("csv", "csv-bom", "xlsx")
"""`csv-bom` begins with the mark by which older spreadsheets know UTF-8."""


def send_sheet(
    sheet: Sheet, *, file_format: str, now: datetime
) -> StreamingHttpResponse | FileResponse:
    """Answer with a file of the sheet in one of FORMATS.

    :raises TooLong: more rows than one XLSX file is made of.
    """
    name = f"{sheet.name}-{now.astimezone(sheet.zone):%Y-%m-%d}"
    if file_format == "xlsx":
        file = write_xlsx(sheet)
        return FileResponse(
            file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE
        )
    mark = BOM if file_format == "csv-bom" else b""
    return StreamingHttpResponse(
        stream_csv(sheet, bom=mark),
        content_type=CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
