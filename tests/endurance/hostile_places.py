"""What is no plain file, lies where it can hardly be reached, or has a name that nothing can show. Linux."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from hostile_sample import Outcome, Sample, encoded

_DEPTH = 200
_TOO_DEEP = 20
_SPARSE_BYTES = 10_000_000_000
_ZERO_DEVICE, _RANDOM_DEVICE = (1, 5), (1, 9)


def odd_names() -> Iterator[Sample]:
    """Each is a sound picture, and no two are the same, so that none is taken for a copy."""
    names = [
        b"not utf-8 \xff\xfe\xe4.jpg", b"half a letter \xc3", b"two\nlines.jpg", b"carriage\rreturn\tand tab.jpg",
        b"bell \x07\x1b[31m.jpg", b"\"quoted\" 'twice' `thrice`.jpg", b"100% %s %d %n %20.jpg", b"back\\slash.jpg",
        b"; DROP TABLE photos --.jpg", b"$(reboot) & |.jpg",
        b"-rf.jpg", b"~.jpg", b" leading and trailing .jpg ", b"<b>bold<img src=x.jpg>.jpg", b"&amp;.jpg", b"#?&=+.jpg",
        b"{name}.jpg", b"CON.jpg", b"x" * 251 + b".jpg", "\U0001f4a9".encode() * 62 + b".jpg",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 family.jpg".encode(),
        "\u05ea\u05de\u05d5\u05e0\u05d4 \u0635\u0648\u0631\u0629.jpg".encode(),
        "turned \u202egpj.exe".encode(), "e\u0301 combining and \u00e9.jpg".encode(), ("z" + "\u0301" * 100).encode() + b".jpg",
        "\ufeffmark.jpg".encode(), "line\u2028paragraph\u2029.jpg".encode(), b"nothing\xed\xa0\x80 half a pair.jpg",
    ]  # fmt: skip
    for number, name in enumerate(names):
        yield Sample(f"odd/{os.fsdecode(name)}", encoded("JPEG", quality=60 + number), Outcome.READS)
    folder = os.fsdecode("folder \xff\n%\u202e<i>".encode("latin-1", "replace"))
    yield Sample(f"odd/{folder}/inside.jpg", encoded("JPEG", quality=95), Outcome.READS)


def make_places(folder: Path, *, large: bool) -> Iterator[Sample]:
    """Makes them below ``folder``; their content is not to be read (``data`` is empty)."""
    place = folder / "places"
    place.mkdir(parents=True)
    yield from _links(place)
    yield from _no_files(place)
    yield _deep(place)
    yield _unreadable(place)
    _beyond_reach(place)
    if large:
        sparse = place / "10 GB of nothing.jpg"
        os.truncate(_touched(sparse), _SPARSE_BYTES)
        yield _sample(sparse, Outcome.REFUSED)
        head = place / "10 GB behind a picture.jpg"
        head.write_bytes(encoded("JPEG"))
        os.truncate(head, _SPARSE_BYTES)
        yield _sample(head, Outcome.EITHER)


def _sample(path: Path, outcome: Outcome) -> Sample:
    root = next(parent for parent in path.parents if parent.name == "places").parent
    return Sample(str(path.relative_to(root)), b"", outcome)


def _touched(path: Path) -> Path:
    path.touch()
    return path


def _links(place: Path) -> Iterator[Sample]:
    loops = place / "loops"
    loops.mkdir()
    (loops / "itself.jpg").symlink_to("itself.jpg")
    (loops / "one.png").symlink_to("other.png")
    (loops / "other.png").symlink_to("one.png")
    (loops / "up").symlink_to("..")
    (loops / "folder.jpg").symlink_to("..")
    (loops / "nowhere.jpg").symlink_to("/nowhere/at/all.jpg")
    (loops / "endless.jpg").symlink_to("/dev/zero")
    (loops / "memory.jpg").symlink_to("/proc/self/mem")
    target = _touched(place / "target of a link.jpg")
    target.write_bytes(encoded("JPEG", quality=51))
    (loops / "sound link.jpg").symlink_to(target)
    yield _sample(target, Outcome.READS)
    yield _sample(loops / "sound link.jpg", Outcome.READS)
    for name in ("itself.jpg", "one.png", "other.png", "endless.jpg"):
        yield _sample(loops / name, Outcome.REFUSED)
    for name in ("up", "folder.jpg", "nowhere.jpg"):
        yield _sample(loops / name, Outcome.PASSED_OVER)
    yield _sample(loops / "memory.jpg", Outcome.EITHER)


def _no_files(place: Path) -> Iterator[Sample]:
    os.mkfifo(place / "pipe.jpg")
    yield _sample(place / "pipe.jpg", Outcome.REFUSED)
    os.mkfifo(place / "pipe")
    yield _sample(place / "pipe", Outcome.PASSED_OVER)
    (place / "folder.jpg").mkdir()
    yield _sample(place / "folder.jpg", Outcome.PASSED_OVER)
    here = os.getcwd()
    os.chdir(place)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.jpg")
    os.chdir(here)
    yield _sample(place / "socket.jpg", Outcome.REFUSED)
    for name, numbers in (("zero.jpg", _ZERO_DEVICE), ("random.png", _RANDOM_DEVICE)):
        try:
            os.mknod(place / name, stat.S_IFCHR | 0o666, os.makedev(*numbers))
        except PermissionError:  # takes root
            continue
        yield _sample(place / name, Outcome.REFUSED)
    for beside, make in (("pipe", os.mkfifo), ("folder", os.mkdir), ("loop", lambda path: os.symlink(path.name, path))):
        (place / f"xmp is a {beside}.jpg").write_bytes(encoded("JPEG", quality=40 + len(beside)))
        make(place / f"xmp is a {beside}.jpg.xmp")
        yield _sample(place / f"xmp is a {beside}.jpg", Outcome.READS)


def _deep(place: Path) -> Sample:
    inner = place.joinpath(*["deep"] * _DEPTH)
    inner.mkdir(parents=True)
    (inner / "at the bottom.jpg").write_bytes(encoded("JPEG", quality=52))
    return _sample(inner / "at the bottom.jpg", Outcome.READS)


def _beyond_reach(place: Path) -> None:
    """So deep that the system takes no path to its bottom: 20 folders of long names."""
    here = os.open(".", os.O_RDONLY)
    os.chdir(place)
    for _ in range(_TOO_DEEP):
        os.mkdir("d" * 255)
        os.chdir("d" * 255)
    Path("at the bottom.jpg").write_bytes(encoded("JPEG", quality=54))
    os.chdir(here)
    os.close(here)


def _unreadable(place: Path) -> Sample:
    locked = place / "no rights.jpg"
    locked.write_bytes(encoded("JPEG", quality=53))
    locked.chmod(0)
    return _sample(locked, Outcome.EITHER if os.geteuid() == 0 else Outcome.REFUSED)
