"""One trial: a library at rest, a run of photofind that is killed at a random moment, and what is found afterwards."""

import contextlib
import json
import random
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from encoded_again import Growth, encoded_again
from judge import Findings, Journal, encoded_in, judge, read_journal
from photo_world import PhotoWorld
from processes import PLACES, Stage, find, kill

WORKS = ("index", "move", "watch", "tag", "encoder")
_ENDS_WITHIN_S = 90.0
_LOOK_EVERY_S = 0.01
_FIRST_GUESS_S = 2.0
_LIFE_OF_A_HELPER_S = 0.8
_EVERYTHING = 2**31 - 1  # the limit of a search that is to find everything


@dataclass(slots=True)
class Outcome:
    """What one trial showed. ``place`` is what was hit; ``moment_s`` when, after the run began."""

    work: str
    place: str
    moment_s: float
    losses: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    encoded_again: int = 0
    encoded_again_beyond: int = 0
    notices: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.losses or self.duplicates or self.orphans or self.stuck or self.encoded_again_beyond)


class TormentedLibrary:
    """A library that is killed again and again, and never made anew in between."""

    def __init__(self, folder: Path, seed: int, mark: str, *, photos: int, encoder: Path | None) -> None:
        self.folder = folder
        folder.mkdir()
        self._random = random.Random(seed)
        self._stage = Stage(folder, f"{mark}-{seed}")
        self.library = folder / "library"
        self.world = PhotoWorld(folder / "photos", self._random)
        self._encoder = encoder
        self._encoder_key_id = "palette"
        self._usual_s: dict[str, float] = {}
        self.world.add(photos)
        self._finish([str(self.world.folder)], [])
        self._journal = self._read_journal()
        findings = self._judge()
        if findings:
            raise SystemExit(f"The library is wrong before anything was killed: {findings}")

    def torment(self, work: str, place: str) -> Outcome:
        """One trial. ``place`` is where to aim; where it never runs, the program is hit."""
        outcome = Outcome(work, "", 0.0)
        run = {
            "index": self._while_indexing,
            "move": self._while_following_moves,
            "watch": self._while_watching,
            "tag": self._while_tagging,
            "encoder": self._while_changing_encoder,
        }[work]
        sizes = Growth(self._journal_path())
        run(place, outcome, sizes)
        outcome.orphans += self._stage.orphans()
        at_the_kill, known = self._read_journal(), encoded_in(self.library)
        self._finish([], outcome.stuck, outcome.notices)
        outcome.orphans += self._stage.orphans()
        findings = self._judge()
        outcome.losses += findings.losses
        outcome.duplicates += findings.duplicates
        after = self._read_journal()
        if after.vectors.shape[1] == at_the_kill.vectors.shape[1]:  # else another encoder answers now
            confirmed = {p.photo_id for p in self.world.photos if known.get(p.photo_id, b"").hex() == p.content}
            outcome.encoded_again, outcome.encoded_again_beyond = encoded_again(at_the_kill, after, confirmed, sizes)
        left = [entry.name for entry in self._stage.runtime.iterdir()]
        outcome.orphans += [f"left in the runtime folder: {name}" for name in left]
        return outcome

    # What photofind does when it is killed

    def _while_indexing(self, place: str, outcome: Outcome, sizes: Growth) -> None:
        self.world.add(self._random.randint(4, 40))
        self.world.change(self._random.randint(0, 4))
        self.world.delete(self._random.randint(0, 3))
        program = self._stage.photofind(self.library, "index")
        self._kill_at_random(program, place, outcome, sizes)

    def _while_following_moves(self, place: str, outcome: Outcome, sizes: Growth) -> None:
        """Files and folders were moved while no photofind was running."""
        self.world.rename(self._random.randint(1, 12))
        if self._random.random() < 0.5:
            self.world.rename_folder()
        self.world.swap()
        self.world.add(self._random.randint(0, 8))
        program = self._stage.photofind(self.library, "index")
        self._kill_at_random(program, place, outcome, sizes)

    def _while_watching(self, place: str, outcome: Outcome, sizes: Growth) -> None:
        """Files and folders are moved under the eyes of the watcher."""
        program = self._start_watching()
        self.world.rename(self._random.randint(1, 12))
        self.world.add(self._random.randint(2, 12))
        if self._random.random() < 0.5:
            self.world.rename_folder()
        self._kill_at_random(program, place, outcome, sizes, let_go=lambda: program.stdin and program.stdin.close())

    def _while_tagging(self, place: str, outcome: Outcome, sizes: Growth) -> None:
        """Tags and ratings are given, to a program that has the library open or without one."""
        holder = self._start_watching() if self._random.random() < 0.5 else None
        if holder is not None:
            self.world.add(self._random.randint(2, 8))
        stopping = threading.Event()
        current: list[subprocess.Popen[str]] = []
        tagging = threading.Thread(target=self._tag_until, args=(stopping, current, self._random.getrandbits(32)))
        tagging.start()
        if holder is not None:
            self._kill_at_random(
                holder, place, outcome, sizes, let_go=lambda: holder.stdin and holder.stdin.close(), at_once=stopping
            )
        else:
            moment_s = self._random.uniform(0.2, 1.5)
            time.sleep(moment_s)
            stopping.set()
            if current and (victims := find(current[-1], self.library, "program")):
                kill(victims)
                outcome.place, outcome.moment_s = "program", moment_s
        stopping.set()
        tagging.join()

    def _while_changing_encoder(self, place: str, outcome: Outcome, sizes: Growth) -> None:
        self.world.add(self._random.randint(4, 20))
        assert self._encoder is not None
        encoder = f"local-dir:{self._encoder}" if self._encoder_key_id == "palette" else "palette"
        if self._random.random() < 0.6 and self._encoder_key_id != "palette":
            encoder = self._encoder_key_id
        self._encoder_key_id = encoder
        program = self._stage.photofind(self.library, "index", "--encoder", encoder)
        self._kill_at_random(program, place, outcome, sizes)

    def _start_watching(self) -> "subprocess.Popen[str]":
        program = self._stage.watching(self.library)
        assert program.stdout is not None
        if program.stdout.readline() != "ready\n":
            raise SystemExit(f"photofind does not open its library: {program.communicate()[1]}")
        return program

    def _tag_until(self, stopping: threading.Event, current: "list[subprocess.Popen[str]]", seed: int) -> None:
        choose = random.Random(seed)
        while not stopping.is_set():
            photo = choose.choice(self.world.known())
            tags, rating, options = set(photo.tags), photo.rating, []
            tag = f"tag {choose.randint(1, 5)}"
            if tag in tags:
                tags.remove(tag)
                options += ["--remove", tag]
            else:
                tags.add(tag)
                options += ["--add", tag]
            if choose.random() < 0.5:
                rating = choose.randint(0, 5)
                options += ["--rating", str(rating)]
            before = (photo.tags, photo.rating)
            program = self._stage.photofind(self.library, "tag", str(photo.path), *options)
            current.append(program)
            program.communicate()
            if program.returncode == 0:
                photo.tags, photo.rating, photo.uncertain = tags, rating, []
            else:
                photo.tags, photo.rating = before
                photo.uncertain.append((tags, rating))
                return

    # Killing

    def _kill_at_random(
        self,
        program: "subprocess.Popen[str]",
        place: str,
        outcome: Outcome,
        sizes: Growth,
        *,
        let_go: Any = None,
        at_once: threading.Event | None = None,
    ) -> None:
        """SIGKILL at a random moment of the run; a run that goes on without its helper has to end well by itself."""
        texts: list[str] = []
        reader = threading.Thread(target=lambda: texts.extend(_drained(program)))
        usual_s = self._usual_s.get(outcome.work, _FIRST_GUESS_S)
        began_s = time.monotonic()
        moment_s = self._random.uniform(0.0, 1.1 * usual_s)
        has_begun = False
        if let_go is None:
            reader.start()
        while not outcome.place and program.poll() is None:
            passed_s = time.monotonic() - began_s
            sizes.look()
            if passed_s >= moment_s:
                # What has not begun yet is waited for, and may then work a while; what never comes leaves the program.
                victims = find(program, self.library, place)
                if not victims and passed_s > moment_s + usual_s:
                    place = "program"
                elif victims and not has_begun and passed_s > moment_s + _LOOK_EVERY_S:
                    moment_s = passed_s + self._random.uniform(0.0, _LIFE_OF_A_HELPER_S)
                elif victims:
                    kill(victims)
                    outcome.place, outcome.moment_s = place, passed_s
                has_begun = has_begun or bool(victims)
            time.sleep(_LOOK_EVERY_S)
        sizes.end()
        if at_once is not None:
            at_once.set()
        if let_go is not None:
            with contextlib.suppress(OSError):
                let_go()
            reader.start()
        try:
            program.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            outcome.stuck.append(f"does not end after {outcome.place} was killed")
            program.kill()
        reader.join()
        if outcome.place in ("", "program", "all at once"):
            if not outcome.place:
                self._usual_s[outcome.work] = 0.5 * (usual_s + time.monotonic() - began_s)
        elif program.returncode != 0:
            outcome.stuck.append(f"status {program.returncode} after {outcome.place} was killed: {' '.join(texts)[-600:]}")

    # Afterwards

    def _finish(self, arguments: list[str], stuck: list[str], notices: list[str] | None = None) -> None:
        """Start photofind again and let it do what is left."""
        program = self._stage.photofind(self.library, "index", *arguments)
        try:
            out, err = program.communicate(timeout=_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            program.kill()
            out, err = program.communicate()
            stuck.append(f"the next start does not end: {err[-600:]}")
            return
        if program.returncode != 0:
            stuck.append(f"the next start ends with status {program.returncode}: {out[-300:]} {err[-600:]}")
        if notices is not None:
            notices += [line for line in err.splitlines() if line.strip()]

    def _judge(self) -> Findings:
        program = self._stage.photofind(self.library, "search", "--limit", str(_EVERYTHING), "red green blue")
        out, err = program.communicate(timeout=_ENDS_WITHIN_S)
        if program.returncode != 0:
            return Findings(losses=[f"searching fails: {out[-300:]} {err[-600:]}"])
        return judge(self.library, self.world, [hit["path"] for hit in json.loads(out)["hits"]])

    def _read_journal(self) -> Journal:
        return read_journal(self._journal_path())

    def _journal_path(self) -> Path:
        journals = sorted((self.library / "vectors").glob("*.journal"), key=lambda path: path.stat().st_mtime_ns)
        return journals[-1] if journals else self.library / "vectors" / "none.journal"


def _drained(program: "subprocess.Popen[str]") -> list[str]:
    with contextlib.suppress(ValueError, OSError):
        return [text for text in program.communicate() if text]
    return []


def choose(randomness: random.Random, with_encoder: bool) -> tuple[str, str]:
    """What a trial does, and where it aims."""
    if with_encoder:
        return "encoder", randomness.choice((*PLACES, "encoder", "encoder"))
    work = randomness.choice(("index", "index", "move", "watch", "watch", "tag"))
    return work, randomness.choice([place for place in PLACES if place != "encoder"])
