"""What a Saudi QR code says: Base64 of fields that are a tag, a length and a text each."""

from base64 import b64decode


def fields_of(content: str) -> dict[int, str]:
    """The fields by tag. Raises ``ValueError`` or ``IndexError`` for anything else."""
    raw, fields = b64decode(content, validate=True), {}
    while raw:
        tag, length = raw[0], raw[1]
        if len(raw) < 2 + length or tag in fields:
            msg = "a field is cut off, or there twice"
            raise ValueError(msg)
        fields[tag] = raw[2 : 2 + length].decode()
        raw = raw[2 + length :]
    return fields
