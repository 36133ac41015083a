"""Two judges of what goes over the wire: Stripe's published schema and the SDK's own types.

Both are stricter than Stripe: an unknown name is a fault in a request and in an answer.
"""

import builtins
import json
import os
import sys
import types
import typing
from functools import cache
from pathlib import Path
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

import pytest
import typing_extensions

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]


@cache
def load(name: str) -> Json:
    """Load a file of the shared folder, or skip the test where there is none."""
    shared = Path(os.environ.get("FAIRSHARE_SHARED") or ROOT.parent / "shared")
    path = shared / "stripe" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    return typing.cast("Json", json.loads(path.read_text()))


def operation(method: str, path: str) -> Json:
    """Find the operation of a request, with placeholders for ids."""
    for pattern, methods in load("spec3-trimmed.json")["paths"].items():
        if method.lower() in methods and _fits(pattern, path):
            return typing.cast("Json", methods[method.lower()])
    raise AssertionError(f"{method} {path} is not in the specification")


def request_schema(method: str, path: str) -> Json:
    """Return what the parameters of a request must look like."""
    found = operation(method, path)
    if method == "POST":
        form = found["requestBody"]["content"]["application/x-www-form-urlencoded"]
        return typing.cast("Json", form["schema"])
    rows = [row for row in found.get("parameters") or () if row["in"] == "query"]
    return {
        "type": "object",
        "properties": {row["name"]: row["schema"] for row in rows},
        "required": [row["name"] for row in rows if row.get("required")],
        "additionalProperties": False,
    }


def response_schema(method: str, path: str, status: int) -> Json:
    """Return what an answer must look like."""
    responses = operation(method, path)["responses"]
    chosen = responses.get(str(status)) or responses["default"]
    return typing.cast("Json", chosen["content"]["application/json"]["schema"])


def find_faults(
    schema: Json, value: object, where: str = "$", *, is_form: bool = False
) -> list[str]:
    """List what is wrong with a value; `is_form`: scalars are texts, as in a form."""
    schema = _resolve(schema)
    if value is None:
        return [] if schema.get("nullable") else [f"{where}: null"]
    if "anyOf" in schema:
        found = [find_faults(option, value, where, is_form=is_form) for option in schema["anyOf"]]
        return min(found, key=len)
    faults = _scalar_faults(schema, value, where, is_form)
    if faults or not isinstance(value, dict | list):
        return faults
    if isinstance(value, list):
        rows = enumerate(value)
        return [
            fault
            for index, row in rows
            for fault in find_faults(schema["items"], row, f"{where}[{index}]", is_form=is_form)
        ]
    return _object_faults(schema, value, where, is_form)


def find_type_faults(typed: Any, value: Json, where: str = "") -> list[str]:
    """List what is wrong with a form against a TypedDict of the SDK."""
    namespace = _Names(vars(sys.modules[typed.__module__]))
    hints = get_type_hints(typed, globalns={}, localns=namespace, include_extras=True)
    needed = typed.__required_keys__ & set(hints)
    faults = [f"{where}{name}: missing" for name in sorted(needed - set(value))]
    for name, inner in value.items():
        if name in hints:
            faults += _type_faults(hints[name], inner, f"{where}{name}")
        else:
            faults.append(f"{where}{name}: unknown")
    return faults


class _Names(dict[str, Any]):
    """Names a generated module imports only for type checkers."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        if name == "UntypedStripeObject":
            return dict
        return getattr(typing, name, Any)


def _type_faults(hint: Any, value: Any, where: str) -> list[str]:
    origin = get_origin(hint)
    if origin in {NotRequired, Required, typing_extensions.NotRequired}:
        return _type_faults(get_args(hint)[0], value, where)
    if typing_extensions.is_typeddict(hint):
        is_object = isinstance(value, dict)
        return find_type_faults(hint, value, f"{where}.") if is_object else [f"{where}: no object"]
    if origin in {Union, types.UnionType}:
        return min((_type_faults(option, value, where) for option in _options(hint)), key=len)
    if origin is Literal:
        return [] if value in get_args(hint) else [f"{where}: {value!r} is not allowed"]
    if origin is dict:
        return [] if isinstance(value, dict) else [f"{where}: no object"]
    return [] if _is_form_scalar(hint, value) else [f"{where}: {value!r} is no {hint}"]


def _options(hint: Any) -> list[Any]:
    """Leave out the `|str` after a literal: it means "or one newer than this SDK"."""
    options = list(get_args(hint))
    has_literal = any(get_origin(option) is Literal for option in options)
    return [option for option in options if option is not str] if has_literal else options


def _is_form_scalar(hint: Any, value: Any) -> bool:
    if hint is int:
        return isinstance(value, str) and value.removeprefix("-").isdigit()
    if hint is bool:
        return value in {"true", "false"}
    return hint is Any or (hint is str and isinstance(value, str))


def _resolve(schema: Json) -> Json:
    while "$ref" in schema:
        node: Json = load("spec3-trimmed.json")
        for step in schema["$ref"].removeprefix("#/").split("/"):
            node = node[step]
        schema = {**node, **{key: rest for key, rest in schema.items() if key != "$ref"}}
    return schema


def _scalar_faults(schema: Json, value: object, where: str, is_form: bool) -> list[str]:
    kind = schema.get("type")
    if kind is not None and not _is_kind(kind, value, is_form):
        return [f"{where}: {value!r} is no {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is not allowed"]
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        return [f"{where}: too long"]
    return []


def _is_kind(kind: str, value: object, is_form: bool) -> bool:
    if kind == "object":
        return isinstance(value, dict)
    if kind == "array":
        return isinstance(value, list)
    if kind == "integer":
        is_digits = is_form and isinstance(value, str) and value.removeprefix("-").isdigit()
        return type(value) is int or is_digits
    if kind == "boolean":
        return isinstance(value, bool) or (is_form and value in {"true", "false"})
    return isinstance(value, str)


def _object_faults(schema: Json, value: Json, where: str, is_form: bool) -> list[str]:
    known = schema.get("properties", {})
    extra = schema.get("additionalProperties", False)
    faults = [
        f"{where}.{name}: missing" for name in schema.get("required", ()) if name not in value
    ]
    for name, inner in value.items():
        here = f"{where}.{name}"
        if name in known:
            faults += find_faults(known[name], inner, here, is_form=is_form)
        elif isinstance(extra, dict):
            faults += find_faults(extra, inner, here, is_form=is_form)
        elif known and not extra:
            faults.append(f"{here}: unknown")
    return faults


def _fits(pattern: str, path: str) -> bool:
    wanted, given = pattern.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        part.startswith("{") or part == here for part, here in zip(wanted, given, strict=True)
    )
