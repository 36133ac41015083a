"""Plant a mutant into a module that is already imported, for code that needs Django and a database.

The code of the changed functions is replaced in the function objects themselves, so whoever holds
one, by whatever name and under whatever decorator, runs the mutant. What runs only once, when the
module is imported, cannot be changed so: such mutants are left out.
"""

import gc
from collections.abc import Iterator, Mapping
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType

from tests.mutants.mutation import Mutant

Codes = Mapping[tuple[str, int], CodeType]


class NotPlanted(Exception):
    """No function of the module as it is imported is the one to change."""


def find_changed(path: Path, source: str, mutant: Mutant) -> Codes:
    """Return the code of the functions a mutant changes, by qualified name and first line."""
    before = dict(_functions(compile(source, str(path), "exec")))
    after = dict(_functions(compile(mutant.tree, str(path), "exec")))
    return {key: code for key, code in after.items() if _text(code) != _text(before[key])}


def plant(path: Path, changed: Codes) -> None:
    """Make the functions of this process run other code.

    :raises NotPlanted: a changed function is nowhere in memory.
    """
    found = set[tuple[str, int]]()
    for held in gc.get_objects():
        if type(held) is FunctionType and held.__code__.co_filename == str(path):
            key = (held.__code__.co_qualname, held.__code__.co_firstlineno)
            if key in changed:
                held.__code__ = changed[key]
                found.add(key)
    if not changed or found != set(changed):
        raise NotPlanted(f"{path}: {sorted(set(changed) - found)}")


def _functions(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    """Go through functions and methods, not into them: what is inside belongs to their code."""
    for inner in _inner(code):
        if inner.co_flags & CO_OPTIMIZED:  # a function and not the body of a class
            if not inner.co_name.startswith("<"):
                yield (inner.co_qualname, inner.co_firstlineno), inner
        else:
            yield from _functions(inner)


def _inner(code: CodeType) -> Iterator[CodeType]:
    return (held for held in code.co_consts if isinstance(held, CodeType))


def _text(code: CodeType) -> object:
    """Return what a function does; where in the file it stands is no part of it."""
    consts = [_text(held) if isinstance(held, CodeType) else repr(held) for held in code.co_consts]
    return code.co_code, consts, code.co_names, code.co_varnames, code.co_freevars
