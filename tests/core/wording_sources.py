"""Reason codes that the source can store, read from its syntax trees."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("core", "ledger", "brands", "affiliates", "tracking", "payouts")
CODE = re.compile(
    r"(attr|price|hold|refund|click|dispute|clawback|gate|payout|problem|order|commission)"
    r"\.[a-z_]+"
)
# Names of events and of what is audited look like reasons, but are shown in other words.
OTHER_KEYWORDS = {"topic", "action"}
OTHER_CALLS = {"emit", "record", "point", "_audit", "_tell", "_record", "_emit"}


def stored_reasons() -> set[str]:
    """Return every constant of the apps that reads as a reason code."""
    return {code for path in _sources() for code in _reasons(_tree(path))}


def called_with(path: str, *names: str) -> set[str]:
    """Return the constant first arguments of calls of these names, in a file or a folder."""
    base = ROOT / path
    files = [base] if base.is_file() else sorted(base.rglob("*.py"))
    return {text for file in files for text in _first_arguments(_tree(file), set(names))}


def keyword_values(path: str, name: str) -> set[str]:
    """Return the constant texts that a keyword of this name is given in the files of a folder."""
    found: set[str] = set()
    for file in sorted((ROOT / path).rglob("*.py")):
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.keyword) and node.arg == name:
                found |= set(_texts(node.value))
    return found - {""}


def constants(path: str) -> set[str]:
    """Return the texts of the module's constants: `NAME = "text"`."""
    return {
        node.value.value
        for node in _tree(ROOT / path).body
        if isinstance(node, ast.Assign)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def _sources() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = set(path.relative_to(ROOT).parts)
            if not parts & {
                "migrations",
                "wording",
                "wording.py",
                "stripe",
                "integrations",
                "faults.py",
                "states.py",
            }:
                yield path


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _reasons(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.keyword) and node.arg in OTHER_KEYWORDS:
        return
    if isinstance(node, ast.Call) and _name(node) in OTHER_CALLS:
        return
    if isinstance(node, ast.Assign) and any("topic" in ast.unparse(t) for t in node.targets):
        return
    if isinstance(node, ast.FunctionDef) and "topics" in node.name:
        return
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
    ):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _reasons(child)


def _first_arguments(tree: ast.Module, names: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in names and node.args:
            yield from _texts(node.args[0])


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
