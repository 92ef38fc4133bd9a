"""The encoders that the library works with: are their weights there, whole, and the same ones? Loads none of them."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.folder import CheckedFolder, check_folder
from photofind.encoders.protocol import PALETTE_ID
from photofind.library.doctor.ward import Diagnosis, KnownEncoder, Ward, broken, fine

_LONGEST_HEADER_BYTES = 100 << 20  # of safetensors
_PICKLE = b"\x80"
_MEANING = "Photos can be looked at and found by name; searching by meaning waits, and nothing is lost."


def check(ward: Ward) -> Iterator[Diagnosis]:
    encoders = ward.encoders()
    if not encoders:
        yield fine("encoder", "No encoder has been needed yet.")
    for encoder in encoders:
        yield _look_at(ward, encoder)


def _look_at(ward: Ward, encoder: KnownEncoder) -> Diagnosis:
    if encoder.id == PALETTE_ID:
        return fine("encoder", "Palette is built in and ready.")
    again = f"photofind encoders install {encoder.id}"
    if not encoder.id.startswith("open_clip:"):
        again = "Bring its folder back, or choose another encoder: photofind index --encoder ID"
    try:
        checked = check_folder(ward.shelf.folder_of(ward.shelf.resolve(encoder.id)))
    except EncoderUnavailable as error:
        return broken("encoder", f"encoder-missing:{encoder.id}", str(error), _MEANING, again)
    trouble = trouble_of(checked.weights)
    if trouble:
        return broken(
            "encoder",
            f"weights-damaged:{encoder.id}",
            f"The weights of the encoder {encoder.id} are damaged: {trouble}.",
            _MEANING,
            f"Move the folder {checked.folder} away, then: {again}",
        )
    return _compare(encoder, checked, again)


def _compare(encoder: KnownEncoder, checked: CheckedFolder, again: str) -> Diagnosis:
    """An encoder's key ends in digits of the hashes of its weights and of what is done to pictures before."""
    weights, preprocessing = (["", *encoder.key.split("_")])[-2:]
    if encoder.key and checked.preprocessing_hash[:8] != preprocessing:
        return broken(
            "encoder",
            f"description-changed:{encoder.id}",
            f"The description of the encoder {encoder.id} is another one than when your photos were looked at.",
            "Photos would have to be looked at again to be found with it.",
            f"If nobody changed it on purpose: {again}",
        )
    try:
        with checked.weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()[:8]
    except OSError as error:
        return broken(
            "encoder", f"weights-unreadable:{encoder.id}", f"The weights of {encoder.id} cannot be read ({error.strerror}).",
            _MEANING, again,
        )  # fmt: skip
    if encoder.key and found != weights:
        return broken(
            "encoder",
            f"weights-changed:{encoder.id}",
            f"The weights of the encoder {encoder.id} are not those that your photos were looked at with.",
            "They were damaged or exchanged; what is found with them may make no sense.",
            f"Move the folder {checked.folder} away, then: {again}",
        )
    return fine("encoder", f"The encoder {encoder.id} is there and whole.")


def trouble_of(weights: Path) -> str:
    """Why a file of weights cannot be whole, by its outline alone; "" where nothing speaks against it."""
    try:
        size = weights.stat().st_size
        if weights.suffix != ".safetensors":
            with weights.open("rb") as file:
                is_of_old = file.read(1) == _PICKLE  # before PyTorch 1.6
            return "" if is_of_old or zipfile.is_zipfile(weights) else "the file is cut short or no PyTorch file"
        with weights.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 0 < length <= min(_LONGEST_HEADER_BYTES, size - 8):
                return "the file has no table of contents"
            contents = json.loads(file.read(length))
        ends = [value["data_offsets"][1] for name, value in contents.items() if name != "__metadata__"]
    except OSError as error:
        return f"they cannot be read ({error.strerror})"
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return "the file's table of contents makes no sense"
    return "" if size == 8 + length + max(ends, default=0) else "the file is cut short"
