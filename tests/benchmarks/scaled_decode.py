"""What decoding a photo no larger than needed costs in quality, and what each step of it costs in time.

.venv/bin/python tests/benchmarks/scaled_decode.py [--quick] [--cache DIR] [--json FILE]

Quality: for every camera JPEG that is shared, the cosine between the vector of what a decoder process hands over and the
vector of open_clip's own preprocessing of the whole picture (turned upright first). imagenet-mini is the judge; a ViT of
random weights hardly tells one picture from another and is printed beside it (not with --quick).
Time: CPU ms for one fresh crop of about 10 MP, warm in memory, in this process, the least of a few interleaved rounds;
the baseline is the whole picture decoded and scaled by the same preprocessing. ``decode_file`` is the sum of all steps
as a decoder process does them, the pipe left out.
"""

import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from camera_photos import make_photos, shared_folder, warm_up_cache
from PIL import Image, ImageOps
from random_encoder import random_encoder
from report import Row, benchmark_options, hand_in, percentile

from photofind.encoders.folder import check_folder
from photofind.library.parts import THUMBNAIL_PX
from photofind.media import scaling
from photofind.media.decoder import MAX_PIXELS, DecodeRequest, decode_file
from photofind.media.fingerprint import hash_of_bytes
from photofind.media.metadata import gather_facts
from photofind.media.picture import Picture, open_picture

_WANTED_MEAN, _WANTED_5TH = 0.998, 0.995
_WORST = 5
_AT_ONCE = 16


def quality(folder: Path, photos: list[Path]) -> list[tuple[float, Path]]:
    """Cosine and photo, the worst first."""
    import open_clip
    import torch

    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    model.eval()
    spec = check_folder(folder).input_spec
    normalise = preprocess.transforms[-2:]

    def ours(path: Path) -> Any:
        _, pixels = decode_file(DecodeRequest(str(path), spec, THUMBNAIL_PX), MAX_PIXELS)
        picture: Any = np.frombuffer(pixels, np.uint8).reshape(spec.size_px, spec.size_px, 3)
        for step in normalise:
            picture = step(Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture)
        return picture

    def whole(path: Path) -> Any:
        with Image.open(path) as image:
            return preprocess(ImageOps.exif_transpose(image))

    def vectors(look: Callable[[Path], Any], paths: list[Path]) -> Any:
        with torch.inference_mode():
            found = model.encode_image(torch.stack([look(path) for path in paths]))
        return torch.nn.functional.normalize(found, dim=-1)

    cosines: list[float] = []
    for start in range(0, len(photos), _AT_ONCE):
        part = photos[start : start + _AT_ONCE]
        cosines += (vectors(ours, part) * vectors(whole, part)).sum(1).tolist()
    return sorted(zip(cosines, photos, strict=True))


def steps_ms(photos: list[Path], folder: Path, rounds: int) -> dict[str, float]:
    """CPU ms of each step for one photo; "whole picture" is the baseline, "decode_file" all of ours."""
    import open_clip

    spec = check_folder(folder).input_spec
    preprocess = open_clip.image_transform(spec.size_px, is_train=False, resize_mode=spec.resize)
    files = [path.read_bytes() for path in photos]
    need = scaling.need_of(spec, THUMBNAIL_PX)
    pictures = [open_picture(BytesIO(data), "JPEG", lambda _: need, MAX_PIXELS) for data in files]

    def whole_picture(path: Path) -> None:
        with Image.open(path) as image:
            preprocess(image)

    def thumbnail(picture: Picture) -> None:
        size = scaling.fitted_size(picture.full_size, THUMBNAIL_PX, THUMBNAIL_PX)
        small = scaling.thumbnail(picture.pixels, size)
        scaling.as_jpeg(small)
        scaling.average_colour(small)

    steps: dict[str, tuple[Callable[[Any], object], list[Any]]] = {
        "whole picture": (whole_picture, photos),
        "decode_file": (lambda path: decode_file(DecodeRequest(str(path), spec, THUMBNAIL_PX), MAX_PIXELS), photos),
        "scaled decode": (lambda data: open_picture(BytesIO(data), "JPEG", lambda _: need, MAX_PIXELS), files),
        "encoder input": (lambda picture: scaling.encoder_input(picture.pixels, spec).tobytes(), pictures),
        "thumbnail and colour": (thumbnail, pictures),
        "hash": (hash_of_bytes, files),
        "facts": (lambda picture: gather_facts([picture.embedded]), pictures),
    }
    least = dict.fromkeys(steps, float("inf"))
    for turn in range(rounds):
        for name in list(steps)[:: 1 if turn % 2 else -1]:
            work, subjects = steps[name]
            began_s = time.process_time()
            for subject in subjects:
                work(subject)
            least[name] = min(least[name], (time.process_time() - began_s) * 1000 / len(subjects))
    return least


@contextmanager
def fresh_photos(count: int, cache: Path | None) -> Iterator[list[Path]]:
    """Crops of camera photos, warm in memory."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = (cache or Path(scratch)) / f"camera-{count}"
        if not folder.exists():
            make_photos(folder, count, seed=1)
        warm_up_cache(folder)
        yield sorted(folder.iterdir())


def quality_rows(name: str, found: list[tuple[float, Path]], judged: bool) -> list[Row]:
    """Prints the worst, too."""
    cosines = [cosine for cosine, _ in found]
    mean, fifth = sum(cosines) / len(cosines), percentile(cosines, 5)
    say(f"\n{name}: {len(found)} photos, mean {mean:.5f}, 5th percentile {fifth:.5f}; the worst:")
    for cosine, path in found[:_WORST]:
        say(f"  {cosine:.4f}  {path}")
    what = f"scaled decode, {name}: cosine with the full decode"
    return [
        Row("", f"{what}, mean", "1", f"{mean:.5f}", "", f"≥ {_WANTED_MEAN}", mean >= _WANTED_MEAN if judged else None),
        Row("", f"{what}, 5th pct", "1", f"{fifth:.5f}", "", f"≥ {_WANTED_5TH}", fifth >= _WANTED_5TH if judged else None),
    ]  # fmt: skip


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    options = benchmark_options(__doc__).parse_args()
    warnings.simplefilter("ignore")  # Pillow's, of odd metadata
    shared = shared_folder()
    mini = shared / "models" / "imagenet-mini"
    camera = sorted(p for p in (shared / "photos" / "camera").rglob("*") if p.suffix.lower() in (".jpg", ".jpeg"))
    rows = quality_rows("imagenet-mini", quality(mini, camera), judged=True)
    if not options.quick:
        with tempfile.TemporaryDirectory() as scratch:
            folder = random_encoder(options.cache or Path(scratch))
            rows += quality_rows("random ViT-B-32-256", quality(folder, camera), judged=False)
    with fresh_photos(8 if options.quick else 30, options.cache) as photos:
        spent = steps_ms(photos, mini, rounds=3 if options.quick else 6)
    say("\nCPU ms for one photo:")
    for name, ms in spent.items():
        say(f"  {name:<22}{ms:7.2f}")
    whole, ours = spent["whole picture"], spent["decode_file"]
    rows.append(
        Row("", "CPU to read a photo: decode, thumbnail, hash, facts", f"decode and scale alone, whole: {whole:.1f} ms",
            f"{ours:.1f} ms", f"{whole / ours:.2f} ×", "", None)
    )  # fmt: skip
    hand_in(rows, options.json)


if __name__ == "__main__":
    main()
