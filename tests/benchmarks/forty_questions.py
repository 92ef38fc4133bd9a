"""Forty questions as people type them: what was understood, and what came back. A Markdown table, nothing is timed.

.venv/bin/python tests/benchmarks/forty_questions.py [--photos FOLDER] [--encoder ID]

Without arguments: ../shared/photos and the small real encoder there. Everything goes through the command line.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from camera_photos import shared_folder

# Words; pictures by their path below the folder of photos.
QUESTIONS: tuple[tuple[str, str], ...] = (
    ("a dog", ""),
    ("a white dog", ""),
    ("dog -spaniel", ""),
    ("a dog without grass", ""),
    ("ein Hund", ""),
    ("Vogel ohne Wasser", ""),
    ("un pájaro", ""),
    ("un chat sans collier", ""),
    ("一只狗", ""),
    ("狗 不要草地", ""),
    ("a ship on the ocean", ""),
    ("musical instrument", ""),
    ("something to eat", ""),
    ("2:bird water", ""),
    ("bird 0.3:branch", ""),
    ("camera:canon", ""),
    ("camera:nikon -is:portrait", ""),
    ("kamera:sony", ""),
    ("landscape camera:olympus", ""),
    ("camra:canon a car", ""),
    ("has:gps", ""),
    ("near:48.2,16.4,500km", ""),
    ("date:2008..2010", ""),
    ('date:"summer 2008"', ""),
    ("before:2005 a building", ""),
    ("after:2012", ""),
    ("date:201O", ""),
    ("type:png", ""),
    ("type:heic -is:landscape", ""),
    ("folder:orientation", ""),
    ("folder:labelled cat", ""),
    ('"tiger shark"', ""),
    ("name:portrait_6", ""),
    ("size:>10MP a flower", ""),
    ("iso:>=800 is:landscape", ""),
    ("rating:7", ""),
    ("a yellow submarine made of cheese", ""),
    ("", "labelled/Arctic_fox.jpg"),
    ("in the snow", "labelled/Arctic_fox.jpg"),
    ("-dog -cat is:square", ""),
)
_SHOWN = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--encoder")
    given = parser.parse_args()
    photos: Path = (given.photos or shared_folder() / "photos").absolute()
    encoder: str = given.encoder or f"local-dir:{shared_folder() / 'models' / 'imagenet-mini'}"
    with tempfile.TemporaryDirectory() as scratch:
        library = str(Path(scratch, "library"))
        _photofind("index", str(photos), "--encoder", encoder, "--library", library, "--json")
        sys.stdout.write("| question | understood | by name, strong, likely, weak | the first ones |\n|---|---|---|---|\n")
        for text, picture in QUESTIONS:
            pictures = ["--image", str(photos / picture)] if picture else []
            answer = _photofind("search", text, *pictures, "--library", library, "--limit", "100000", "--json")
            sys.stdout.write(_line(text, picture, answer) + "\n")
            sys.stdout.flush()


def _line(text: str, picture: str, answer: dict[str, Any]) -> str:
    bands = [hit["band"] for hit in answer["hits"]]
    counts = (
        ", ".join(str(bands.count(band)) for band in ("literal", "strong", "likely", "weak"))
        if any(bands)
        else f"{len(bands)} listed"
    )
    asked = " + ".join(part for part in (text, picture and f"[{picture}]") if part)
    said = "; ".join([str(answer["understood"]), *answer["mistakes"], *filter(None, [answer["note"]])])
    first = ", ".join(os.path.basename(hit["path"]) for hit in answer["hits"][:_SHOWN])
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in (f"`{asked}`", said, counts, first)) + " |"


def _photofind(*arguments: str) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", "photofind", *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


if __name__ == "__main__":
    main()
