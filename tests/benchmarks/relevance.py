"""How well the bands of answers hold: the convincing set, strong hits, stated probabilities, and saying that there is none.

.venv/bin/python tests/benchmarks/relevance.py [--fit]

Over the vectors of 494 labelled photos in ../shared/eval and the small real encoder's vectors of texts: the groups there
with at least two right photos, synonyms of some, single classes, and random unions of two to four. Cross-validated: each
question is judged by a curve that was fitted to others. plain: as the encoder gives the cosines. distorted: with an offset
and a scale for each text, as real CLIP has them. alone: without usual words to compare with. by picture: photos of the
groups as questions; right are the other photos of the group. Each also in libraries of which three or five tenths are right
(their photos are drawn from the same 494). ``--fit`` writes the curves fitted to all of it to resources/relevance.json,
which the program uses.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from camera_photos import shared_folder
from numpy.typing import NDArray

from photofind.encoders.folder import check_folder
from photofind.encoders.open_clip_encoder import OpenClipEncoder
from photofind.library.evaluation.fitting import WORDS, WORDS_ALONE, Weighed, fit_curve
from photofind.library.evaluation.judging import Report, as_lines, cross_validated, judge
from photofind.library.evaluation.measures import Case, Right, Scores, distorted, f1_of_sets
from photofind.library.usual_words import UsualWords, usual_texts

_CURVE_FILE = Path(__file__).parents[2] / "resources" / "relevance.json"
_SYNONYMS = {
    "a puppy": "a dog", "an automobile": "a car", "a boat": "a ship", "a serpent": "a snake", "a feline animal": "a cat",
    "a feathered animal": "a bird", "a bug": "an insect", "an ape": "a monkey", "a thing that makes music": "a musical instrument",
    "something to wear on the head": "a hat", "a toadstool": "a mushroom", "an aeroplane": "an airplane",
}  # fmt: skip
_CLASSES, _UNIONS = 60, 60
_FROM_A_GROUP = 8
_COMMON = (0.3, 0.5)
_FEWEST_RIGHT, _FEWEST_PHOTOS = 5, 20
_DRAWS = 2
_WEIGHT_OF_COMMON = 0.2


@dataclass(frozen=True)
class Questions:
    texts: NDArray[np.float32]
    photos: NDArray[np.float32]
    right: Right
    usual: NDArray[np.float32]
    """Vectors of usual words [w, d]."""

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
    usual = np.array(encoder.encode_texts(usual_texts()), np.float32)
    right = np.array([[name in answers for name in names] for answers in asked.values()])
    return Questions(texts, photos.vectors, right, usual)


def by_picture(seed: int = 0) -> list[Case]:
    """Cosines of some photos of each group with all others, and which of those are of the group."""
    photos, chance = labelled(), np.random.default_rng(seed)
    found = []
    for members in photos.groups.values():
        inside = np.isin(photos.names, members)
        if inside.sum() < 3:
            continue
        for number in chance.permutation(np.flatnonzero(inside))[:_FROM_A_GROUP]:
            others = np.arange(len(inside)) != number
            found.append(Case((photos.vectors @ photos.vectors[number])[others], inside[others]))
    return found


def as_cases(scores: Scores, asked: Questions, of_usual: Scores) -> list[Case]:
    """With what usual words, whose cosines with the photos are ``of_usual`` [w, n], say against them."""
    return [_case(asked, number, scores, of_usual, np.arange(scores.shape[1])) for number in range(len(scores))]


def common(scores: Scores, asked: Questions, of_usual: Scores, seed: int = 0) -> list[tuple[int, Weighed]]:
    """Questions to libraries that show little else: a drawn part of the others stays, the right photos stay all."""
    chance = np.random.default_rng(seed)
    found = []
    for number, right in enumerate(asked.right):
        for share in _COMMON:
            others = int(right.sum() * (1 - share) / share)
            if not (right.sum() >= _FEWEST_RIGHT and right.mean() < share and right.sum() + others >= _FEWEST_PHOTOS):
                continue
            for _ in range(_DRAWS):
                drawn = chance.choice(np.flatnonzero(~right), others, replace=False)
                library = np.concatenate([np.flatnonzero(right), drawn])
                found.append((number, Weighed(_case(asked, number, scores, of_usual, library), _WEIGHT_OF_COMMON)))
    return found


def alone(cases: Sequence[Case]) -> list[Case]:
    return [Case(case.scores, case.right) for case in cases]


def _case(asked: Questions, number: int, scores: Scores, of_usual: Scores, library: NDArray[np.int64]) -> Case:
    here = scores[number, library]
    usual = UsualWords(asked.usual, of_usual[:, library])
    best = np.argsort(-here)
    margins = usual.margins(here, usual.far_from(asked.texts[number]), best, of_usual[:, library[best]].T)
    return Case(here, asked.right[number, library], margins)


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
    parser.add_argument("--fit", action="store_true", help="write the curves that the program uses")
    given = parser.parse_args()
    asked = questions()
    say = sys.stdout.write
    of_usual = asked.usual @ asked.photos.T
    plain, in_common = as_cases(asked.scores, asked, of_usual), common(asked.scores, asked, of_usual)
    twisted = (distorted(asked.scores), asked, distorted(of_usual, seed=1))
    without = [(number, Weighed(Case(one.case.scores, one.case.right), one.weight)) for number, one in in_common]
    reports = {}
    for heading, cases, uses, more in (
        ("plain", plain, WORDS, in_common),
        ("distorted", as_cases(*twisted), WORDS, common(*twisted)),
        ("alone", alone(plain), WORDS_ALONE, without),
        ("by picture", by_picture(), WORDS_ALONE, []),
    ):
        curve_of = cross_validated(cases, uses, more)
        reports[heading] = report = judge(cases, curve_of)
        say(f"== {heading}\n" + "".join(f"{line}\n" for line in as_lines(report)))
        for share in _COMMON if more else ():
            in_them = [
                float(f1_of_sets((judged.probabilities >= judged.likely_from)[None], one.case.right[None])[0])
                for number, one in more
                if abs(one.case.right.mean() - share) < 0.1
                for judged in [one.case.judged(curve_of(number))]
            ]
            say(f"F1 where {share:.0%} are right      {np.mean(in_them):.3f} in {len(in_them)} libraries\n")
        say("\n")
    for goal, met in goals(reports["plain"], reports["distorted"]):
        say(f"{'met     ' if met else 'MISSED  '}{goal}\n")
    if given.fit:
        known = [Weighed(case) for case in plain]
        curves = {
            "words": fit_curve([*known, *(one for _, one in in_common)], WORDS),
            "words alone": fit_curve([*map(Weighed, alone(plain)), *(one for _, one in without)], WORDS_ALONE),
            "picture": fit_curve([Weighed(case) for case in by_picture()], WORDS_ALONE),
        }
        comment = "Fitted by tests/benchmarks/relevance.py --fit; see photofind/library/ranking.py for what it means."
        content = {"comment": comment, "curves": {kind: asdict(curve) for kind, curve in curves.items()}}
        _CURVE_FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        say("".join(f"\n{kind}: {curve}\n" for kind, curve in curves.items()))


if __name__ == "__main__":
    main()
