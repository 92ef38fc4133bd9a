"""The Milvus process: real processes, real Milvus Lite."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from photofind.core.errors import StoreFailed
from photofind.store.milvus_process import MilvusProcess
from photofind.store.vector_records import round_vectors

IDS = np.arange(1, 9, dtype=np.int64)
VECTORS = round_vectors(np.random.default_rng(0).standard_normal((8, 4), np.float32))
HASHES = [bytes(16)] * 8


@pytest.fixture
def milvus(tmp_path: Path) -> Iterator[MilvusProcess]:
    process = MilvusProcess(folder=tmp_path / "milvus.db")
    yield process
    process.close()


def test_rows_written_before_a_close_are_there_after_it(milvus: MilvusProcess) -> None:
    collection = milvus.collection("key", 4)
    collection.upsert(IDS, VECTORS, IDS, HASHES)
    collection.flush()
    first = milvus.process_id
    milvus.close()
    assert first is not None and not psutil.pid_exists(first)

    again = milvus.collection("key", 4)
    again.delete(IDS[:1])
    verdict = again.verify(IDS)
    assert verdict.missing.tolist() == [1] and verdict.extra.tolist() == []
    found, vectors = again.vectors_of(IDS)
    assert found.tolist() == IDS[1:].tolist() and np.array_equal(vectors, VECTORS[1:])
    assert milvus.breakdowns == 0


def test_a_killed_process_takes_its_vector_host_along_counts_as_a_breakdown_and_comes_back(
    milvus: MilvusProcess,
) -> None:
    collection = milvus.collection("key", 4)
    collection.upsert(IDS, VECTORS, IDS, HASHES)
    collection.flush()
    assert milvus.process_id is not None
    helpers = psutil.Process(milvus.process_id).children()
    assert helpers  # the vector host
    os.kill(milvus.process_id, signal.SIGKILL)
    with pytest.raises(StoreFailed, match="opened again"):
        collection.flush()
    assert milvus.breakdowns == 1
    assert psutil.wait_procs(helpers, timeout=10)[1] == []

    with pytest.raises(StoreFailed, match="opened again"):
        collection.flush()  # its process is a new one, which has not opened it
    assert milvus.collection("key", 4).verify(IDS).missing.tolist() == []


def test_what_is_wrong_is_raised_here_and_what_is_logged_there_is_logged_here(
    milvus: MilvusProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    collection = milvus.collection("key", 4)
    with pytest.raises(ValueError, match="length 1"):
        collection.upsert(IDS, VECTORS * np.float16(3), IDS, HASHES)
    collection.upsert(IDS, VECTORS, IDS, HASHES)
    collection.flush()
    milvus.close()
    schema = next(tmp_path.rglob("schema.json"))
    schema.write_text("{")
    with caplog.at_level("WARNING", "photofind.store.milvus"):
        assert "is kept as" in milvus.collection("key", 4).notice
    assert "kept as" in caplog.text
