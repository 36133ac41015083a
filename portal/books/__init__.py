"""Do the books balance: every check, run together over one brand at one moment."""

from portal.books.checks import Check, Matter, Proof, Result
from portal.books.proof import examine_books, find_kept, prove_and_keep, prove_books

__all__ = [
    "Check",
    "Matter",
    "Proof",
    "Result",
    "examine_books",
    "find_kept",
    "prove_and_keep",
    "prove_books",
]
