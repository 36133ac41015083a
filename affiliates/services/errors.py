"""Facts that stop several of the services of creators."""


class AffiliationSuspended(ValueError):
    """The brand suspended this creator: what he has is frozen, nothing new begins."""


class ProgramClosed(ValueError):
    """The program is closed: links and codes of it no longer begin."""


class StaleTerms(ValueError):
    """These are not the newest terms of the program."""
