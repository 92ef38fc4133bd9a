"""A short run of the kill test, and proof that its judge is not blind."""

import copy
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from judge import Findings, judge
from photo_world import PhotoWorld
from trial import TormentedLibrary

from photofind.store.milvus import MilvusStore
from photofind.store.vector_host import VectorHost

Spoil = Callable[[Path, PhotoWorld], None]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_nothing_is_lost_when_photofind_is_killed(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, str(Path(__file__).with_name("kill_test.py")), "--json", str(figures)]
    done = subprocess.run(
        [*command, "--trials", "6", "--seed", str(random.randrange(10**6)), "--encoder-share", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(figures.read_text())
    assert found["trials"] == 6
    assert [found[what] for what in ("losses", "duplicates", "encoded_again_beyond", "orphans", "did_not_end_well")] == [0] * 5


@pytest.fixture(scope="module")
def sound(_home_of_the_run: None) -> Iterator[TormentedLibrary]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # sockets want short paths
        yield TormentedLibrary(Path(folder, "sound"), seed=1, mark="judged", photos=5, encoder=None)


def lose_a_photo(library: Path, world: PhotoWorld) -> None:
    with closing(sqlite3.connect(library / "catalogue.db")) as catalogue:
        catalogue.execute("UPDATE photos SET gone_s = 1 WHERE id = ?", (world.photos[0].photo_id,))
        catalogue.commit()


def give_a_photo_another_id(library: Path, world: PhotoWorld) -> None:
    world.photos[0].photo_id += 1000


def lose_a_tag(library: Path, world: PhotoWorld) -> None:
    world.photos[0].tags = {"said"}


def lose_an_original(library: Path, world: PhotoWorld) -> None:
    world.photos[0].content = "of other bytes"


def turn_a_bit_of_a_vector(library: Path, world: PhotoWorld) -> None:
    (journal,) = (library / "vectors").glob("*.journal")
    content = bytearray(journal.read_bytes())
    content[-40] ^= 1
    journal.write_bytes(content)


def cut_the_journal(library: Path, world: PhotoWorld) -> None:
    (journal,) = (library / "vectors").glob("*.journal")
    journal.write_bytes(journal.read_bytes()[:-100])


def add_to_milvus(library: Path, world: PhotoWorld) -> None:
    (journal,) = (library / "vectors").glob("*.journal")
    store = MilvusStore(host=VectorHost(library / "milvus.db"))
    collection = store.collection(journal.stem, 264)
    vector = np.zeros((1, 264), np.float16)
    vector[0, 0] = 1
    collection.upsert(np.array([999], np.int64), vector, np.array([0], np.int64), [bytes(16)])
    collection.flush()
    store.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lose_a_photo,
        give_a_photo_another_id,
        lose_a_tag,
        lose_an_original,
        turn_a_bit_of_a_vector,
        cut_the_journal,
        add_to_milvus,
    ],
)
def test_the_judge_notices(spoil: Spoil, sound: TormentedLibrary, tmp_path: Path) -> None:
    library = Path(shutil.copytree(sound.library, tmp_path / "library"))
    world = copy.deepcopy(sound.world)
    spoil(library, world)
    assert judge(library, world, None)


def test_the_judge_finds_nothing_where_nothing_is_wrong(sound: TormentedLibrary) -> None:
    everything = [str(photo.path) for photo in sound.world.photos]
    assert judge(sound.library, sound.world, everything) == Findings()
    assert judge(sound.library, sound.world, everything[1:]).losses
    assert judge(sound.library, sound.world, [*everything, everything[0]]).duplicates
