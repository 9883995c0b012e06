"""What a judge says about one file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Verdict:
    """Fine when there are no ``problems``: ids of the rules it breaks, or what kept the judge from judging."""

    problems: tuple[str, ...] = ()

    @property
    def fine(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


Verdicts = Mapping[Path, Verdict]


class JudgeError(Exception):
    """A judge did not do its work: it ended without a verdict that can be read."""
