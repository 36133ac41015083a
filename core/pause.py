"""Leave a service alone for a moment after it failed."""

from time import monotonic


class Pause:
    """One for each service and process: a service that hangs holds up one request, not all.

    Threads may pass together; that costs a wait more and nothing else.
    """

    def __init__(self, *, length_s: float) -> None:
        self._length_s = length_s
        self._until = 0.0

    @property
    def is_on(self) -> bool:
        """Tell whether the service is to be left alone now."""
        return monotonic() < self._until

    def begin(self) -> None:
        """Note that it failed just now."""
        self._until = monotonic() + self._length_s

    def end(self) -> None:
        """Try it again at once."""
        self._until = 0.0
