"""What one photo costs at the least, in this process alone: python machine_limit.py PHOTOS ENCODER_FOLDER

Prints CPU seconds for each photo as one JSON object. The limit of a machine is its cores ÷ (scaled decode + encode).
"""

import json
import os
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # threads that spin while they wait would count as work

import numpy as np

from photofind.encoders.folder import check_folder
from photofind.encoders.open_clip_encoder import OpenClipEncoder
from photofind.library.parts import THUMBNAIL_PX
from photofind.media import scaling
from photofind.media.decoder import MAX_PIXELS, DecodeRequest, decode_file
from photofind.media.picture import open_picture

BATCHES = (4, 8, 16, 32)
_PHOTOS = 30
_ROUNDS = 4


def least_cpu_s(work: Callable[[], object]) -> float:
    """The quickest of a few rounds; the first one warms up."""
    spent_s = []
    for _ in range(_ROUNDS):
        began_s = time.process_time()
        work()
        spent_s.append(time.process_time() - began_s)
    return min(spent_s[1:])


def main() -> None:
    paths = sorted(Path(sys.argv[1]).iterdir())[:_PHOTOS]
    folder = check_folder(Path(sys.argv[2]))
    spec, size_px = folder.input_spec, folder.input_spec.size_px
    files = [path.read_bytes() for path in paths]

    def only_decode() -> None:
        for data in files:
            picture = open_picture(BytesIO(data), "JPEG", lambda _: scaling.need_of(spec, 0), MAX_PIXELS)
            scaling.encoder_input(picture.pixels, spec).tobytes()

    def whole_decoder() -> None:
        for path in paths:
            decode_file(DecodeRequest(str(path), input_spec=spec, thumbnail_px=THUMBNAIL_PX), MAX_PIXELS)

    answer = {"decode": least_cpu_s(only_decode) / len(paths), "decoder": least_cpu_s(whole_decoder) / len(paths)}
    encoder = OpenClipEncoder(folder)
    pixels = np.random.default_rng(0).integers(0, 256, (max(BATCHES), size_px, size_px, 3), np.uint8)
    for batch in BATCHES:
        answer[f"encode {batch}"] = least_cpu_s(lambda part=pixels[:batch]: encoder.encode_part(part)) / batch
    answer["encode"] = min(answer[f"encode {batch}"] for batch in BATCHES)
    answer["half"] = float(encoder.is_half)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
