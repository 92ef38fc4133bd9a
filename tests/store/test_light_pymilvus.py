"""The vector store's processes do without what is never used of pymilvus, and all of it is there for who asks."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil

from photofind.store.milvus_process import MilvusProcess
from photofind.store.vector_records import round_vectors

IDS = np.arange(1, 9, dtype=np.int64)
VECTORS = round_vectors(np.random.default_rng(0).standard_normal((8, 4), np.float32))


def test_neither_process_loads_pandas_while_rows_are_written_and_read(tmp_path: Path) -> None:
    milvus = MilvusProcess(folder=tmp_path / "milvus.db")
    try:
        collection = milvus.collection("key", 4)
        collection.upsert(IDS, VECTORS, IDS, [bytes(16)] * 8)
        collection.flush()
        assert collection.vectors_of(IDS)[0].tolist() == IDS.tolist()
        assert milvus.process_id is not None
        process = psutil.Process(milvus.process_id)
        loaded = {one.pid: {Path(file.path).parts for file in one.memory_maps()} for one in (process, *process.children())}
        assert len(loaded) == 2
        for files in loaded.values():
            assert any("grpc" in parts for parts in files)
            assert not any("pandas" in parts for parts in files)
    finally:
        milvus.close()


def test_pandas_answers_once_somebody_asks_and_the_client_takes_its_tables() -> None:
    work = """
from photofind.store.light_pymilvus import import_client
import_client()
import sys
assert "pandas" not in sys.modules
from pymilvus.orm import types, schema
assert types.is_list_like([1]) and not types.is_scalar([1])
import pandas
assert pandas.DataFrame({"a": [1]}).shape == (1, 1)
"""
    subprocess.run([sys.executable, "-c", work], check=True)
