"""docker-compose.temporal.yml as data, and what its variables mean."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.temporal.yml").read_text("utf-8")
FILE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}

# Those that are no settings of ours; .env.example has them with these words.
MEANINGS = {
    "TRIPINVOICE_IMAGE_TAG": "Tag of our image, which is built when it is missing.",
    "TEMPORAL_NAMESPACE": "Temporal's namespace; made at the first start.",
    "TEMPORAL_DB_PASSWORD": "Password of Temporal's database. Only the first start sets it.",
}

_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def variables() -> dict[str, str]:
    """Every variable that the file reads, with its default, in the file's order."""
    return dict(_VARIABLE.findall(TEXT))


def plain(value: object) -> str:
    """A value as Compose fills it in when none of its variables is set."""
    return _VARIABLE.sub(lambda match: match[2], str(value)).replace("$$", "$")


def environment(name: str) -> dict[str, str]:
    """What a service of ours finds in its environment."""
    return {key: plain(value) for key, value in SERVICES[name]["environment"].items()}


def started_with(*profiles: str) -> set[str]:
    """The services that start with these profiles."""
    return {name for name, service in SERVICES.items() if not service.get("profiles") or _any(service, profiles)}


def _any(service: dict[str, Any], profiles: tuple[str, ...]) -> bool:
    return bool(set(service["profiles"]) & set(profiles))


def needs(name: str) -> Iterator[tuple[str, str]]:
    """What a service waits for: the other service, and the condition."""
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        yield other, wanted["condition"]
