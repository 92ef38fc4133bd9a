"""Why this? Whether what is coloured in a photo is what the words name, by an encoder that has really learnt words.

.venv/bin/python tests/benchmarks/attribution.py [--quick] [--cache DIR] [--json FILE]

Where this was written there is no real CLIP, and no network to get one. So a small one is trained here, for a quarter of an
hour (--quick: some minutes): an open_clip VisionTransformer of 8 × 8 patches and a text tower, with CLIP's loss, on drawn
scenes of coloured shapes on a grainy ground and sentences that name them. It is then loaded as any folder with an encoder
is, and asked about one of the three shapes of scenes that it has not seen. The pointing game (Zhang et al., "Top-down
Neural Attention by Excitation Backprop", ECCV 2016): how often the strongest patch touches the shape that is named. Beside
it: the patch with the greatest share of the last attention, whatever the words; the patch in the middle; any patch. How
often the encoder itself knows the named shape among eight says what could be hoped for. Real weights may do otherwise.
"""

import json
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from report import Row, benchmark_options, hand_in

SIDE_PX, PATCH_PX = 96, 12
COLOURS = {
    "red": (220, 40, 40), "green": (40, 170, 60), "blue": (40, 80, 220), "yellow": (235, 210, 50), "purple": (150, 60, 190),
    "white": (245, 245, 245),
}  # fmt: skip
SHAPES = ("circle", "square", "triangle", "cross")
MODEL = {
    "embed_dim": 64,
    "vision_cfg": {"image_size": SIDE_PX, "patch_size": PATCH_PX, "layers": 3, "width": 64, "head_width": 16},
    "text_cfg": {"context_length": 24, "vocab_size": 49408, "width": 64, "heads": 4, "layers": 2},
}
_BATCH = 96


@dataclass(frozen=True, slots=True)
class Thing:
    """A shape in a scene; ``box``: left, top, right, bottom in pixels."""

    colour: str
    shape: str
    box: tuple[int, int, int, int]

    @property
    def words(self) -> str:
        return f"a {self.colour} {self.shape}"


def draw_scene(random: np.random.Generator, count: int) -> tuple[np.ndarray, list[Thing]]:
    """Shapes that do not touch each other, no two alike; uint8 [side, side, 3]."""
    ground = random.integers(60, 140, size=3) + random.integers(-25, 25, size=(SIDE_PX // 4, SIDE_PX // 4, 3))
    image = Image.fromarray(ground.clip(0, 255).astype(np.uint8)).resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)
    things: list[Thing] = []
    kinds = [(colour, shape) for colour in COLOURS for shape in SHAPES]
    for kind in random.permutation(len(kinds)):
        if len(things) == count:
            break
        size = int(random.integers(20, 30))
        left, top = (int(place) for place in random.integers(0, SIDE_PX - size, size=2))
        box = (left, top, left + size, top + size)
        if any(_touch(box, other.box) for other in things):
            continue
        colour, shape = kinds[kind]
        _draw(draw, shape, box, COLOURS[colour])
        things.append(Thing(colour, shape, box))
    return np.array(image), things


def _touch(one: Sequence[int], other: Sequence[int]) -> bool:
    gap = 3
    return one[0] < other[2] + gap and other[0] < one[2] + gap and one[1] < other[3] + gap and other[1] < one[3] + gap


def _draw(draw: ImageDraw.ImageDraw, shape: str, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    left, top, right, bottom = box
    middle, third = ((left + right) // 2, (top + bottom) // 2), (right - left) // 3
    if shape == "circle":
        draw.ellipse(box, fill=colour)
    elif shape == "square":
        draw.rectangle(box, fill=colour)
    elif shape == "triangle":
        draw.polygon([(middle[0], top), (right, bottom), (left, bottom)], fill=colour)
    else:
        draw.rectangle((left + third, top, right - third, bottom), fill=colour)
        draw.rectangle((left, top + third, right, bottom - third), fill=colour)


def train(folder: Path, steps: int) -> None:
    """A folder for ``local-dir:``."""
    import open_clip
    import torch
    from open_clip.loss import ClipLoss
    from safetensors.torch import save_file

    torch.manual_seed(0)
    random = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "drawn-scenes.json").write_text(json.dumps(MODEL))
    open_clip.add_model_config(folder / "drawn-scenes.json")
    (folder / "drawn-scenes.json").unlink()
    model = open_clip.create_model("drawn-scenes").train()
    tokenize = open_clip.SimpleTokenizer(context_length=MODEL["text_cfg"]["context_length"])
    decayed = [parameter for parameter in model.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in model.parameters() if parameter.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}], lr=1e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, step / 100) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
    )
    loss_of = ClipLoss()
    for step in range(steps):
        scenes = [draw_scene(random, int(random.integers(1, 4))) for _ in range(_BATCH)]
        pictures = np.stack([scene for scene, _ in scenes])
        sentences = [" and ".join(thing.words for thing in _some(random, things)) for _, things in scenes]
        batch = (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.25
        loss = loss_of(model.encode_image(batch, normalize=True), model.encode_text(tokenize(sentences), normalize=True),
                       model.logit_scale.exp())  # fmt: skip
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(100))
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.2f}", flush=True)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, str(folder / "open_clip_model.safetensors"))
    preprocess = {"mean": [0.5] * 3, "std": [0.25] * 3, "interpolation": "bicubic", "resize_mode": "squash"}
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": MODEL, "preprocess_cfg": preprocess}))


