"""Logstash's pipeline as data, and what it makes of a message: the few things that ours asks of it, and no others."""

import json
import re
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Message
from lscl.lang import LsclAttribute, LsclBlock, LsclConditions
from lscl.parser import parse_lscl

from tests.docs.pages import ROOT
from tests.kafka import headers_of

FILE = ROOT / "deploy" / "logstash" / "mismatches.conf"
HEADER = re.compile(r"%\{\[@metadata\]\[kafka\]\[headers\]\[(\w+)\]\}")


@dataclass(frozen=True)
class Write:
    """What it sends to Elasticsearch."""

    action: str
    index: str
    id: str
    document: dict[str, Any]


class Pipeline:
    """The file, read as Logstash's own language has it."""

    def __init__(self) -> None:
        sections = {part.name: part.content for part in parse_lscl(FILE.read_text("utf-8")) if _is_block(part)}
        assert sections.keys() == {"input", "filter", "output"}
        self.kafka = _settings(sections["input"], "kafka")
        self.mutate = _settings(sections["filter"], "mutate")
        self.elasticsearch = _settings(sections["output"], "elasticsearch")
        (self.dropped,) = (part for part in sections["filter"] if isinstance(part, LsclConditions))

    def write_of(self, message: Message) -> Write:
        """What becomes of a message that is not dropped."""
        document = json.loads(message.value() or b"")
        for path, value in self.mutate["add_field"].items():
            _put(document, re.findall(r"\[([^]]+)\]", path), value)
        header = HEADER.fullmatch(self.elasticsearch["document_id"])
        assert header is not None
        identity = headers_of(message)[header[1]]
        assert identity is not None
        return Write(self.elasticsearch["action"], self.elasticsearch["index"], identity.decode(), document)


def _is_block(part: object) -> bool:
    return isinstance(part, LsclBlock)


def _settings(section: Any, plugin: str) -> dict[str, Any]:
    (block,) = (part for part in section if isinstance(part, LsclBlock) and part.name == plugin)
    return {one.name: one.content for one in block.content if isinstance(one, LsclAttribute)}


def _put(document: dict[str, Any], names: list[str], value: Any) -> None:
    for name in names[:-1]:
        document = document.setdefault(name, {})
    document[names[-1]] = value
