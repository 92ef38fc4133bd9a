"""Photos of a folder with their labels, encoded: the material of an evaluation."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photofind.core.errors import PhotofindError, UnreadablePicture
from photofind.encoders.protocol import EncoderFace, Vectors
from photofind.library.evaluation.measures import Case
from photofind.library.usual_words import UsualWords, usual_texts
from photofind.media.decoder import DecodeRequest
from photofind.media.decoder_pool import DecoderPool
from photofind.media.formats import is_called_picture

_TEXT = "a photo of {label}"
_AT_ONCE = 64
_FEWEST = 8


@dataclass(frozen=True, slots=True)
class Material:
    """Questions [q] in words, and what each comes to on all photos [q]."""

    questions: tuple[str, ...]
    cases: tuple[Case, ...]
    unreadable: int


def labels_in(folder: Path) -> dict[Path, str]:
    """Each picture below ``folder`` and its label: the name of its own folder, or the file's name for those that lie in
    ``folder`` itself; numbers at the end of a name do not count (``dog_12.jpg``).
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and is_called_picture(path.name):
            name = path.stem if path.parent == folder else path.parent.name
            label = " ".join(name.replace("_", " ").replace("-", " ").split()).rstrip("0123456789 ()")
            if label:
                found[path] = label.casefold()
    return found


def encode_labelled(
    folder: Path, face: EncoderFace, decoders: DecoderPool, progress: Callable[[int, int], None]
) -> Material:
    """Encode all pictures of a labelled folder, and “a photo of LABEL” for each label. Blocks.

    Raises PhotofindError where there are too few, or the encoder is none for texts.
    """
    labels = labels_in(folder)
    if len(set(labels.values())) < 2 or len(labels) < _FEWEST:
        raise PhotofindError(
            f"{folder} needs at least {_FEWEST} pictures with two labels: a folder for each, or names like dog_1.jpg."
        )
    vectors, kept = [], []
    paths, unreadable = list(labels), 0
    for start in range(0, len(paths), _AT_ONCE):
        futures = [
            decoders.decode(DecodeRequest(str(path), input_spec=face.info().input_spec, facts=False))
            for path in paths[start : start + _AT_ONCE]
        ]
        inputs = []
        for path, future in zip(paths[start:], futures, strict=False):
            try:
                pixels = future.result().encoder_input
            except UnreadablePicture:
                unreadable += 1
                continue
            assert pixels is not None
            inputs.append(pixels)
            kept.append(labels[path])
        if inputs:
            vectors.append(face.encode_images(np.array(inputs)).result())
        progress(min(start + _AT_ONCE, len(paths)), len(paths))
    if not vectors:
        raise PhotofindError(f"None of the pictures in {folder} could be read.")
    photos = np.concatenate(vectors)
    counts = Counter(kept)
    asked = [label for label in sorted(counts) if counts[label] < len(kept)]
    texts = face.encode_texts([_TEXT.format(label=label) for label in asked]).result()
    known = [(label, vector) for label, vector in zip(asked, texts, strict=True) if vector is not None]
    if not known:
        raise PhotofindError("This encoder has no vectors for these words: choose one that understands text.")
    cases = [
        Case(photos @ vector, np.array([one == label for one in kept]), by_words)
        for (label, vector), by_words in zip(known, _by_words(face, photos, [vector for _, vector in known]), strict=True)
    ]
    return Material(tuple(_TEXT.format(label=label) for label, _ in known), tuple(cases), unreadable)


def _by_words(face: EncoderFace, photos: Vectors, asked: Sequence[Vectors]) -> list[Vectors | None]:
    """What usual words say against each photo, for each question [d]."""
    vectors = [vector for vector in face.encode_texts(usual_texts()).result() if vector is not None]
    if len(vectors) < len(usual_texts()):
        return [None] * len(asked)
    usual = UsualWords(np.array(vectors), np.array(vectors) @ photos.T)
    found = []
    for vector in asked:
        nearest = np.argsort(-(photos @ vector))
        found.append(usual.margins(photos @ vector, usual.far_from(vector), nearest, photos[nearest] @ usual.texts.T))
    return found
