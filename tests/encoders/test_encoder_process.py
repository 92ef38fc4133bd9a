import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.encoder_process import EncoderProcess
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.shelf import Shelf

PATIENCE_S = 90.0
SHELF_LIST = Path(__file__).parents[2] / "resources" / "shelf.json"


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, tiny_folder: Callable[[str], Path]) -> Iterator[EncoderProcess]:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"), SHELF_LIST)
    encoder = EncoderProcess(f"local-dir:{tiny_folder('vit')}", shelf, threads=1)
    encoder.warm_up()
    yield encoder
    encoder.stop()


def noise(count: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, size=(count, 32, 32, 3), dtype=np.uint8)


def test_pictures_and_texts_come_back_as_unit_vectors(running: EncoderProcess) -> None:
    pictures = noise(150)
    found = running.encode_images(pictures).result(PATIENCE_S)
    assert found.shape == (150, 16)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-4)
    assert np.allclose(found[70:73], running.encode_images(pictures[70:73]).result(PATIENCE_S), atol=0.02), "in order"
    dog, blank = running.encode_texts(["dog", ""]).result(PATIENCE_S)
    assert dog is not None
    assert dog.shape == (16,)
    assert blank is None
    assert running.encode_images(noise(0)).result(PATIENCE_S).shape == (0, 16)
    assert running.encode_texts([]).result(PATIENCE_S) == []


def test_wrong_pictures_cost_only_themselves(running: EncoderProcess) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        running.encode_images(np.zeros((1, 32, 32, 3), dtype=np.float32))  # type: ignore[arg-type]
    with pytest.raises(EncoderUnavailable, match="32 × 32"):
        running.encode_images(np.zeros((1, 8, 8, 3), dtype=np.uint8)).result(PATIENCE_S)
    assert running.encode_images(noise(1)).result(PATIENCE_S).shape == (1, 16)


def test_texts_overtake_pictures_even_those_that_have_begun(running: EncoderProcess) -> None:
    order: list[str] = []
    many = running.encode_images(noise(3000))
    more = running.encode_images(noise(10))
    text = running.encode_texts(["dog"])
    for name, future in (("many", many), ("more", more), ("text", text)):
        future.add_done_callback(lambda _future, name=name: order.append(name))
    assert many.result(PATIENCE_S).shape == (3000, 16)
    more.result(PATIENCE_S)
    wait_for(lambda: len(order) == 3, "all callbacks")
    assert order == ["text", "many", "more"]


def test_where_one_picture_is_like_a_text_comes_back_before_pictures_that_wait(running: EncoderProcess) -> None:
    order: list[str] = []
    many = running.encode_images(noise(3000))
    found = running.attribute(noise(1)[0], "dog")
    for name, future in (("many", many), ("found", found)):
        future.add_done_callback(lambda _future, name=name: order.append(name))
    shares = found.result(PATIENCE_S)
    assert (shares.shape, shares.dtype) == ((2, 2), np.float32)
    assert 0 <= shares.min() <= shares.max() <= 1
    many.result(PATIENCE_S)
    wait_for(lambda: len(order) == 2, "all callbacks")
    assert order == ["found", "many"]
    with pytest.raises(EncoderUnavailable, match="32 × 32"):
        running.attribute(np.zeros((8, 8, 3), np.uint8), "dog").result(PATIENCE_S)


def test_what_is_cancelled_while_it_waits_is_not_encoded(running: EncoderProcess) -> None:
    first = running.encode_images(noise(1000))
    second = running.encode_images(noise(10))
    assert second.cancel()
    assert first.result(PATIENCE_S).shape == (1000, 16)


def test_ctrl_c_is_left_to_the_parent(running: EncoderProcess) -> None:
    running.encode_texts(["dog"]).result(PATIENCE_S)
    before = running.process_id
    assert before is not None
    os.kill(before, signal.SIGINT)
    assert running.encode_texts(["cat"]).result(PATIENCE_S)[0] is not None
    assert running.process_id == before


@pytest.mark.skipif(sys.platform == "win32", reason="priorities are set on POSIX only")
def test_the_process_makes_way_for_others(running: EncoderProcess) -> None:
    running.encode_texts(["dog"]).result(PATIENCE_S)
    assert psutil.Process(running.process_id).nice() == psutil.Process().nice() + 5


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_compiler_of_torch_stays_out_of_the_process(running: EncoderProcess) -> None:
    running.encode_texts(["dog"]).result(PATIENCE_S)
    assert "libtriton" not in Path(f"/proc/{running.process_id}/maps").read_text(), "270 MB that nothing uses"


def test_a_process_killed_in_the_middle_is_started_again(
    running: EncoderProcess, caplog: pytest.LogCaptureFixture
) -> None:
    running.encode_texts(["dog"]).result(PATIENCE_S)
    killed = running.process_id
    assert killed is not None
    with caplog.at_level(logging.WARNING):
        pending = running.encode_images(noise(20_000))
        wait_for(pending.running, "the request to begin")
        os.kill(killed, signal.SIGKILL)
        assert pending.result(PATIENCE_S).shape == (20_000, 16)
    assert running.process_id not in (None, killed)


