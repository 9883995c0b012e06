"""Writes ``sample.jsonl`` from the scenes: ``python -m starter.samples.generate``.

The file is kept in the repository, so that it can be read and copied; a test says that it is what this writes.
"""

from pathlib import Path

from starter.samples.australia import SCENES as AUSTRALIA
from starter.samples.austria import SCENES as AUSTRIA
from starter.samples.brazil import SCENES as BRAZIL
from starter.samples.bulgaria import SCENES as BULGARIA
from starter.samples.france import SCENES as FRANCE
from starter.samples.germany import SCENES as GERMANY
from starter.samples.greece import SCENES as GREECE
from starter.samples.india import SCENES as INDIA
from starter.samples.iowa import SCENES as IOWA
from starter.samples.italy import SCENES as ITALY
from starter.samples.japan import SCENES as JAPAN
from starter.samples.kenya import SCENES as KENYA
from starter.samples.mexico import SCENES as MEXICO
from starter.samples.netherlands import SCENES as NETHERLANDS
from starter.samples.new_york import SCENES as NEW_YORK
from starter.samples.poland import SCENES as POLAND
from starter.samples.portugal import SCENES as PORTUGAL
from starter.samples.saudi_arabia import SCENES as SAUDI_ARABIA
from starter.samples.scene import scenario
from starter.samples.spain import SCENES as SPAIN
from starter.samples.sweden import SCENES as SWEDEN
from starter.samples.taiwan import SCENES as TAIWAN
from starter.samples.trips import scenario_line
from starter.samples.united_kingdom import SCENES as UNITED_KINGDOM


def sample() -> bytes:
    """The bundled sample as JSON Lines; the countries take turns, so that the first few trips show all of them."""
    countries = [
        AUSTRALIA,
        AUSTRIA,
        BRAZIL,
        BULGARIA,
        FRANCE,
        GERMANY,
        GREECE,
        INDIA,
        IOWA,
        ITALY,
        JAPAN,
        KENYA,
        MEXICO,
        NETHERLANDS,
        NEW_YORK,
        POLAND,
        PORTUGAL,
        SAUDI_ARABIA,
        SPAIN,
        SWEDEN,
        TAIWAN,
        UNITED_KINGDOM,
    ]
    longest = max(map(len, countries))
    turns = [scenes[i] for i in range(longest) for scenes in countries if i < len(scenes)]
    return b"".join(scenario_line(scenario(scene)) for scene in turns)


if __name__ == "__main__":
    Path(__file__).with_name("sample.jsonl").write_bytes(sample())
