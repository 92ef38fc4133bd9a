"""Facts from EXIF, IPTC, XMP and sidecars, whole and broken."""

import os
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from photofind.core.photo import Facts
from photofind.media import reader
from photofind.media.decoder import MAX_PIXELS, DecodeRequest
from photofind.media.exif import read_directory
from photofind.media.exif_facts import facts_of_exif
from photofind.media.iptc import facts_of_iptc, iptc_of_photoshop
from photofind.media.metadata import Embedded, gather_facts
from photofind.media.sidecar import is_sidecar, read_sidecar, sidecar_candidates, sidecar_state
from photofind.media.text import clean_keywords, clean_text, parse_date, parse_number, parse_offset
from photofind.media.xmp import read_xmp
from photofind.media.xmp_facts import facts_of_xmp

_HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/" '
    'xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/">'
)
_TAIL = "</rdf:RDF></x:xmpmeta>"


def _packet(body: str, attributes: str = "") -> bytes:
    return f'{_HEAD}<rdf:Description rdf:about="" {attributes}>{body}</rdf:Description>{_TAIL}'.encode()


def _bag(name: str, *values: str, kind: str = "Bag") -> str:
    items = "".join(f"<rdf:li>{value}</rdf:li>" for value in values)
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>"


def _facts(packet: bytes) -> Facts:
    return facts_of_xmp(read_xmp(packet))[0]


def _exif(order: str, make_tiff_blob: Callable[..., bytes]) -> bytes:
    """A directory that points to an EXIF and a GPS directory behind it."""
    top = {0x010F: (2, 6, b"Canon\x00"), 0x0112: (3, 1, struct.pack(order + "H", 6))}
    exif_at = 1000
    exif_tags = {
        0x9003: (2, 20, b"2025:05:03 14:02:11\x00"),
        0x9011: (2, 7, b"+02:00\x00"),
        0x829A: (5, 1, struct.pack(order + "II", 1, 250)),
        0x829D: (5, 1, struct.pack(order + "II", 28, 10)),
        0x8827: (3, 1, struct.pack(order + "H", 400)),
        0xA434: (2, 9, b"EF 50 mm\x00"),
    }
    gps_at = 1400
    gps_tags = {
        1: (2, 2, b"S\x00"),
        2: (5, 3, struct.pack(order + "6I", 33, 1, 30, 1, 0, 1)),
        3: (2, 2, b"E\x00"),
        4: (5, 3, struct.pack(order + "6I", 151, 1, 15, 1, 0, 1)),
        5: (1, 1, b"\x01"),
        6: (5, 1, struct.pack(order + "II", 25, 2)),
    }
    top[0x8769] = (4, 1, struct.pack(order + "I", exif_at))
    top[0x8825] = (4, 1, struct.pack(order + "I", gps_at))
    blob = make_tiff_blob(order, top).ljust(exif_at, b"\x00")
    blob += make_tiff_blob(order, exif_tags, exif_at)[8:].ljust(gps_at - exif_at, b"\x00")
    return blob + make_tiff_blob(order, gps_tags, gps_at)[8:]


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_of_both_byte_orders_is_read(order: str, make_tiff_blob: Callable[..., bytes]) -> None:
    directory = read_directory(BytesIO(b"Exif\x00\x00" + _exif(order, make_tiff_blob)))
    assert directory is not None
    assert facts_of_exif(directory)[0] == Facts(
        taken="2025-05-03T14:02:11", taken_offset_min=120, camera_make="Canon", lens="EF 50 mm", exposure_s=0.004,
        aperture=2.8, iso=400, latitude=-33.5, longitude=151.25, altitude_m=-12.5,
    )  # fmt: skip
    assert Embedded(directory).orientation() == 6


@given(st.data())
def test_no_exif_raises(draw: st.DataObject) -> None:
    image_exif = Image.Exif()
    image_exif[0x010F] = "Canon"
    image_exif.get_ifd(0x8769)[0x9003] = "2025:05:03 14:02:11"
    image_exif.get_ifd(0x8825)[2] = (1.0, 2.0, 3.0)
    blob = bytearray(image_exif.tobytes())
    for _ in range(draw.draw(st.integers(1, 12))):
        blob[draw.draw(st.integers(6, len(blob) - 1))] = draw.draw(st.integers(0, 255))
    directory = read_directory(BytesIO(bytes(blob[: draw.draw(st.integers(0, len(blob)))])))
    if directory is not None:
        facts_of_exif(directory)


