"""Folders in which programs do what programs do: write, save, download, unpack, rename, move, link and delete.

A ``Deed`` is a name and some numbers; what the numbers choose depends on what is there, so that nearly each deed does
something, and a list of deeds does the same each time. ``log`` says in plain words what was done.
"""

import contextlib
import io
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from photofind.media.fingerprint import hash_of_bytes

Deed = tuple[str, int, int]

_FOLDERS = ("", "a", "a/b", "A", "c", ".hidden", "c/.thumbs")
_NAMES = ("1.png", "2.png", "3.jpg", "3.JPG", "4.jpeg", "1.png~", ".5.png", "notes.txt", "6")
_MOST_IN_A_TREE = 12


class RestlessFolders:
    """``roots`` are to be watched; what is moved out of them goes to a folder beside them."""

    def __init__(self, base: Path, mark: int) -> None:
        """``mark`` makes the pictures other ones than those of any other mark."""
        self.roots = [base / "one", base / "two"]
        self._outside = base / "outside"
        for folder in (*self.roots, self._outside):
            folder.mkdir(parents=True)
        self._mark, self._made = mark, 0
        self.whole: set[bytes] = set()  # the hashes of all pictures that were written
        self.copied: set[bytes] = set()  # … of which there was a second file, or another name
        self.was_away = False  # a root, since this was last set; a drive that is away proves nothing about its photos
        self.log: list[str] = []

    def do(self, deed: Deed) -> None:
        name, one, other = deed
        with contextlib.suppress(OSError):  # no such folder, a folder in the way, inside itself …
            DEEDS[name](self, one, other)

    # What the numbers choose

    def _entries(self) -> list[Path]:
        return sorted(path for root in self.roots for path in root.rglob("*") if path.is_file() or path.is_symlink())

    def _folders(self) -> list[Path]:
        return sorted(
            path for root in self.roots for path in root.rglob("*") if path.is_dir() and not path.is_symlink()
        )

    def _some(self, paths: list[Path], number: int) -> Path:
        if not paths:
            raise FileNotFoundError
        return paths[number % len(paths)]

    def _file(self, number: int) -> Path:
        """To be written to: through a link that would change a file under a name of which nobody is told."""
        own = [path for path in self._entries() if not path.is_symlink() and path.stat().st_nlink == 1]
        return self._some(own, number)

    def _entry(self, number: int) -> Path:
        return self._some(self._entries(), number)

    def _folder(self, number: int) -> Path:
        return self._some(self._folders(), number)

    def _place(self, number: int) -> Path:
        """Where a file may be put; its folder is made where it is missing."""
        number, name = divmod(number, len(_NAMES))
        place = self._folder_place(number) / _NAMES[name]
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink() or (place.is_file() and place.stat().st_nlink > 1):
            place.unlink()
        return place

    def _folder_place(self, number: int) -> Path:
        number, folder = divmod(number, len(_FOLDERS))
        return self.roots[number % len(self.roots)] / _FOLDERS[folder]

    def _picture(self) -> bytes:
        """Each of its own size, so that size and time tell a change even within one tick of the clock."""
        self._made += 1
        pixels = np.random.default_rng((self._mark, self._made)).integers(0, 255, (4, 4, 3), np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        content = file.getvalue().ljust(300 + 2 * self._made, b"\0")
        self.whole.add(hash_of_bytes(content))
        return content

    def _say(self, *words: object) -> None:
        base = self.roots[0].parent
        self.log.append(" ".join(str(word.relative_to(base)) if isinstance(word, Path) else str(word) for word in words))

    def _note_copy(self, path: Path) -> None:
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file():
                self.copied.add(hash_of_bytes(file.read_bytes()))

    # Files

    def write(self, one: int, _: int) -> None:
        path = self._place(one)
        self._say("write", path)
        path.write_bytes(self._picture())

    def write_in_pieces(self, one: int, other: int) -> None:
        path, content = self._place(one), self._picture()
        self._say("write in pieces", path)
        _write_with_a_pause(path, content, other % 4 * 0.05)

    def write_in_visits(self, one: int, other: int) -> None:
        """As programs do that open and close the file for each piece."""
        path, content = self._place(one), self._picture()
        self._say("write in visits", path)
        path.write_bytes(content[:100])
        time.sleep(other % 4 * 0.1)
        with path.open("ab") as file:
            file.write(content[100:])

    def cut(self, one: int, _: int) -> None:
        """What remains is no picture."""
        path = self._file(one)
        self._say("cut", path)
        os.truncate(path, 40 + path.stat().st_size % 30)

    def touch(self, one: int, other: int) -> None:
        path = self._file(one)
        self._say("touch", path)
        os.utime(path, (10**9 + other, 10**9 + other))

    def rename(self, one: int, other: int) -> None:
        self._rename(self._entry(one), self._place(other))

    def _rename(self, source: Path, target: Path) -> None:
        self._say("rename", source, target)
        source.rename(target)

    def change_case(self, one: int, _: int) -> None:
        path = self._entry(one)
        self._rename(path, path.with_name(path.name.swapcase()))

    def swap(self, one: int, other: int) -> None:
        first, second = self._entry(one), self._entry(other)
        aside = first.with_name("aside.png")
        if first != second:
            self._rename(first, aside)
            self._rename(second, first)
            self._rename(aside, second)

    def copy(self, one: int, other: int) -> None:
        source, target = self._file(one), self._place(other)
        self._say("copy", source, target)
        self._note_copy(source)
        (shutil.copy2 if other % 2 else shutil.copy)(source, target)

    def remove(self, one: int, _: int) -> None:
        path = self._entry(one)
        self._say("remove", path)
        path.unlink()

    def move_out(self, one: int, _: int) -> None:
        path = self._entry(one)
        self._rename(path, self._outside / path.name)

    def move_in(self, one: int, other: int) -> None:
        self._rename(self._some(sorted(p for p in self._outside.iterdir() if p.is_file()), one), self._place(other))

    def out_and_in(self, one: int, other: int) -> None:
        path = self._entry(one)
        self._rename(path, self._outside / "passing")
        time.sleep(other % 3 * 0.1)
        self._rename(self._outside / "passing", self._place(other) if other % 2 else path)

    def link(self, one: int, other: int) -> None:
        source, target = self._file(one), self._place(other)
        self._say("link", source, target)
        self._note_copy(source)
        os.link(source, target)

    def symlink(self, one: int, other: int) -> None:
        """To a picture that stays, or to a folder, which is not followed."""
        target = self._place(other)
        source = self._outside / "stays" / f"{one}.png"
        source.parent.mkdir(exist_ok=True)
        source.write_bytes(self._picture())
        if one % 3 == 0:
            source = source.parent
        self._say("symlink", source, target)
        target.symlink_to(source)

    # As programs save and fetch

    def download(self, one: int, other: int) -> None:
        path, content = self._place(one), self._picture()
        partial = path.with_name(path.name + (".part", ".crdownload", ".tmp")[other % 3])
        self._say("download", partial)
        _write_with_a_pause(partial, content, other % 4 * 0.05)
        self._rename(partial, path)

    def fetch_as_rsync(self, one: int, other: int) -> None:
        path = self._place(one)
        partial = path.with_name(f".{path.name}.Ab{other % 100:02}Cd")
        self._say("fetch", partial)
        partial.write_bytes(self._picture())
        os.utime(partial, (10**9, 10**9 + other))
        self._rename(partial, path)

    def save_by_renaming(self, one: int, _: int) -> None:
        path = self._file(one)
        written = path.with_name("saving.png")
        self._say("write", written)
        written.write_bytes(self._picture())
        self._rename(written, path)

    def save_with_backup(self, one: int, _: int) -> None:
        path = self._file(one)
        self._rename(path, path.with_name(path.name + "~"))
        self._say("write", path)
        path.write_bytes(self._picture())

    def say_beside(self, one: int, other: int) -> None:
        """A sidecar, or none any more."""
        path = self._file(one)
        sidecar = path.with_suffix(".xmp") if other % 2 else path.with_name(path.name + ".xmp")
        self._say("sidecar", sidecar)
        if sidecar.exists() and other % 3 == 0:
            sidecar.unlink()
        else:
            sidecar.write_text(f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- {other} --></x:xmpmeta>')

    # Folders

    def unpack(self, one: int, other: int) -> None:
        folder = self._folder_place(one)
        self._say("unpack", folder, other % _MOST_IN_A_TREE)
        for number in range(other % _MOST_IN_A_TREE):
            inner = folder / ("x" if number % 3 else "x/y")
            inner.mkdir(parents=True, exist_ok=True)
            (inner / f"{number}.png").write_bytes(self._picture())

    def rename_folder(self, one: int, other: int) -> None:
        source, target = self._folder(one), self._folder_place(other)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._rename(source, target)

    def nest_folder(self, one: int, other: int) -> None:
        source, target = self._folder(one), self._folder(other)
        self._rename(source, target / source.name)

    def swap_folders(self, one: int, other: int) -> None:
        first, second = self._folder(one), self._folder(other)
        aside = first.with_name("aside")
        if first not in (second, *second.parents) and second not in first.parents:
            self._rename(first, aside)
            self._rename(second, first)
            self._rename(aside, second)

    def remove_folder(self, one: int, _: int) -> None:
        folder = self._folder(one)
        self._say("remove", folder)
        shutil.rmtree(folder)

    def folder_out_and_in(self, one: int, other: int) -> None:
        folder = self._folder(one)
        passing = self._outside / f"passing {self._made} {len(self.log)}"
        self._rename(folder, passing)
        time.sleep(other % 4 * 0.1)
        if other % 3:
            self._rename(passing, folder if other % 2 else self._folder_place(other))

    def copy_folder(self, one: int, other: int) -> None:
        source, target = self._folder(one), self._folder_place(other)
        self._say("copy", source, target)
        if target not in (source, *source.parents) and source not in target.parents:
            self._note_copy(source)
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=bool(other % 2))

    def folder_for_file(self, one: int, _: int) -> None:
        path = self._entry(one)
        self._say("folder for file", path)
        path.unlink()
        path.mkdir()
        (path / "1.png").write_bytes(self._picture())

    def file_for_folder(self, one: int, _: int) -> None:
        path = self._folder(one)
        self._say("file for folder", path)
        shutil.rmtree(path)
        path.write_bytes(self._picture())

    def away_and_back(self, one: int, other: int) -> None:
        root = self.roots[one % len(self.roots)]
        passing = self._outside / "root"
        self._rename(root, passing)
        self.was_away = True
        time.sleep(other % 4 * 0.1)
        self._rename(passing, root)

    def pause(self, one: int, _: int) -> None:
        seconds = (0.02, 0.1, 0.3, 0.7)[one % 4]
        self._say("pause", seconds)
        time.sleep(seconds)


_FREQUENT = (
    RestlessFolders.write, RestlessFolders.rename, RestlessFolders.rename_folder, RestlessFolders.unpack, RestlessFolders.pause,
)  # fmt: skip
_OTHERS = (
    RestlessFolders.write_in_pieces, RestlessFolders.write_in_visits, RestlessFolders.cut, RestlessFolders.touch,
    RestlessFolders.change_case, RestlessFolders.swap, RestlessFolders.copy, RestlessFolders.remove,
    RestlessFolders.move_out, RestlessFolders.move_in, RestlessFolders.out_and_in, RestlessFolders.link,
    RestlessFolders.symlink, RestlessFolders.download, RestlessFolders.fetch_as_rsync, RestlessFolders.save_by_renaming,
    RestlessFolders.save_with_backup, RestlessFolders.say_beside, RestlessFolders.nest_folder,
    RestlessFolders.swap_folders, RestlessFolders.remove_folder, RestlessFolders.folder_out_and_in,
    RestlessFolders.copy_folder, RestlessFolders.folder_for_file, RestlessFolders.file_for_folder,
    RestlessFolders.away_and_back,
)  # fmt: skip
DEEDS: dict[str, Callable[[RestlessFolders, int, int], None]] = {deed.__name__: deed for deed in (*_FREQUENT, *_OTHERS)}
_CHOICES = [*[deed.__name__ for deed in _FREQUENT] * 3, *[deed.__name__ for deed in _OTHERS]]
MOST = 10_000
"""Numbers of deeds are below."""


def some_deeds(choose: random.Random, most: int) -> list[Deed]:
    return [
        (choose.choice(_CHOICES), choose.randrange(MOST), choose.randrange(MOST)) for _ in range(choose.randint(1, most))
    ]


def _write_with_a_pause(path: Path, content: bytes, pause_s: float) -> None:
    with path.open("wb") as file:
        file.write(content[:100])
        file.flush()
        time.sleep(pause_s)
        file.write(content[100:])
