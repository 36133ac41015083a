"""Strings of Django and allauth that readers see and their own catalogues leave in English."""

FOREIGN: tuple[str, ...] = ()
FOREIGN_PLURAL: tuple[tuple[str, str], ...] = ()