def test_what_cameras_write_as_description_is_no_caption(make_tiff_blob: Callable[..., bytes]) -> None:
    for text, caption in (
        (b"OLYMPUS DIGITAL CAMERA\x00", None),
        (b"DSC00123\x00", None),
        (b"Anna at the sea\x00", "Anna at the sea"),
    ):
        directory = read_directory(BytesIO(make_tiff_blob("<", {0x010E: (2, len(text), text)})))
        assert directory is not None
        assert facts_of_exif(directory)[1].caption == caption


def _dataset(record: int, number: int, value: bytes) -> bytes:
    return bytes((0x1C, record, number)) + len(value).to_bytes(2, "big") + value


def test_iptc_is_read_in_utf8_and_in_old_code_pages() -> None:
    data = b"".join(
        _dataset(*entry)
        for entry in (
            (2, 5, b"Title"), (2, 25, "Wörthersee".encode()), (2, 25, "Straße".encode("cp1252")),
            (2, 55, b"20250503"), (2, 60, b"140211+0200"), (2, 120, b"A caption"),
        )
    )  # fmt: skip
    assert facts_of_iptc(data) == Facts(
        taken="2025-05-03T14:02:11",
        taken_offset_min=120,
        keywords=("Wörthersee", "Straße"),
        title="Title",
        caption="A caption",
    )
    block = b"8BIM\x04\x04\x00\x00" + len(data).to_bytes(4, "big") + data
    assert iptc_of_photoshop(b"8BIM\x03\xed\x00\x00\x00\x00\x00\x02ab" + block) == data


@given(st.binary(max_size=200))
def test_no_iptc_raises(noise: bytes) -> None:
    facts_of_iptc(b"\x1c\x02\x19" + noise)
    iptc_of_photoshop(b"8BIM" + noise)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025:05:03 14:02:11", ("2025-05-03T14:02:11", None)), ("2025-05-03T14:02:11.25+02:00", ("2025-05-03T14:02:11", 120)),
        ("1975", ("1975-01-01T00:00:00", None)), ("2014-04", ("2014-04-01T00:00:00", None)),
        ("2014-04-27T12:42Z", ("2014-04-27T12:42:00", 0)), ("0000:00:00 00:00:00", None), ("    :  :     :  :  ", None),
        ("2025:13:03 14:02:11", None), ("0100:01:01 00:00:00", None), ("yesterday", None), (None, None),
    ],
)  # fmt: skip
def test_dates_of_all_shapes(text: object, expected: object) -> None:
    assert parse_date(text) == expected


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    parse_date(text), parse_offset(text), parse_number(text), clean_text(text), clean_keywords([text])


def test_keywords_are_bounded() -> None:
    assert len(clean_keywords([str(number) for number in range(5000)])) == 1000
    assert clean_keywords(["  two   words ", "two words", "\x00", "a\x07b"]) == ("two words", "a b")


def test_a_sidecar_beats_the_file_and_the_file_fills_what_it_leaves_out(make_tiff_blob: Callable[..., bytes]) -> None:
    exif = read_directory(BytesIO(_exif("<", make_tiff_blob)))
    file_xmp = _packet(_bag("dc:subject", "file"), 'xmp:Rating="2" xmp:Label="Blue"')
    sidecar = read_xmp(
        _packet(_bag("dc:subject", "sidecar"), 'xmp:Rating="5" exif:GPSLatitude="48,9N" exif:GPSLongitude="11,30E"')
    )
    facts = gather_facts([Embedded(exif, file_xmp)], sidecar)
    assert (facts.keywords, facts.rating, facts.label, facts.camera_make) == (("sidecar",), 5, "Blue", "Canon")
    assert (facts.latitude, facts.longitude, facts.altitude_m) == (48.15, 11.5, None)  # a position is one thing
    assert facts.taken == "2025-05-03T14:02:11"


def test_no_stars_is_no_rating() -> None:
    assert (
        gather_facts([Embedded(xmp=_packet("", 'xmp:Rating="3"'))], read_xmp(_packet("", 'xmp:Rating="0"'))).rating
        is None
    )


