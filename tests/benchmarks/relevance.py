"""How well the bands of answers hold: the convincing set, strong hits, stated probabilities, and saying that there is none.

.venv/bin/python tests/benchmarks/relevance.py [--fit]

Over the vectors of 494 labelled photos in ../shared/eval and the small real encoder's vectors of texts: the groups there
with at least two right photos, synonyms of some, single classes, and random unions of two to four. Cross-validated: each
question is judged by a curve that was fitted to others. Then the same with an offset and a scale for each text, as real
CLIP has them. Then photos of the groups as questions: right are the other photos of the group. ``--fit`` writes the
curves fitted to all of them, one for words and one for pictures, to resources/relevance.json, which the program uses.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from camera_photos import shared_folder
from numpy.typing import NDArray

from photofind.encoders.folder import check_folder
from photofind.encoders.open_clip_encoder import OpenClipEncoder
from photofind.library.evaluation.fitting import fit_curve
from photofind.library.evaluation.judging import Report, as_lines, judge_cross_validated
from photofind.library.evaluation.measures import Right, Scores, distorted

_CURVE_FILE = Path(__file__).parents[2] / "resources" / "relevance.json"
_SYNONYMS = {
    "a puppy": "a dog", "an automobile": "a car", "a boat": "a ship", "a serpent": "a snake", "a feline animal": "a cat",
    "a feathered animal": "a bird", "a bug": "an insect", "an ape": "a monkey", "a thing that makes music": "a musical instrument",
    "something to wear on the head": "a hat", "a toadstool": "a mushroom", "an aeroplane": "an airplane",
}  # fmt: skip
_CLASSES, _UNIONS = 60, 60
_FROM_A_GROUP = 8


@dataclass(frozen=True)
class Questions:
    texts: NDArray[np.float32]
    photos: NDArray[np.float32]
    right: Right

    @property
    def scores(self) -> Scores:
        return self.texts @ self.photos.T


@dataclass(frozen=True)
class Labelled:
    names: list[str]
    vectors: NDArray[np.float32]
    groups: dict[str, list[str]]


def labelled() -> Labelled:
    data = np.load(shared_folder() / "eval" / "imagenet_mini_photos.npz")
    groups = json.loads((shared_folder() / "eval" / "groups.json").read_text(encoding="utf-8"))
    return Labelled([str(name) for name in data["names"]], data["vectors"].astype(np.float32), groups)


def questions(seed: int = 7) -> Questions:
    photos = labelled()
    names, groups = photos.names, photos.groups
    chance = np.random.default_rng(seed)
    classes = list(dict.fromkeys(names))
    asked = {text: set(right) for text, right in groups.items() if len(right) >= 2}
    asked |= {text: set(groups[group]) for text, group in _SYNONYMS.items()}
    for name in chance.choice(classes, _CLASSES, replace=False):
        asked[f"a photo of a {_spoken(name)}"] = {str(name)}
    for _ in range(_UNIONS):
        some = chance.choice(classes, chance.integers(2, 5), replace=False)
        asked[" or ".join(f"a {_spoken(name)}" for name in some)] = {str(name) for name in some}
    encoder = OpenClipEncoder(check_folder(shared_folder() / "models" / "imagenet-mini"))
    texts = np.array(encoder.encode_texts(list(asked)), np.float32)
    right = np.array([[name in answers for name in names] for answers in asked.values()])
    return Questions(texts, photos.vectors, right)


def by_picture(seed: int = 0) -> tuple[Scores, Right]:
    """Cosines of some photos of each group with all others, and which of those are of the group."""
    photos, chance = labelled(), np.random.default_rng(seed)
    scores, right = [], []
    for members in photos.groups.values():
        inside = np.isin(photos.names, members)
        if inside.sum() < 3:
            continue
        for number in chance.permutation(np.flatnonzero(inside))[:_FROM_A_GROUP]:
            others = np.arange(len(inside)) != number
            scores.append((photos.vectors @ photos.vectors[number])[others])
            right.append(inside[others])
    return np.array(scores), np.array(right)


def _spoken(name: str) -> str:
    return str(name).replace("_", " ")


def goals(plain: Report, twisted: Report) -> list[tuple[str, bool]]:
    return [
        ("plain: F1 at least that of the constant chosen with hindsight", plain.f1 >= plain.constant_f1),
        ("distorted: better than the constant, beyond the interval", twisted.over_constant[0] > 0),
        ("distorted: better than the z-score, beyond the interval", twisted.over_z_score[0] > 0),
        ("strong: precision ≥ 0.9", plain.strong_precision >= 0.9),
        ("strong: recall ≥ 0.1", plain.strong_recall >= 0.1),
        ("calibration error ≤ 0.1", plain.calibration_error <= 0.1),
        ("right answers there or not: area ≥ 0.85", plain.present_auc >= 0.85),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="write the curve that the program uses")
    given = parser.parse_args()
    asked = questions()
    say = sys.stdout.write
    plain = judge_cross_validated(asked.scores, asked.right)
    twisted = judge_cross_validated(distorted(asked.scores), asked.right)
    pictures = by_picture()
    for heading, report in (
        ("plain", plain),
        ("distorted", twisted),
        ("by picture", judge_cross_validated(*pictures)),
    ):
        say(f"== {heading}\n" + "".join(f"{line}\n" for line in as_lines(report)) + "\n")
    for goal, met in goals(plain, twisted):
        say(f"{'met     ' if met else 'MISSED  '}{goal}\n")
    if given.fit:
        comment = "Fitted by tests/benchmarks/relevance.py --fit; see photofind/library/ranking.py for what it means."
        curves = {"curve": fit_curve(asked.scores, asked.right), "with_picture": fit_curve(*pictures)}
        content = {"comment": comment} | {name: asdict(curve) for name, curve in curves.items()}
        _CURVE_FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        say(f"\n{_CURVE_FILE}: {curves}\n")


if __name__ == "__main__":
    main()
