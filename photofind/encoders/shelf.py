"""The shelf: which encoders there are, which of them lie on this machine, and where."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.folder import CONFIG_NAME, WEIGHTS_SUFFIXES, check_folder
from photofind.encoders.installer import install
from photofind.encoders.protocol import LOCAL_DIR_PREFIX, OPEN_CLIP_PREFIX, PALETTE_ID, EncoderInfo
from photofind.encoders.shelf_folders import folder_name, import_folder, read_note
from photofind.encoders.shelf_list import ListedEncoder, ShelfList, read_shelf_list
from photofind.encoders.weights_memory import WeightsMemory


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """One encoder to choose. ``size_bytes`` is that of the weights, about, before they are there.

    ``restriction`` says in words what the licence forbids ("research only"); such encoders are never proposed.
    """

    id: str
    short: str
    name: str
    description: str
    licence: str
    size_bytes: int
    languages: tuple[str, ...]
    installed: bool
    proposable: bool
    restriction: str = ""


class Shelf:
    """The encoders of this machine, shared by all libraries. Any thread; several processes may share a folder.

    ``folder`` keeps one folder of open_clip's ``local-dir:`` layout for each encoder. ``endpoint`` is another hub than
    Hugging Face's, "" for theirs (or what the variable HF_ENDPOINT names).
    """

    def __init__(self, folder: Path, shelf_list: Path, *, endpoint: str = "") -> None:
        """Reads ``shelf_list`` (``shelf.json``); creates nothing. Raises ``EncoderUnavailable``."""
        self.folder = folder.absolute()
        self._list: ShelfList = read_shelf_list(shelf_list)
        self._endpoint = endpoint
        self._memory = WeightsMemory(self.folder)

    def resolve(self, text: str) -> str:
        """The id that a user's words name: ``palette``, a short name ("light"), ``open_clip:MODEL/TAG``, a folder.

        Raises ``EncoderUnavailable`` with the names that there are. Reads a few small files at most.
        """
        wanted = text.strip()
        if wanted.lower() == PALETTE_ID:
            return PALETTE_ID
        for listed in self._list.encoders:
            if wanted.lower() in (listed.short.lower(), listed.name.lower(), listed.id.lower()):
                return listed.id
        for entry in self._on_disk():
            if wanted.lower() in (entry.short.lower(), entry.name.lower()) or wanted == entry.id:
                return entry.id
        if wanted.startswith(OPEN_CLIP_PREFIX):
            model, tag = split_open_clip_id(wanted)
            return f"{OPEN_CLIP_PREFIX}{model}/{tag}"
        is_marked = wanted.startswith(LOCAL_DIR_PREFIX)
        folder = Path(wanted.removeprefix(LOCAL_DIR_PREFIX)).expanduser()
        if wanted.removeprefix(LOCAL_DIR_PREFIX) and (is_marked or (folder / CONFIG_NAME).is_file()):
            if not folder.is_dir():
                raise EncoderUnavailable(f"There is no folder “{folder}”: check the name of the encoder's folder.")
            return f"{LOCAL_DIR_PREFIX}{folder.resolve()}"
        names = ", ".join([PALETTE_ID, *(listed.short for listed in self._list.encoders)])
        raise EncoderUnavailable(
            f"There is no encoder “{wanted}”: choose one of {names}, or name a folder (local-dir:FOLDER) "
            f"or any of open_clip's (open_clip:MODEL/TAG)."
        )

    def entries(self) -> list[ShelfEntry]:
        """All that can be chosen: palette, what is offered, and what else lies in the folder."""
        listed = [self._listed_entry(one) for one in self._list.encoders]
        known = {entry.id for entry in listed}
        return [_PALETTE, *listed, *(entry for entry in self._on_disk() if entry.id not in known)]

    def entry(self, encoder_id: str) -> ShelfEntry:
        """The entry of an id, also of one that is not offered (its licence is then only known where it is restricted).

        Raises ``EncoderUnavailable``.
        """
        resolved = self.resolve(encoder_id)
        for entry in self.entries():
            if entry.id == resolved:
                return entry
        if resolved.startswith(LOCAL_DIR_PREFIX):
            folder = self.folder_of(resolved)
            return _folder_entry(resolved, folder, read_note(folder))
        model, tag = split_open_clip_id(resolved)
        restriction = self._list.restriction_of(model, tag)
        return ShelfEntry(
            id=resolved,
            short=f"{model}/{tag}",
            name=f"{model}/{tag}",
            description="One of open_clip's encoders.",
            licence=restriction.licence if restriction else "",
            size_bytes=0,
            languages=(),
            installed=False,
            proposable=False,
            restriction=restriction.use if restriction else "",
        )

    def is_installed(self, encoder_id: str) -> bool:
        """Whether the encoder can be used now, without a network. False for a name that is none."""
        try:
            resolved = self.resolve(encoder_id)
            return resolved == PALETTE_ID or (self.folder_of(resolved) / CONFIG_NAME).is_file()
        except EncoderUnavailable:
            return False

    def proposed(self, language: str) -> ShelfEntry:
        """What to offer for a system in ``language`` (``en``, ``de_AT``, ``zh-Hans``): Light for English, else Multilingual.

        Raises ``EncoderUnavailable`` when the list has nothing to propose.
        """
        spoken = re.split(r"[-_.@]", language.lower())[0] or "en"
        proposable = [one for one in self._list.encoders if one.proposable]
        for wanted in (spoken, "*"):
            for listed in proposable:
                if wanted in listed.languages:
                    return self._listed_entry(listed)
        raise EncoderUnavailable("The list of encoders has none to propose: install photofind again.")

    def default(self) -> str:
        """The id of the encoder that came to the shelf last, or ``palette``."""
        on_disk = self._on_disk()
        return on_disk[0].id if on_disk else PALETTE_ID

    def folder_of(self, encoder_id: str) -> Path:
        """Where the weights of an id lie. Raises ``EncoderUnavailable`` when they are not there."""
        if encoder_id.startswith(LOCAL_DIR_PREFIX):
            folder = Path(encoder_id.removeprefix(LOCAL_DIR_PREFIX))
            if not folder.is_dir():
                raise EncoderUnavailable(f"The folder “{folder}” of the encoder is gone: choose another encoder.")
            return folder
        folder = self.place_of(encoder_id)
        if not (folder / CONFIG_NAME).is_file():
            name = next((one.name for one in self._list.encoders if one.id == encoder_id), encoder_id)
            raise EncoderUnavailable(f"The encoder “{name}” is not on this computer yet: download it first.")
        return folder

    def place_of(self, encoder_id: str) -> Path:
        """Where the weights of one of open_clip's ids lie, or will."""
        model, tag = split_open_clip_id(encoder_id)
        return self.folder / folder_name(f"{model}--{tag}")

    def info(self, encoder_id: str) -> EncoderInfo:
        """What an installed encoder is. Blocks while its weights are hashed for the first time; no torch.

        Raises ``EncoderUnavailable``.
        """
        resolved = self.resolve(encoder_id)
        if resolved == PALETTE_ID:
            from photofind.encoders.palette import Palette

            return Palette().info
        folder = self.folder_of(resolved)
        checked = check_folder(folder)
        name = self.entry(resolved).name
        is_tag = resolved.startswith(OPEN_CLIP_PREFIX)
        key = self._memory.key(
            resolved.removeprefix(OPEN_CLIP_PREFIX) if is_tag else folder.name,
            self._memory.content_hash(checked.weights),
            checked.preprocessing_hash,
        )
        return EncoderInfo(resolved, key, name, checked.dimension, checked.input_spec)

    def install(
        self,
        encoder_id: str,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        *,
        accepted_licence: str = "",
    ) -> None:
        """Downloads an encoder; only to be called after the user's yes to its size and licence.

        Blocks for as long as it takes, in any thread that outlives it. ``progress(done, total)`` counts bytes, on this
        thread; ``cancelled`` is asked several times a second. Weights under a restricting licence (``entry``) need that
        licence's name as ``accepted_licence``. What a cancelled or killed attempt has brought is not brought again.
        Raises ``EncoderUnavailable``; its subclass ``Cancelled`` when the user stopped it.
        """
        resolved = self.resolve(encoder_id)
        if self.is_installed(resolved):
            return
        entry = self.entry(resolved)
        if entry.restriction and accepted_licence != entry.licence:
            raise EncoderUnavailable(
                f"The weights of “{entry.name}” are under the licence {entry.licence} ({entry.restriction}): "
                "they are downloaded only after a yes to that licence."
            )
        model, tag = split_open_clip_id(resolved)
        install(
            model,
            tag,
            self.place_of(resolved),
            entry.name,
            endpoint=self._endpoint,
            memory=self._memory,
            accepted_licence=accepted_licence,
            progress=progress,
            cancelled=cancelled,
        )

    def import_folder(self, folder: Path) -> str:
        """Checks a folder that the user chose, copies it onto the shelf, and returns its id there. Blocks while copying.

        Raises ``EncoderUnavailable``.
        """
        return f"{LOCAL_DIR_PREFIX}{import_folder(folder, self.folder)}"

    def _listed_entry(self, listed: ListedEncoder) -> ShelfEntry:
        return ShelfEntry(
            id=listed.id,
            short=listed.short,
            name=listed.name,
            description=listed.description,
            licence=listed.licence,
            size_bytes=listed.size_bytes,
            languages=listed.languages,
            installed=(self.place_of(listed.id) / CONFIG_NAME).is_file(),
            proposable=listed.proposable,
        )

    def _on_disk(self) -> list[ShelfEntry]:
        """What lies in the folder, the latest arrival first."""
        found: list[tuple[int, ShelfEntry]] = []
        try:
            places = [place for place in self.folder.iterdir() if not place.name.startswith(".")]
        except OSError:
            return []
        for place in places:
            config = place / CONFIG_NAME
            if not config.is_file():
                continue
            note = read_note(place)
            encoder_id = str(note.get("id") or f"{LOCAL_DIR_PREFIX}{place}")
            listed = next((one for one in self._list.encoders if one.id == encoder_id), None)
            entry = self._listed_entry(listed) if listed else _folder_entry(encoder_id, place, note)
            found.append((config.stat().st_ctime_ns, entry))
        return [entry for _, entry in sorted(found, key=lambda pair: pair[0], reverse=True)]


