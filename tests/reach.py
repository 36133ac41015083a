"""What a view can do: the functions it names, and those they name, as far as our own code goes."""

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, ModuleType
from typing import Any

APPS = {"core", "ledger", "brands", "affiliates", "tracking", "payouts", "portal"}
WRITES = {
    "create",
    "bulk_create",
    "get_or_create",
    "update_or_create",
    "update",
    "save",
    "delete",
    "end",
}


def list_writes(view: Callable[..., Any], models: set[str]) -> set[str]:
    """Return which of these models the view may write, by what it calls.

    A module counts as one: its helper locks the row that another of its functions saves.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for function in _walk(inspect.unwrap(view), set()):
        named[function.__module__] |= set(_names(function.__code__))
    return {name for names in named.values() if names & WRITES for name in names & models}


def reaches(view: Callable[..., Any], functions: set[str]) -> bool:
    """Say whether the view calls one of these functions, by module and name."""
    return any(
        f"{one.__module__}.{one.__name__}" in functions
        for one in _walk(inspect.unwrap(view), set())
    )


def gives_file(view: Callable[..., Any]) -> bool:
    """Say whether the view answers with something to keep: it names what says so, or calls it."""
    codes = [one.__code__ for one in _walk(inspect.unwrap(view), set())]
    return any(
        "FileResponse" in _names(code) or "Content-Disposition" in _constants(code)
        for code in codes
    )


def takes_file(view: Callable[..., Any]) -> bool:
    """Say whether the view looks at files that were sent."""
    walked = _walk(inspect.unwrap(view), set())
    return any("FILES" in _names(one.__code__) and "FILES" not in one.__globals__ for one in walked)


def _walk(function: Any, seen: set[Any]) -> Iterator[Any]:
    if function in seen:
        return
    seen.add(function)
    yield function
    for name in _names(function.__code__):
        for one in _open(function.__globals__.get(name), function):
            if inspect.isfunction(one) and _is_ours(one):
                yield from _walk(inspect.unwrap(one), seen)


def _open(named: Any, function: Any) -> list[Any]:
    """Return what stands behind a name: functions in a table, or of a module that is named."""
    if isinstance(named, Mapping):
        return list(named.values())
    if isinstance(named, ModuleType):
        return [getattr(named, inner, None) for inner in _names(function.__code__)]
    return [named]


def _is_ours(function: Any) -> bool:
    return function.__module__.split(".")[0] in APPS


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _constants(code: CodeType) -> Iterator[str]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _constants(inner)
        elif isinstance(inner, tuple):
            yield from (one for one in inner if isinstance(one, str))
        elif isinstance(inner, str):
            yield inner
