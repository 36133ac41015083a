"""Strings of Django and allauth that readers see and their own catalogues leave in English."""

FOREIGN: tuple[str, ...] = (
    "This password is too common.",
    "The password is too similar to the %(verbose_name)s.",
    "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
)
FOREIGN_PLURAL: tuple[tuple[str, str], ...] = (
    (
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    (
        "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
    ),
    (
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ),
)
