"""Make mutants of a module: one small change of its code each, as somebody might mistype it."""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
NEVER_RUN = frozenset({"annotation", "returns", "decorator_list"})


@dataclass(frozen=True)
class Mutant:
    """One change: its name does not depend on where in the file it stands."""

    module: str
    name: str
    line: int
    tree: ast.Module


def list_mutants(module: str, source: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its text."""
    tree = ast.parse(source)
    seen: Counter[str] = Counter()
    mutants = []
    for where, path in _walk(tree, "", ()):
        for changed in _changes(where[1]):
            before, after = ast.unparse(where[1]), ast.unparse(changed)
            name = f"{module}:{where[0]}: {before} -> {after}"
            seen[name] += 1
            name = name if seen[name] == 1 else f"{name} #{seen[name]}"
            mutants.append(Mutant(module, name, where[1].lineno, _planted(tree, path, changed)))
    return mutants


Path = tuple[tuple[str, int | None], ...]


def _walk(node: ast.AST, inside: str, path: Path) -> Iterator[tuple[tuple[str, ast.expr], Path]]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        inside = f"{inside}.{node.name}".lstrip(".")
    if isinstance(node, ast.expr):
        yield (inside or "module", node), path
    for step, child in _children(node):
        if not _is_idle(child):
            yield from _walk(child, inside, (*path, step))


def _children(node: ast.AST) -> Iterator[tuple[tuple[str, int | None], ast.AST]]:
    for name, value in ast.iter_fields(node):
        if name in NEVER_RUN:
            continue
        rows = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in rows:
            if isinstance(item, ast.AST):
                yield (name, index), item


def _is_idle(node: ast.AST) -> bool:
    """Tell what does nothing at run time: docstrings, imports, assertions (also `zip(strict=)`)."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_strict = isinstance(node, ast.keyword) and node.arg == "strict"
    return is_text or is_strict or isinstance(node, (ast.Import, ast.ImportFrom, ast.Assert))


def _changes(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            yield from _compare(node)
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            yield _with(node, op=ARITHMETIC[type(op)]())
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            yield _with(node, values=values[:-1]) if values[2:] else values[0]
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.IfExp(body=body, orelse=orelse):
            yield _with(node, body=orelse, orelse=body)
        case ast.Constant(value=int() as value):  # True and False are whole numbers too
            yield ast.Constant(not value if isinstance(value, bool) else value + 1)
        case ast.Call(func=ast.Name(id=name) as func) if name in CALLS:
            yield _with(node, func=ast.copy_location(ast.Name(CALLS[name], ast.Load()), func))


def _compare(node: ast.Compare) -> Iterator[ast.expr]:
    for index, op in enumerate(node.ops):
        changed = COMPARE[type(op)]()
        yield _with(node, ops=[*node.ops[:index], changed, *node.ops[index + 1 :]])


def _with(node: ast.expr, **changes: object) -> ast.expr:
    changed = copy.copy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _planted(tree: ast.Module, path: Path, changed: ast.expr) -> ast.Module:
    """Return a copy of the tree with one node replaced; what is not on its way is shared."""
    return _replace(tree, path, changed)  # type: ignore[return-value]


def _replace(node: ast.AST, path: Path, changed: ast.expr) -> ast.AST:
    if not path:
        return ast.copy_location(changed, node)
    (name, index), *rest = path
    above = copy.copy(node)
    value = getattr(node, name)
    if index is None:
        setattr(above, name, _replace(value, tuple(rest), changed))
    else:
        items = list(value)
        items[index] = _replace(items[index], tuple(rest), changed)
        setattr(above, name, items)
    return above
