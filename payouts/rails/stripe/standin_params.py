"""Form parameters as Stripe reads them: brackets nest, unknown names are refused."""

from collections.abc import Collection, Mapping
from typing import Any

from payouts.rails.stripe.standin_shapes import ApiProblem, invalid

MAX_AMOUNT = 99_999_999_999


def nest(params: Mapping[str, str]) -> dict[str, Any]:
    """Turn `controller[losses][payments]=application` into nested objects."""
    tree: dict[str, Any] = {}
    for name, value in params.items():
        path = name.replace("]", "").split("[")
        branch = tree
        for step in path[:-1]:
            inner = branch.setdefault(step, {})
            if not isinstance(inner, dict):
                raise invalid(f"Invalid hash: {step}", param=name)
            branch = inner
        branch[path[-1]] = value
    return tree


def check_names(params: Mapping[str, Any], allowed: Collection[str], prefix: str = "") -> None:
    """Refuse a name that is not allowed; `a.b` allows b inside a."""
    for name, value in params.items():
        full = f"{prefix}{name}"
        inside = any(path.startswith(f"{full}.") for path in allowed)
        if isinstance(value, dict) and inside:
            check_names(value, allowed, f"{full}.")
        elif full not in allowed and not inside:
            param = full.replace(".", "[", 1) + ("]" if "." in full else "")
            raise invalid(
                f"Received unknown parameter: {param}", code="parameter_unknown", param=param
            )


def need(params: Mapping[str, Any], name: str) -> str:
    """Return a text that must be there."""
    value = params.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return value


def whole(params: Mapping[str, Any], name: str, *, least: int = 1, most: int = MAX_AMOUNT) -> int:
    """Return an integer that must be there, within bounds."""
    value = need(params, name)
    if not value.isascii() or not value.removeprefix("-").isdigit() or len(value) > 20:
        raise _bad_integer(f"Invalid integer: {value}", name)
    number = int(value)
    if number < least:
        raise _bad_integer(f"This value must be greater than or equal to {least}.", name)
    if number > most:
        raise _bad_integer(f"This value must be less than or equal to {most}.", name)
    return number


def words(params: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return metadata: at most 50 keys of 40 characters, values of 500."""
    value = params.get(name, {})
    if not isinstance(value, dict) or len(value) > 50:
        raise invalid(f"Invalid {name}", param=name)
    for key, word in value.items():
        if not isinstance(word, str) or len(key) > 40 or len(word) > 500:
            raise invalid(f"Invalid {name}: {key}", param=f"{name}[{key}]")
    return value


def _bad_integer(message: str, name: str) -> ApiProblem:
    return invalid(message, code="parameter_invalid_integer", param=name)
