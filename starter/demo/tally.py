"""What became of each event of a demonstration."""

from dataclasses import dataclass, field

from tripinvoice.trip import Trip


@dataclass(frozen=True, kw_only=True)
class Refused:
    """An event or a line of the file that is no trip. ``what`` says which."""

    what: str
    reason: str


@dataclass(kw_only=True)
class Tally:
    """``trips`` are those that have a workflow, by its id, in the order of their starts.

    ``before`` are the ids of those that had their documents before this run; ``refused`` are the bridge's.
    """

    fed: int = 0
    trips: dict[str, Trip] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)
    repeated: int = 0
    refused: list[Refused] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Events that the bridge is done with."""
        return len(self.trips) + self.repeated + len(self.refused)
