"""The record of who got an order, in words for the brand: the result and every candidate."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from brands.models import CheckMode
from core.wording import Names, Reader
from tracking import wording
from tracking.models import Attribution, HoldKind
from tracking.selectors_brand import describe_candidates, flag_params, list_flags
from tracking.wording.short import KINDS, signal_of


def list_record_params(records: list[Attribution]) -> list[Mapping[str, Any]]:
    """Return the parameters of every reason of the page, to load the names in them."""
    rows = [row for record in records for row in describe_candidates(record)]
    parties = [{"creator": row["candidate"]["party"]["enrollment"]} for row in rows]
    marks = [flag_params(flag) for record in records for flag in list_flags(record)]
    made_by = [{"member": record.by_id} for record in records]
    return [
        *(r.params for r in records),
        *(row["params"] for row in rows),
        *parties,
        *marks,
        *made_by,
    ]


def describe_record(record: Attribution, reader: Reader) -> dict[str, Any]:
    """Return an attribution record in words: the result, and every candidate with its reason."""
    return {
        "row": record,
        "sentence": wording.explain(code=record.code, params=record.params, reader=reader),
        "signal": signal_of(record.candidates),
        "marks": [_mark(flag, record, reader) for flag in list_flags(record)],
        "is_won": record.enrollment_id is not None,
        "candidates": [_candidate(row, reader) for row in describe_candidates(record)],
    }


def _mark(flag: Mapping[str, Any], record: Attribution, reader: Reader) -> dict[str, Any]:
    params = {"creator": record.enrollment_id, **flag_params(flag)}
    return {
        "name": dict(HoldKind.choices).get(flag["name"], flag["name"]),
        "mode": dict(CheckMode.choices).get(flag["mode"], flag["mode"]),
        "says": wording.say_check(name=flag["name"], params=params, reader=reader),
    }


def _candidate(row: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    candidate = row["candidate"]
    code, params = wording.candidate_reason(row)
    return {
        "kind": KINDS.get(candidate["kind"], candidate["kind"]),
        "what": candidate.get("code") or candidate.get("link") or "",
        "creator": _name(reader.names, candidate["party"]["enrollment"]),
        "at": _moment(candidate),
        "is_winner": row["is_winner"],
        "is_won": code.startswith("attr.won"),
        "note": wording.say_click(candidate, reader),
        "why": wording.explain(
            code=code,
            params={"creator": candidate["party"]["enrollment"], **params},
            reader=reader,
        ),
    }


def _moment(candidate: Mapping[str, Any]) -> datetime | None:
    text = candidate.get("at") or candidate.get("bound_at") or candidate.get("assigned_at")
    return datetime.fromisoformat(text) if text else None


def _name(names: Names, enrollment_id: str) -> str:
    return names.get("creator", {}).get(str(enrollment_id), "")
