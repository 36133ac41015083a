"""Facts that stop several of the services of creators."""

from brands.models import Program


class AffiliationSuspended(ValueError):
    """The brand suspended this creator: what he has is frozen, nothing new begins."""


class ProgramClosed(ValueError):
    """The program is closed: links and codes of it no longer begin."""


class StaleTerms(ValueError):
    """These are not the newest terms of the program."""


class AlreadyMember(ValueError):
    """The creator is in the program."""


class GroupOfOtherProgram(ValueError):
    """The group belongs to another program."""


class ProgramNotOpen(ValueError):
    """The program takes no creators now; `status` says what it is."""

    def __init__(self, program: Program) -> None:
        super().__init__(f"program {program.public_id} is {program.status}")
        self.status = program.status


class ProgramFull(ProgramNotOpen):
    """The program has as many creators as its brand wants."""


class ReasonMissing(ValueError):
    """The creator reads the reason: there must be one."""
