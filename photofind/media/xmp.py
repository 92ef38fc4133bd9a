"""Reading XMP packets: RDF/XML in the few shapes that software writes (ISO 16684-1, 7 and Annex C).

A reader of our own on expat: it refuses document types (so no entities that grow), keeps what was read before a packet
breaks off, and knows the usual prefixes even where a packet forgets to declare them.
"""

from contextlib import suppress
from xml.parsers import expat

_PREFIXES = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "http://ns.adobe.com/xap/1.0": "xmp",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://ns.adobe.com/exif/1.0": "exif",
    "http://ns.adobe.com/exif/1.0/aux": "aux",
    "http://cipa.jp/exif/1.0": "exifEX",
    "http://ns.adobe.com/tiff/1.0": "tiff",
    "http://ns.adobe.com/photoshop/1.0": "photoshop",
    "http://ns.adobe.com/lightroom/1.0": "lr",
    "http://www.digikam.org/ns/1.0": "digiKam",
    "http://ns.microsoft.com/photo/1.0": "MicrosoftPhoto",
    "http://ns.iview-multimedia.com/mediapro/1.0": "mediapro",
    "http://iptc.org/std/iptc4xmpcore/1.0/xmlns": "Iptc4xmpCore",
}
_FORGOTTEN = {"xap": "xmp", "microsoftphoto": "MicrosoftPhoto", "digikam": "digiKam"}
_CONTAINERS = ("rdf:Bag", "rdf:Seq", "rdf:Alt")
_MAX_PACKET_BYTES = 16 << 20
_MAX_VALUES = 10_000

Properties = dict[str, list[str]]
"""``dc:subject`` → its values in order, under the usual prefixes; of a language alternative the default comes first."""


def read_xmp(packet: bytes) -> Properties:
    """The top-level properties of one packet; what cannot be read is left out."""
    if not packet or len(packet) > _MAX_PACKET_BYTES:
        return {}
    reader = _Reader()
    with suppress(expat.ExpatError, ValueError, LookupError, _DocumentType):  # what was read up to there stands
        reader.parser.Parse(packet.strip(b"\x00 \r\n\t"), True)
    return reader.properties


class _DocumentType(Exception):
    pass


class _Reader:
    def __init__(self) -> None:
        self.properties: Properties = {}
        self._prefixes: dict[str, str] = {}
        self._open: list[str] = []
        self._text: list[str] = []
        self._is_default_language = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._document_type

    def _document_type(self, *_: object) -> None:
        raise _DocumentType  # XMP has none; entities live there

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name.startswith("xmlns:"):
                known = _PREFIXES.get(value.rstrip("/#")) or _PREFIXES.get(value.rstrip("/#").lower())
                self._prefixes[name[6:]] = known or name[6:]
        name = self._usual(tag)
        self._open.append(name)
        self._text.clear()
        if name == "rdf:Description" and self._depth_of_description() == len(self._open):
            for attribute, value in attributes.items():
                self._add(self._usual(attribute), value)
        elif name == "rdf:li":
            self._is_default_language = attributes.get("xml:lang", "").lower() == "x-default"

    def _end(self, _tag: str) -> None:
        name = self._open[-1]
        depth = self._depth_of_description()
        text = "".join(self._text)
        self._text.clear()
        if depth:
            below = self._open[depth:]
            if len(below) == 1 and text.strip():
                self._add(name, text)
            elif len(below) == 3 and name == "rdf:li" and below[1] in _CONTAINERS:
                first = below[1] == "rdf:Alt" and self._is_default_language
                self._add(below[0], text, first=first)
        self._open.pop()

    def _characters(self, text: str) -> None:
        self._text.append(text)

    def _depth_of_description(self) -> int:
        """How many elements are open down to the description whose properties count; 0 outside of one."""
        for depth in range(min(4, len(self._open))):
            if self._open[depth] == "rdf:Description":
                return depth + 1
        return 0

    def _usual(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        if not colon:
            return name
        known = self._prefixes.get(prefix) or _FORGOTTEN.get(prefix.lower(), prefix)
        return f"{known}:{local}"

    def _add(self, name: str, value: str, first: bool = False) -> None:
        values = self.properties.setdefault(name, [])
        if len(values) < _MAX_VALUES and value.strip():
            values.insert(0 if first else len(values), value)