def test_both_names_of_a_sidecar_count_and_the_fuller_one_first(tmp_path: Path) -> None:
    picture = str(tmp_path / "IMG.jpg")
    assert sidecar_state(picture) == ("", 0)
    assert read_sidecar(picture) is None
    (tmp_path / "IMG.xmp").write_bytes(_packet("", 'xmp:Rating="1"'))
    found = read_sidecar(picture)
    assert found is not None
    assert found.path.endswith("IMG.xmp")
    (tmp_path / "IMG.jpg.XMP").write_bytes(_packet("", 'xmp:Rating="2"'))
    found = read_sidecar(picture)
    assert found is not None
    assert found.properties["xmp:Rating"] == ["2"]
    assert sidecar_state(picture) == (found.path, found.mtime_ns)
    assert is_sidecar(found.path)
    assert str(tmp_path / "IMG.xmp") in sidecar_candidates(picture)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
def test_a_sidecar_that_is_no_file_costs_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg.xmp")
    assert read_sidecar(str(tmp_path / "a.jpg")) is None
    (tmp_path / "a.xmp").mkdir()
    assert read_sidecar(str(tmp_path / "a.jpg")) is None
    (tmp_path / "a.XMP").write_bytes(_packet(_bag("dc:subject", "the next one counts")))
    found = read_sidecar(str(tmp_path / "a.jpg"))
    assert found is not None and found.path == str(tmp_path / "a.XMP") and found.properties


def test_a_picture_brings_its_facts_and_its_sidecars(tmp_path: Path, jpeg: Callable[..., bytes]) -> None:
    exif = Image.Exif()
    exif[0x0110] = "A camera"
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(exif=exif, xmp=_packet(_bag("dc:subject", "inside"))))
    decoded, _ = reader.decode_file(DecodeRequest(str(path)), MAX_PIXELS)
    assert (decoded.facts.camera_model, decoded.facts.keywords, decoded.sidecar_mtime_ns) == (
        "A camera",
        ("inside",),
        0,
    )
    sidecar = tmp_path / "a.jpg.xmp"
    sidecar.write_bytes(_packet(_bag("dc:subject", "beside")))
    decoded, _ = reader.decode_file(DecodeRequest(str(path)), MAX_PIXELS)
    assert decoded.facts.keywords == ("beside",)
    assert decoded.sidecar_mtime_ns == sidecar.stat().st_mtime_ns
    assert reader.decode_file(DecodeRequest(str(path), facts=False), MAX_PIXELS)[0].facts == Facts()


def test_png_tiff_and_webp_bring_their_xmp(tmp_path: Path, halves: Image.Image) -> None:
    packet = _packet(_bag("dc:subject", "inside"))
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", packet.decode())
    halves.save(tmp_path / "a.png", pnginfo=text)
    halves.save(tmp_path / "a.webp", xmp=packet)
    halves.save(tmp_path / "a.tif", tiffinfo={700: packet})
    for name in ("a.png", "a.webp", "a.tif"):
        decoded, _ = reader.decode_file(DecodeRequest(str(tmp_path / name)), MAX_PIXELS)
        assert decoded.facts.keywords == ("inside",), name


def test_a_photoshop_file_is_read_with_its_facts(tmp_path: Path) -> None:
    packet = _packet(_bag("dc:subject", "inside"))
    resource = b"8BIM" + struct.pack(">HHI", 1060, 0, len(packet)) + packet + b"\x00" * (len(packet) % 2)
    header = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 20, 30, 8, 3)
    planes = b"\xff" * 600 + bytes(600) + bytes(600)
    sections = struct.pack(">I", 0) + struct.pack(">I", len(resource)) + resource + struct.pack(">I", 0)
    (tmp_path / "a.psd").write_bytes(header + sections + b"\x00\x00" + planes)
    decoded, _ = reader.decode_file(DecodeRequest(str(tmp_path / "a.psd")), MAX_PIXELS)
    assert (decoded.format, decoded.width, decoded.height, decoded.average_colour) == ("PSD", 30, 20, 0xFF0000)
    assert decoded.facts.keywords == ("inside",)


def test_real_sidecars_are_understood(shared_data: Path) -> None:
    def facts(name: str) -> Facts:
        return gather_facts([], read_xmp((shared_data / "photos" / "sidecars" / name).read_bytes()))

    assert facts("APhotoManager-exmaple.xmp").rating == 2
    assert facts("digikam-example.xmp").caption == "2014-Drachenfest-Waterfront-Bremen"
    assert facts("digikam-example.xmp").latitude == pytest.approx(53.132559)
    assert "Muenchen" in facts("exiftool-9.74-example.xmp").keywords
    assert facts("jPhotoTagger-example.xmp").taken == "2006-05-24T15:06:26"