def split_open_clip_id(encoder_id: str) -> tuple[str, str]:
    """``open_clip:MODEL/TAG`` → (model, tag). Raises ``EncoderUnavailable`` when it has another form."""
    found = re.fullmatch(r"open_clip:(\w[\w.-]{0,79})[/:](\w[\w.-]{0,79})", encoder_id, re.ASCII)
    if found is None:
        raise EncoderUnavailable(
            f"“{encoder_id}” is not the name of an encoder: write open_clip:MODEL/TAG, as in open_clip:ViT-B-32/openai."
        )
    return found[1], found[2]


_PALETTE = ShelfEntry(
    id=PALETTE_ID,
    short=PALETTE_ID,
    name="Palette",
    description="Colours and layout only; built in, needs no download.",
    licence="",
    size_bytes=0,
    languages=("en", "de", "es", "fr", "zh"),
    installed=True,
    proposable=False,
)


def _folder_entry(encoder_id: str, folder: Path, note: dict[str, Any]) -> ShelfEntry:
    name = str(note.get("name") or folder.name)
    return ShelfEntry(
        id=encoder_id,
        short=folder.name,
        name=name,
        description=f"Imported from a folder: {folder}" if encoder_id.startswith(LOCAL_DIR_PREFIX) else "",
        licence=str(note.get("licence") or ""),
        size_bytes=sum(path.stat().st_size for path in folder.iterdir() if path.suffix in WEIGHTS_SUFFIXES),
        languages=(),
        installed=True,
        proposable=False,
        restriction=str(note.get("restriction") or ""),
    )