def _some(random: np.random.Generator, things: list[Thing]) -> list[Thing]:
    """One of them, or all, in any order: so that a sentence need not name all that is there."""
    chosen = random.permutation(len(things))[: 1 if random.random() < 0.5 else len(things)]
    return [things[place] for place in chosen]


def point(folder: Path, scenes: int) -> dict[str, float]:
    """Shares of hits."""
    import torch

    from photofind.encoders.attribution import read_last_attention
    from photofind.encoders.folder import check_folder
    from photofind.encoders.open_clip_encoder import OpenClipEncoder

    random = np.random.default_rng(1)
    checked = check_folder(folder)
    encoder = OpenClipEncoder(checked, threads=1, device="cpu")
    last = read_last_attention(checked)
    assert last is not None
    hits = dict.fromkeys(("grad-eclip", "attention", "middle", "any patch", "on another"), 0.0)
    known = 0
    for _ in range(scenes):
        picture, things = draw_scene(random, 3)
        named = things[0]
        vectors = encoder.encode_texts([thing.words for thing in _choices(named, things)])
        known += int(np.argmax(np.array(vectors, np.float32) @ encoder.encode_images(picture[None])[0]) == 0)
        found = encoder.attribute(picture, named.words)
        hits["grad-eclip"] += _hits(found, named)
        hits["on another"] += any(_hits(found, other) for other in things[1:])
        with torch.no_grad():
            shares = last.attend(encoder._tower.entering(last.module_in, picture)).shares.mean(0).view(last.grid).numpy()
        hits["attention"] += _hits(shares, named)
        middle = np.zeros_like(found)
        middle[len(found) // 2, len(found) // 2] = 1
        hits["middle"] += _hits(middle, named)
        hits["any patch"] += float(np.mean([[_touches(row, column, named) for column in range(8)] for row in range(8)]))
    return {name: count / scenes for name, count in hits.items()} | {"known": known / scenes}


def _choices(named: Thing, things: list[Thing]) -> list[Thing]:
    """It, and seven that are not in the scene."""
    there = {thing.words for thing in things}
    absent = [Thing(colour, shape, named.box) for colour in COLOURS for shape in SHAPES]
    return [named, *[thing for thing in absent if thing.words not in there][::3]]


def _hits(found: np.ndarray, thing: Thing) -> bool:
    row, column = np.unravel_index(int(np.argmax(found)), found.shape)
    return bool(found.max() > 0) and _touches(int(row), int(column), thing)


def _touches(row: int, column: int, thing: Thing) -> bool:
    left, top, right, bottom = thing.box
    return column * PATCH_PX < right and left < (column + 1) * PATCH_PX and row * PATCH_PX < bottom and top < (row + 1) * PATCH_PX


def main() -> None:
    given = benchmark_options(__doc__).parse_args()
    steps, scenes = (600, 100) if given.quick else (2500, 300)
    with tempfile.TemporaryDirectory() as passing:
        folder = (given.cache or Path(passing)) / f"drawn-scenes-{steps}"
        if not (folder / "open_clip_config.json").exists():
            train(folder, steps)
        found = point(folder, scenes)
    baseline = ", ".join(f"{name} {found[name]:.2f}" for name in ("attention", "middle", "any patch"))
    also = f"on another shape {found['on another']:.2f}; the encoder knows the shape among eight {found['known']:.2f}"
    hand_in(
        [Row("", f"why this?: strongest patch on the named shape, {scenes} scenes", baseline, f"{found['grad-eclip']:.2f}; {also}",
             "", "", None)],
        given.json,
    )  # fmt: skip


if __name__ == "__main__":
    main()
