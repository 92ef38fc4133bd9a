"""XMP packets in the shapes that software writes, whole and broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.core.photo import Facts
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


def test_attributes_and_elements_say_the_same() -> None:
    short = _facts(_packet("", 'xmp:Rating="4" xmp:Label="Red"'))
    long = _facts(_packet("<xmp:Rating>4</xmp:Rating><xmp:Label>Red</xmp:Label>"))
    assert short == long == Facts(rating=4, label="Red")


def test_bags_sequences_and_alternatives_are_read() -> None:
    title = '<dc:title><rdf:Alt><rdf:li xml:lang="de">Hund</rdf:li><rdf:li xml:lang="x-default">Dog</rdf:li></rdf:Alt></dc:title>'
    facts = _facts(
        _packet(_bag("dc:subject", "dog", "beach", "dog") + title + _bag("dc:description", "At sea", kind="Alt"))
    )
    assert (facts.keywords, facts.title, facts.caption) == (("dog", "beach"), "Dog", "At sea")


def test_hierarchies_of_all_programs_look_alike() -> None:
    facts = _facts(
        _packet(
            _bag("lr:hierarchicalSubject", "Places|Austria|Vienna")
            + _bag("digiKam:TagsList", "Places/Austria/Vienna", "People/Ann", kind="Seq")
        )
    )
    assert facts.hierarchy == ("Places|Austria|Vienna", "People|Ann")
    assert facts.keywords == ("Vienna", "Ann")


@pytest.mark.parametrize(
    ("attributes", "rating"),
    [
        ('xmp:Rating="5"', 5), ('xmp:Rating="-1"', -1), ('xmp:Rating="3.0"', 3), ('xmp:Rating="99"', 5),
        ('MicrosoftPhoto:Rating="75"', 4), ('MicrosoftPhoto:Rating="1"', 1), ('xmp:Rating="x"', None),
    ],
)  # fmt: skip
def test_stars_of_all_programs_are_stars(attributes: str, rating: int | None) -> None:
    assert _facts(_packet("", attributes)).rating == rating


def test_a_packet_that_breaks_off_keeps_what_came_before() -> None:
    whole = _packet(_bag("dc:subject", "first", "second", "third"))
    assert _facts(whole[: whole.index(b"third")]).keywords == ("first", "second")


def test_a_packet_may_forget_to_declare_its_prefixes() -> None:
    packet = b'<rdf:RDF><rdf:Description xap:Rating="2"><dc:title>Sea</dc:title></rdf:Description></rdf:RDF>'
    assert _facts(packet) == Facts(rating=2, title="Sea")


def test_entities_that_grow_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    assert read_xmp(bomb.encode() + _packet("<dc:title>&c;</dc:title>")) == {}


@given(st.binary(max_size=300))
def test_no_packet_raises(noise: bytes) -> None:
    whole = _packet(_bag("dc:subject", "a"), 'xmp:Rating="1"')
    for packet in (noise, whole[:120] + noise + whole[120:], whole[:-20] + noise):
        facts_of_xmp(read_xmp(packet))
