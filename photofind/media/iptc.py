"""Title, caption, keywords and date from IPTC-IIM records (IPTC-NAA Information Interchange Model 4.2)."""

from photofind.core.photo import Facts
from photofind.media.text import clean_keywords, clean_text, parse_date

_UTF8_ESCAPE = b"\x1b%G"


def facts_of_iptc(data: bytes) -> Facts:
    """Facts of one block of IIM datasets; what is broken is left out."""
    records = _read_records(data)
    is_utf8 = _UTF8_ESCAPE in b"".join(records.get((1, 90), []))

    def texts(dataset: int) -> list[str]:
        return [_decode(value, is_utf8) for value in records.get((2, dataset), [])]

    def text(dataset: int) -> str:
        return next(iter(texts(dataset)), "")

    day, time = text(55), text(60)
    date = None
    if len(day) == 8 and day.isdigit():
        spelled = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        if len(time) >= 6 and time[:6].isdigit():
            date = parse_date(f"{spelled}T{time[:2]}:{time[2:4]}:{time[4:6]}{time[6:]}")
        date = date or parse_date(spelled)
    return Facts(
        taken=date[0] if date else None,
        taken_offset_min=date[1] if date else None,
        keywords=clean_keywords(texts(25)),
        title=clean_text(text(5)) or clean_text(text(105)),
        caption=clean_text(text(120)),
    )


def iptc_of_photoshop(resources: bytes) -> bytes:
    """The IIM block inside Photoshop image resources (Adobe Photoshop File Formats, "Image Resource Blocks", 0x0404)."""
    at = 0
    while (at := resources.find(b"8BIM", at)) >= 0 and at + 7 <= len(resources):
        resource = int.from_bytes(resources[at + 4 : at + 6], "big")
        name_bytes = resources[at + 6] + 1
        size_at = at + 6 + name_bytes + name_bytes % 2
        size = int.from_bytes(resources[size_at : size_at + 4], "big")
        if resource == 0x0404:
            return resources[size_at + 4 : size_at + 4 + size]
        at = size_at + 4 + size + size % 2
    return b""


def _read_records(data: bytes) -> dict[tuple[int, int], list[bytes]]:
    records: dict[tuple[int, int], list[bytes]] = {}
    at = data.find(b"\x1c")
    while at >= 0 and at + 5 <= len(data) and data[at] == 0x1C:
        record, dataset, size = data[at + 1], data[at + 2], int.from_bytes(data[at + 3 : at + 5], "big")
        at += 5
        if size & 0x8000:  # an extended dataset: the size of the size, then the size
            size_bytes = size & 0x7FFF
            if size_bytes > 4:
                break
            size = int.from_bytes(data[at : at + size_bytes], "big")
            at += size_bytes
        records.setdefault((record, dataset), []).append(data[at : at + size])
        at += size
    return records


def _decode(value: bytes, is_utf8: bool) -> str:
    value = value.rstrip(b"\x00")
    try:
        return value.decode("utf-8")  # many writers use it without saying so, and other text is hardly ever valid UTF-8
    except UnicodeDecodeError:
        return value.decode("utf-8" if is_utf8 else "cp1252", "replace")
