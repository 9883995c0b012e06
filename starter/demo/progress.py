"""How far a demonstration is."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far it is: ``events`` to feed, those ``fed``, those ``taken`` by the bridge, trips ``closed`` or ``parked``.

    ``documents`` are those recorded since the start, ``seconds`` the time since the first event was fed.
    """

    events: int
    fed: int = 0
    taken: int = 0
    refused: int = 0
    repeated: int = 0
    closed: int = 0
    parked: int = 0
    documents: int = 0
    seconds: float = 0.0

    @property
    def done(self) -> int:
        """Events that have come to an end."""
        return self.closed + self.parked + self.refused + self.repeated

    @property
    def complete(self) -> bool:
        """Whether all have."""
        return self.taken == self.events == self.done
