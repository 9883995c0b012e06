"""What the exit codes of ``tripinvoice`` mean, in one place: the help, the documentation and the commands read it."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit code of a command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    DIFFERS = 3
    UNSAFE = 4
    NOT_FOUND = 5
    FINDINGS = 6
    MISSING = 7
    UNFINISHED = 8
    INTERRUPTED = 130


MEANINGS = {
    Exit.OK: "done, and all is well",
    Exit.FAILED: "could not be done; the line on stderr says why and what helps",
    Exit.USAGE: "wrong usage: an option or argument that the command does not take",
    Exit.DIFFERS: "regenerate, verify: a document made again is not identical to the issued one; "
    "compare: the candidate's drafts are others, or it made none",
    Exit.UNSAFE: "replay: the code at hand does not replay a history, do not deploy it",
    Exit.NOT_FOUND: "no such trip, invoice number or workflow",
    Exit.FINDINGS: "audit: something is not in order; the report says what, and what helps",
    Exit.MISSING: "reconcile: a trip has no documents though it should; the report says which, and why",
    Exit.UNFINISHED: "bridge: stopped before all that it had taken was done and committed; the rest comes again",
    Exit.INTERRUPTED: "interrupted with Ctrl-C",
}
