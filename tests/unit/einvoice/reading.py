"""Reads what was written, by the names of elements; and where the schemas of both syntaxes say the same."""

from xml.etree import ElementTree as ET

from tripinvoice.einvoice import cii, ubl
from tripinvoice.invoice import Invoice


class Read:
    """A written document."""

    def __init__(self, xml: bytes | None) -> None:
        assert xml is not None
        self._root = ET.fromstring(xml)  # noqa: S314 (we wrote it)
        self.name = self._root.tag.rpartition("}")[2]

    def all(self, path: str) -> list[str]:
        """The texts of all elements at a path of names, wherever it begins."""
        return [found.text or "" for found in self._found(path)]

    def one(self, path: str) -> str:
        """The text of the only one."""
        (found,) = self.all(path)
        return found

    def attributes(self, path: str, name: str) -> list[str | None]:
        """An attribute of all of them."""
        return [found.get(name) for found in self._found(path)]

    def _found(self, path: str) -> list[ET.Element]:
        steps = "/".join(f"{{*}}{name}" for name in path.split("/"))
        return self._root.findall(f".//{steps}")


def in_cii(invoice: Invoice) -> Read:
    """The invoice in CII, read back."""
    return Read(cii(invoice))


def in_ubl(invoice: Invoice) -> Read:
    """The invoice in UBL, read back."""
    return Read(ubl(invoice))
