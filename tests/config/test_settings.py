import dataclasses
import errno
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from photofind.config import settings
from photofind.config.settings import Settings
from photofind.core.errors import NoRoom, StoreFailed


def test_no_file_gives_the_defaults_without_a_word(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "settings.json") == (Settings(), "")


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    kept = Settings(paused=True, theme="dark", skipped_folders=(os.fsdecode(b"caf\xe9"), "ü"), decode_timeout_s=7.5)
    settings.save(path, kept)
    assert settings.load(path) == (kept, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["settings.json"]


def test_a_field_of_another_version_is_kept_and_written_back(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "light", "from_the_future": {"deep": [1, 2]}}')
    loaded, notice = settings.load(path)
    settings.save(path, dataclasses.replace(loaded, paused=True))
    assert notice == ""
    assert json.loads(path.read_text())["from_the_future"] == {"deep": [1, 2]}
    assert settings.load(path)[0].paused


def test_values_that_do_not_fit_fall_back_one_by_one_and_are_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "pink", "thumbnail_px": true, "decoders": -1, "encoder_idle_s": NaN, "paused": true}')
    loaded, notice = settings.load(path)
    assert loaded == Settings(paused=True)
    for name in ("theme", "thumbnail_px", "decoders", "encoder_idle_s"):
        assert name in notice
    assert "paused" not in notice


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe\x00", b"[" * 100_000, b" " * (5 << 20)])
def test_a_broken_file_is_set_aside_and_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    for number in range(2):
        path.write_bytes(content)
        loaded, notice = settings.load(path)
        kept = [name for name in os.listdir(tmp_path) if name.startswith("settings.json.broken-")]
        assert loaded == Settings()
        assert len(kept) == number + 1
        assert any(name in notice for name in kept)
        assert not path.exists()
        assert all((tmp_path / name).read_bytes() == content for name in kept)


def test_settings_that_cannot_be_read_stay_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.mkdir()
    loaded, notice = settings.load(path)
    assert loaded == Settings()
    assert str(path) in notice
    assert path.is_dir()


def test_a_full_disk_leaves_the_old_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.json"
    settings.save(path, Settings(theme="dark"))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom, match=str(tmp_path)):
        settings.save(path, Settings(theme="light"))
    assert settings.load(path) == (Settings(theme="dark"), "")
    assert os.listdir(tmp_path) == ["settings.json"]


@pytest.mark.parametrize("left_bytes", [0, 4096])
def test_a_disk_that_is_really_full_leaves_the_old_settings_and_no_half_of_new_ones(
    small_disk: Callable[[int], Any], left_bytes: int
) -> None:
    disk = small_disk(4)
    path = disk.folder / "settings.json"
    settings.save(path, Settings(theme="dark"))
    disk.fill(left_bytes)
    with pytest.raises(NoRoom, match="no room left"):
        settings.save(path, Settings(theme="light", window_geometry="x" * 6_000))
    assert settings.load(path) == (Settings(theme="dark"), "")
    disk.make_room()
    assert os.listdir(disk.folder) == ["settings.json"]
    settings.save(path, Settings(theme="light"))
    assert settings.load(path) == (Settings(theme="light"), "")


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="cannot be saved"):
        settings.save(tmp_path / "gone" / "settings.json", Settings())


def test_settings_that_are_a_link_stay_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "settings.json"
    real.write_text("{}")
    link.symlink_to(real)
    settings.save(link, Settings(paused=True))
    assert link.is_symlink()
    assert settings.load(real)[0].paused


def test_every_setting_has_a_text_and_a_default_that_fits() -> None:
    for each in settings.declared().values():
        assert each.metadata["text"]
        assert settings.fitted(each, each.default) == each.default


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.dictionaries(st.sampled_from([*settings.declared(), "other", "unknown"]), _json, max_size=6))
def test_whatever_the_file_says_the_settings_fit_and_survive_a_round(tmp_path: Path, values: dict[str, Any]) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(values))
    loaded, _ = settings.load(path)
    for name, each in settings.declared().items():
        assert settings.fitted(each, getattr(loaded, name)) == getattr(loaded, name)
    settings.save(path, loaded)
    again, notice = settings.load(path)
    assert notice == ""
    assert repr(again) == repr(loaded)
