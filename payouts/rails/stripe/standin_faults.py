"""What can go wrong between us and Stripe, one request at a time."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

FaultKind = Literal[
    "timeout_before",  # the connection drops, nothing was done
    "timeout_after",  # the connection drops, it was done
    "error_saved",  # 500, nothing was done, and the key answers 500 from now on
    "error_saved_done",  # 500, it was done, and the key answers 500 from now on
    "error_unsaved",  # 500, nothing was done, the key is free
    "rate_limited",  # 429
    "in_progress",  # 409, as if another request held the key
    "key_expired",  # the key was forgotten: the same request is done a second time
    "unreadable",  # it was done, and the answer is not JSON
    "other_mode",  # the answer belongs to the other mode
    "token_expired",  # 401, as if the token had run out, where there are tokens
    "slow",  # it was done, and the answer takes delay_s
]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the next requests to one method and path; an empty one means any.

    `skip` requests pass first, then `times` are hit.
    """

    kind: FaultKind
    times: int = 1
    skip: int = 0
    method: str = "POST"
    path: str = "/v1/transfers"
    delay_s: float = 0

    def is_for(self, method: str, path: str) -> bool:
        return self.method in {"", method} and self.path in {"", path}


def take_fault(
    planned: list[dict[str, Any]], *, method: str, path: str
) -> tuple[Fault | None, list[dict[str, Any]]]:
    """Return the fault of this request, and the plan that is left.

    Only the first fault that fits is counted down, so faults of one path come in order.
    """
    for index, row in enumerate(planned):
        fault = Fault(**row)
        if not fault.is_for(method, path):
            continue
        left = [*planned]
        if fault.skip:
            left[index] = {**row, "skip": fault.skip - 1}
            return None, left
        left[index : index + 1] = [{**row, "times": fault.times - 1}] if fault.times > 1 else []
        return fault, left
    return None, planned


def as_rows(faults: list[Fault]) -> list[dict[str, Any]]:
    """Return a plan as JSON objects."""
    return [asdict(fault) for fault in faults]
