"""The JSON Schemas of the preprocess contract in docs/schemas, made from tripinvoice/contract.py.

``python -m tests.docs.reference`` writes them anew with the other pages; the tests compare.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import TypeAdapter

from tripinvoice.compare.form import DECIMALS
from tripinvoice.contract import MAX_ARCHIVED, MAX_DRAFTS, Drafts, PreprocessRequest, PreprocessResponse

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# What the types say in Python and pydantic does not, by name of the definition and of the field.
_PATTERNS: dict[tuple[str, str], Schema] = {
    ("ObjectRef", "key"): {
        "pattern": r"^[A-Z]{2}/[a-z][a-z_]{0,30}/[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9a-f]{2}/[0-9a-f]{64}\.zst$"
    },
    ("ObjectRef", "sha256"): {"pattern": "^[0-9a-f]{64}$"},
    ("ObjectRef", "size"): {"minimum": 1, "maximum": MAX_ARCHIVED},
    ("ObjectRef", "media_type"): {"const": "application/zstd"},
    ("Money", "currency"): {"pattern": "^[A-Z]{3}$"},
    ("Draft", "currency"): {"pattern": "^[A-Z]{3}$"},
    ("DocumentKey", "revision"): {"minimum": 1},
}
_DECIMAL = {"pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"}
_FORMATS = {
    "date-time": {
        "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"
    },
    "date": {"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
}


def request() -> Schema:
    """What an implementation is asked.

    Evidence is kept for years: what was added to it later is absent in older one, and what is not known must not
    disturb.
    """
    return _either(_schema(PreprocessRequest, closed=False), "sources", "evidence")


def drafts() -> Schema:
    """What it archives: an object with all drafts, each with all fields and no others."""
    schema = _schema(Drafts, closed=True)
    schema["properties"]["drafts"]["maxItems"] = MAX_DRAFTS
    return schema


def response() -> Schema:
    """What it answers."""
    return _either(_schema(PreprocessResponse, closed=True), "archived", "drafts")


FILES: dict[str, Callable[[], Schema]] = {
    "docs/schemas/preprocess-request.schema.json": request,
    "docs/schemas/drafts.schema.json": drafts,
    "docs/schemas/preprocess-response.schema.json": response,
}


def text(schema: Schema) -> str:
    """As it is in the file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(shape: type, *, closed: bool) -> Schema:
    schema = TypeAdapter(shape).json_schema(mode="serialization")
    for name, definition in ((shape.__name__, schema), *schema.get("$defs", {}).items()):
        _complete(name, definition, closed=closed)
    for part in _parts(schema):
        _refine(part)
    return {"$schema": DIALECT, "title": shape.__name__, **schema}


def _complete(name: str, definition: Schema, *, closed: bool) -> None:
    """In a closed shape every field is there, a null where there is nothing, and no other."""
    definition.pop("title", None)
    if "description" in definition:
        definition["description"] = _prose(definition["description"])
    if "properties" not in definition:
        return
    if closed:
        definition["required"] = list(definition["properties"])
        definition["additionalProperties"] = False
    for field, value in definition["properties"].items():
        value.pop("title", None)
        value.pop("default", None)
        value.update(_DECIMAL if field in DECIMALS else _PATTERNS.get((name, field), {}))


def _refine(part: Schema) -> None:
    """Formats are only notes to most validators; patterns are judged by all."""
    part.update(_FORMATS.get(part.get("format", ""), {}))


def _parts(value: Any) -> Iterator[Schema]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner)


def _either(schema: Schema, reference: str, content: str) -> Schema:
    """By reference or by value: one of the two is null, and only one."""
    schema["required"] = list(schema["properties"])
    schema["oneOf"] = [
        {"properties": {there: {"not": {"type": "null"}}, empty: {"type": "null"}}}
        for there, empty in ((reference, content), (content, reference))
    ]
    return schema


def _prose(docstring: str) -> str:
    plain = re.sub(r":\w+:`~?([\w.]+\.)?(\w+)`", r"`\2`", docstring).replace("``", "`")
    return " ".join(plain.replace("`None`", "`null`").split())
