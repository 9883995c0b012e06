"""How payloads are written and read: JSON by Pydantic, its validators built once per process."""

from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultPayloadConverter

# A workflow run makes a payload converter of its own, and the SDK's Pydantic one builds its validators again each time:
# a tenth of what a worker does. All runs may share them because message types come from modules that the sandbox
# passes through, so they are the same types in every run.
_JSON = PydanticJSONPlainPayloadConverter()


class PydanticPayloadConverter(CompositePayloadConverter):
    """As :class:`temporalio.contrib.pydantic.PydanticPayloadConverter`, with one JSON converter for all instances."""

    def __init__(self) -> None:
        """The SDK's encodings, JSON being ours."""
        usual = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(_JSON if converter.encoding == _JSON.encoding else converter for converter in usual))


DATA_CONVERTER = DataConverter(payload_converter_class=PydanticPayloadConverter)
