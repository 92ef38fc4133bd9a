"""``photofind evaluate``: what an encoder and the bands of answers are worth on photos with known labels."""

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from photofind.cli.output import ProgressLine, print_json, print_line, tell
from photofind.core.errors import PhotofindError
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.shelf import Shelf
from photofind.library.evaluation.judging import as_lines, judge
from photofind.library.evaluation.labelled import encode_labelled
from photofind.library.ranking import usual_curve
from photofind.media.decoder_pool import DecoderPool

_DECODERS = 2
_TIMEOUT_S = 20.0


def run(shelf: Shelf, folder: Path, encoder: str, *, as_json: bool) -> None:
    """No library is needed and none is touched. Raises PhotofindError."""
    if not folder.is_dir():
        raise PhotofindError(f"There is no folder {folder}.")
    line = ProgressLine()
    with ExitStack() as stack:
        face = open_encoder(encoder or shelf.default(), shelf, low_priority=False)
        stack.callback(face.stop)
        decoders = DecoderPool(_DECODERS, timeout_s=_TIMEOUT_S)
        stack.callback(decoders.stop)
        material = encode_labelled(folder, face, decoders, lambda done, total: line.show(f"{done:,} of {total:,} pictures encoded"))
        name = face.info().name
    line.clear()
    if material.unreadable:
        tell(f"{material.unreadable:,} pictures could not be read and are left out.")
    curve = usual_curve("words alone" if material.cases[0].by_words is None else "words")
    report = judge(material.cases, lambda _: curve)
    if as_json:
        print_json({"encoder": name, "folder": str(folder), "unreadable": material.unreadable, **asdict(report)})
    else:
        print_line(f"{name} on {folder}")
        for text in as_lines(report):
            print_line(text)