def test_a_process_killed_twice_fails_the_request_and_serves_the_next(
    running: EncoderProcess, caplog: pytest.LogCaptureFixture
) -> None:
    running.encode_texts(["dog"]).result(PATIENCE_S)
    with caplog.at_level(logging.WARNING):
        pending = running.encode_images(noise(20_000))
        for _ in range(2):
            wait_for(lambda: running.process_id is not None, "a process")
            killed = running.process_id
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            wait_for(lambda killed=killed: running.process_id != killed, "the end of the process")
        with pytest.raises(EncoderUnavailable, match="ended unexpectedly"):
            pending.result(PATIENCE_S)
        assert running.encode_texts(["dog"]).result(PATIENCE_S)[0] is not None


def test_an_idle_process_ends_and_a_later_question_starts_another(
    shelf: Shelf, tiny_folder: Callable[[str], Path]
) -> None:
    encoder = EncoderProcess(f"local-dir:{tiny_folder('vit')}", shelf, idle_s=0.05, threads=1)
    try:
        encoder.encode_texts(["dog"]).result(PATIENCE_S)
        wait_for(lambda: encoder.process_id is None, "the end of the idle process")
        encoder.warm_up()
        wait_for(lambda: encoder.process_id is not None, "the start of another")
    finally:
        encoder.stop()


def test_stopping_while_loading_takes_moments_and_fails_what_waits(
    shelf: Shelf, tiny_folder: Callable[[str], Path]
) -> None:
    encoder = EncoderProcess(f"local-dir:{tiny_folder('vit')}", shelf, threads=1)
    encoder.warm_up()
    pending = encoder.encode_texts(["dog"])
    wait_for(lambda: encoder.process_id is not None, "the process to start")
    process = psutil.Process(encoder.process_id)
    encoder.stop()
    encoder.stop()
    assert not process.is_running()
    for future in (pending, encoder.encode_texts(["late"]), encoder.encode_images(noise(1))):
        with pytest.raises(EncoderUnavailable, match="stopped"):
            future.result(1)
    encoder.warm_up()
    assert encoder.process_id is None


def test_an_encoder_that_was_never_used_stops(shelf: Shelf, tiny_folder: Callable[[str], Path]) -> None:
    encoder = open_encoder(f"local-dir:{tiny_folder('vit')}", shelf)
    assert encoder.info().dimension == 16
    encoder.stop()


def test_weights_that_do_not_load_are_said_in_a_sentence(
    shelf: Shelf, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "open_clip_config.json").write_bytes((tiny_folder("vit") / "open_clip_config.json").read_bytes())
    (folder / "open_clip_model.safetensors").write_bytes(b"\xff" * 200)
    encoder = EncoderProcess(f"local-dir:{folder}", shelf, threads=1)
    try:
        with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
            encoder.encode_texts(["dog"]).result(PATIENCE_S)
        assert encoder.process_id is None
        (folder / "open_clip_config.json").unlink()
        with pytest.raises(EncoderUnavailable, match="holds no open_clip_config"):
            encoder.encode_texts(["dog"]).result(PATIENCE_S)
    finally:
        encoder.stop()


def test_the_process_ends_when_its_parent_is_killed(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    script = f"""
import sys, time
from pathlib import Path
from photofind.encoders.encoder_process import EncoderProcess
from photofind.encoders.shelf import Shelf

if __name__ == "__main__":
    encoder = EncoderProcess("local-dir:{tiny_folder("vit")}", Shelf(Path({str(tmp_path)!r}), Path({str(SHELF_LIST)!r})))
    encoder.warm_up()
    while encoder.process_id is None:
        time.sleep(0.01)
    print(encoder.process_id, flush=True)
    sys.stdin.read()
"""
    path = tmp_path / "parent.py"
    path.write_text(script)
    parent = subprocess.Popen([sys.executable, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the end of the process")
    finally:
        parent.kill()
        parent.communicate()


@pytest.mark.slow
def test_a_small_real_encoder_finds_photos_by_their_names(shared_data: Path, shelf: Shelf) -> None:
    from PIL import Image

    encoder = open_encoder(f"local-dir:{shared_data / 'models' / 'imagenet-mini'}", shelf, low_priority=False)
    try:
        encoder.warm_up()
        size_px = encoder.info().input_spec.size_px
        files = sorted((shared_data / "photos" / "labelled").glob("*.jpg"))
        futures = []
        for start in range(0, len(files), 32):
            batch = []
            for file in files[start : start + 32]:
                with Image.open(file) as opened:
                    photo = opened.convert("RGB")
                scale = size_px / min(photo.size)
                width, height = (max(size_px, round(side * scale)) for side in photo.size)
                photo = photo.resize((width, height), Image.Resampling.BICUBIC)
                left, top = (width - size_px) // 2, (height - size_px) // 2
                batch.append(np.asarray(photo.crop((left, top, left + size_px, top + size_px))))
            futures.append(encoder.encode_images(np.stack(batch)))
        spoken = encoder.encode_texts([f"a photo of a {file.stem.replace('_', ' ')}" for file in files]).result(
            PATIENCE_S
        )
        texts = np.stack([vector for vector in spoken if vector is not None])
        scores = texts @ np.concatenate([future.result(PATIENCE_S) for future in futures]).T
        rank = (scores > np.diag(scores)[:, None]).sum(axis=1)
        assert (rank < 5).mean() >= 0.95
    finally:
        encoder.stop()
