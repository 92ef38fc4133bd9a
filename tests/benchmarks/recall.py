"""How often words find the right photo: python tests/benchmarks/recall.py FOLDER --encoder ID [--library DIR]

Each photo's file name is its label. The folder is indexed, 'a photo of a <label>' is asked for each photo, and the
share that is found first, and among the first five, is printed, beside chance.
"""

import argparse
import os
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event

from photofind.config.paths import encoders_folder
from photofind.config.resources import resource
from photofind.core.question import Question
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.shelf import Shelf
from photofind.library.answering import Answering
from photofind.library.encoder_desk import LibraryEncoder
from photofind.library.index_run import run_index
from photofind.library.session import library_paths, open_library
from photofind.library.viewing import decode_question_picture
from photofind.media.decoder_pool import DecoderPool
from photofind.store.catalogue_reader import CatalogueReader


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--encoder", required=True)
    options.add_argument("--library", type=Path)
    given = options.parse_args()
    with ExitStack() as stack:
        library = given.library or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        paths = library_paths(library)
        shelf = Shelf(encoders_folder(), resource("shelf.json"))
        with open_library(paths, lambda _: shelf, watch=False) as engine:
            report = run_index(
                engine, [str(given.folder)], given.encoder, cancelled=Event(), on_progress=lambda _: None
            )
        reader = CatalogueReader(paths.catalogue)
        stack.callback(reader.close)
        face = open_encoder(report.encoder, shelf)
        stack.callback(face.stop)
        answering = Answering(reader, partial(decode_question_picture, DecoderPool(1)))
        encoder = LibraryEncoder(report.encoder, face, paths.vectors)
        photos = sorted(path for path in given.folder.iterdir() if path.is_file())
        first = among_five = asked = 0
        for photo in photos:
            question = Question(f"a photo of a {photo.stem.replace('_', ' ')}", limit=5)
            names = [os.path.basename(row.path) for row in reader.rows(list(answering.answer(question, encoder).ids))]
            asked += 1
            first += names[:1] == [photo.name]
            among_five += photo.name in names
        searchable = len(reader.searchable_ids(encoder.info().key))
    print(f"{asked} questions to {searchable} photos, encoder {report.encoder}")
    print(f"found first:          {first / asked:6.1%}   by chance {1 / searchable:.1%}")
    print(f"among the first five: {among_five / asked:6.1%}   by chance {5 / searchable:.1%}")


if __name__ == "__main__":
    main()
