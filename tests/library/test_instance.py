import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photofind.core.errors import LibraryInUse, PhotofindError, StoreFailed, WrongUsage
from photofind.library import command_server, command_socket
from photofind.library.instance import CommandRefused, CommandServer, LibraryLock, send_command

Message = dict[str, Any]

_HOLDER = """
import sys, pathlib
from photofind.library.instance import LibraryLock, CommandServer
lock = LibraryLock.acquire(pathlib.Path(sys.argv[1]))
server = CommandServer(lambda request, report, cancelled: {"echo": request})
if "serve" in sys.argv:
    lock.publish(server.start())
print("held", flush=True)
sys.stdin.read()
server.stop()
lock.release()
"""


class _Holder:
    """Another process that holds a library."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _HOLDER, str(folder), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"

    def end(self) -> None:
        self.process.communicate()


@pytest.fixture
def hold() -> Iterator[Callable[..., _Holder]]:
    holders: list[_Holder] = []

    def start(folder: Path, *arguments: str) -> _Holder:
        holders.append(_Holder(folder, *arguments))
        return holders[-1]

    yield start
    for holder in holders:
        holder.process.kill()
        holder.end()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[command_server.Handle], Path]]:
    """A library of this process that answers commands with the given handler."""
    folder = tmp_path / "library"
    started: list[tuple[LibraryLock, CommandServer]] = []

    def start(handle: command_server.Handle) -> Path:
        lock, server = LibraryLock.acquire(folder), CommandServer(handle)
        started.append((lock, server))
        lock.publish(server.start())
        return folder

    yield start
    for lock, server in started:
        server.stop()
        lock.release()


def _always(reply: Message) -> command_server.Handle:
    def handle(request: Message, report: command_server.Report, cancelled: threading.Event) -> Message:
        return reply

    return handle


def _eventually(holds: Callable[[], bool], within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# The lock


def test_a_second_lock_is_refused_until_the_first_is_released(tmp_path: Path) -> None:
    with LibraryLock.acquire(tmp_path / "library"), pytest.raises(LibraryInUse, match="does not answer"):
        LibraryLock.acquire(tmp_path / "library")
    again = LibraryLock.acquire(tmp_path / "library")
    again.release()
    again.release()


def test_the_library_folder_is_private_and_so_is_the_lock(tmp_path: Path) -> None:
    with LibraryLock.acquire(tmp_path / "a" / "library") as lock:
        assert stat.S_IMODE(lock.folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((lock.folder / "lock").stat().st_mode) == 0o600


def test_a_lock_file_that_is_just_there_means_nothing(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(json.dumps({"pid": 1, "socket": "/nowhere", "token": ""}))
    assert send_command(tmp_path, {"command": "show"}) is None
    LibraryLock.acquire(tmp_path).release()


def test_a_killed_holder_leaves_the_library_free_and_its_socket_folder_is_cleared(
    tmp_path: Path, hold: Callable[..., _Holder]
) -> None:
    holder = hold(tmp_path, "serve")
    left = Path(json.loads((tmp_path / "lock").read_text())["socket"]).parent
    with pytest.raises(LibraryInUse):
        LibraryLock.acquire(tmp_path)
    os.kill(holder.process.pid, signal.SIGKILL)
    holder.process.wait()
    assert left.is_dir()
    assert send_command(tmp_path, {"command": "show"}) is None
    LibraryLock.acquire(tmp_path).release()
    assert not left.exists()


def test_looking_at_a_lock_does_not_turn_a_starting_program_away(tmp_path: Path) -> None:
    LibraryLock.acquire(tmp_path).release()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            send_command(tmp_path, {"command": "show"}, timeout_s=0)

    threads = [threading.Thread(target=_until_in_use, args=(look,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            LibraryLock.acquire(tmp_path).release()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _until_in_use(look: Callable[[], None]) -> None:
    while True:
        try:
            look()
            return
        except LibraryInUse:
            continue


@pytest.mark.parametrize("parent", ["file", "/proc/nowhere"])
def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, parent: str) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / parent / "library"
    with pytest.raises(StoreFailed, match=str(folder)):
        LibraryLock.acquire(folder)


def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "lock").symlink_to(tmp_path / "victim")
    with pytest.raises(StoreFailed):
        LibraryLock.acquire(tmp_path)
    assert (tmp_path / "victim").read_text() == "precious"


# Commands


@pytest.mark.parametrize("name", ["x" * 200, "two words ü", os.fsdecode(b"odd-\xff\xfe")])
def test_another_process_is_reached_whatever_the_library_is_called(
    tmp_path: Path, hold: Callable[..., _Holder], name: str
) -> None:
    hold(tmp_path / name, "serve")
    assert send_command(tmp_path / name, {"command": "show"}) == {"echo": {"command": "show"}}


def test_nobody_there_gives_none(tmp_path: Path) -> None:
    assert send_command(tmp_path / "never", {"command": "show"}) is None


def test_paths_that_are_not_utf8_and_long_requests_arrive_whole(serve: Callable[..., Path]) -> None:
    odd = os.fsdecode(b"/photos/caf\xe9\n.jpg")

    def handle(request: Message, report: command_server.Report, cancelled: threading.Event) -> Message:
        return {"paths": request["paths"]}

    folder = serve(handle)
    paths = [odd] * 50_000
    assert send_command(folder, {"command": "index", "paths": paths}) == {"paths": paths}


def test_progress_arrives_in_order_before_the_reply(serve: Callable[..., Path]) -> None:
    def handle(request: Message, report: command_server.Report, cancelled: threading.Event) -> Message:
        for done in range(100):
            report({"done": done})
        return {"all": True}

    seen: list[Message] = []
    assert send_command(serve(handle), {"command": "index"}, seen.append) == {"all": True}
    assert seen == [{"done": done} for done in range(100)]


@pytest.mark.parametrize(
    ("error", "sentence", "status"),
    [
        (CommandRefused("Not now.", 5), "Not now.", 5),
        (WrongUsage("No such folder."), "No such folder.", 2),
        (PhotofindError("It failed."), "It failed.", 1),
    ],
)
def test_errors_arrive_as_their_sentence(
    serve: Callable[..., Path], error: Exception, sentence: str, status: int
) -> None:
    def handle(request: Message, report: command_server.Report, cancelled: threading.Event) -> Message:
        raise error

    with pytest.raises(CommandRefused, match=sentence) as caught:
        send_command(serve(handle), {"command": "show"})
    assert caught.value.status == status


@pytest.mark.parametrize("reply", [RuntimeError("inside"), {"x": object()}, {"x": "y" * (17 << 20)}])
def test_a_mistake_in_the_handler_is_logged_and_told_without_detail(
    serve: Callable[..., Path], reply: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def handle(request: Message, report: command_server.Report, cancelled: threading.Event) -> Message:
        if isinstance(reply, Exception):
            raise reply
        return dict(reply)

    with caplog.at_level("ERROR"), pytest.raises(CommandRefused, match="its log says why"):
        send_command(serve(handle), {"command": "show"})
    assert "show" in caplog.text


def test_a_request_without_a_command_or_too_long_is_wrong_usage(serve: Callable[..., Path]) -> None:
    folder = serve(_always({}))
    with pytest.raises(CommandRefused, match="names no command") as caught:
        send_command(folder, {"order": "show"})
    assert caught.value.status == 2
    with pytest.raises(WrongUsage, match="too long"):
        send_command(folder, {"command": "x" * (17 << 20)})


def test_many_programs_are_answered_at_once(serve: Callable[..., Path]) -> None:
    together = threading.Barrier(8)

    def handle(request: Message, report: command_server.Report, cancelled: threading.Event) -> Message:
        together.wait(30)
        return {"number": request["number"]}

    folder = serve(handle)
    answers: list[Message | None] = []
    clients = [
        threading.Thread(target=lambda n=n: answers.append(send_command(folder, {"command": "x", "number": n})))  # type: ignore[misc]
        for n in range(8)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert sorted(answer["number"] for answer in answers if answer) == list(range(8))


def test_a_program_that_goes_away_cancels_its_command(serve: Callable[..., Path]) -> None:
    started, saw_cancel = threading.Event(), threading.Event()

    def handle(request: Message, report: command_server.Report, cancelled: threading.Event) -> Message:
        started.set()
        if cancelled.wait(30):
            saw_cancel.set()
        report({"nobody": "listens"})
        return {}

    folder = serve(handle)
    hang_up = threading.Event()

    def client() -> None:
        with pytest.raises(CommandRefused, match="cancelled"):
            send_command(folder, {"command": "index"}, cancelled=hang_up)

    thread = threading.Thread(target=client)
    thread.start()
    assert started.wait(30)
    hang_up.set()
    thread.join()
    assert saw_cancel.wait(30)


def test_stopping_cancels_commands_and_their_last_word_still_arrives(tmp_path: Path) -> None:
    started = threading.Event()

    def handle(request: Message, report: command_server.Report, cancelled: threading.Event) -> Message:
        started.set()
        cancelled.wait(30)
        raise CommandRefused("The program ends.", 3)

    server = CommandServer(handle)
    with LibraryLock.acquire(tmp_path) as lock:
        address = server.start()
        lock.publish(address)
        caught: list[CommandRefused] = []

        def client() -> None:
            try:
                send_command(tmp_path, {"command": "index"})
            except CommandRefused as error:
                caught.append(error)

        thread = threading.Thread(target=client)
        thread.start()
        assert started.wait(30)
        server.stop()
        thread.join()
        server.stop()
    assert [error.status for error in caught] == [3]
    assert not Path(address.socket).parent.exists()


def test_a_program_that_is_still_starting_is_waited_for(tmp_path: Path) -> None:
    server = CommandServer(_always({"hello": True}))
    answers: list[Message | None] = []
    with LibraryLock.acquire(tmp_path) as lock:
        thread = threading.Thread(target=lambda: answers.append(send_command(tmp_path, {"command": "show"})))
        thread.start()
        lock.publish(server.start())
        thread.join()
        server.stop()
    assert answers == [{"hello": True}]


def test_a_holder_without_a_socket_is_in_use_after_the_time_out(tmp_path: Path) -> None:
    with LibraryLock.acquire(tmp_path), pytest.raises(LibraryInUse, match="does not answer"):
        send_command(tmp_path, {"command": "show"}, timeout_s=0.2)


def test_a_holder_that_hangs_is_in_use_after_the_time_out(tmp_path: Path, hold: Callable[..., _Holder]) -> None:
    holder = hold(tmp_path, "serve")
    os.kill(holder.process.pid, signal.SIGSTOP)
    try:
        with pytest.raises(LibraryInUse, match="does not answer"):
            send_command(tmp_path, {"command": "show"}, timeout_s=0.5)
    finally:
        os.kill(holder.process.pid, signal.SIGCONT)


def test_a_holder_that_dies_over_a_command_is_said_so(tmp_path: Path) -> None:
    listener = command_socket.Listener()
    with LibraryLock.acquire(tmp_path) as lock:
        lock.publish(listener.address)

        def take_and_die() -> None:
            connection = listener.accept()
            assert connection is not None
            lines = command_socket.Lines(connection)
            lines.receive()
            lines.send({"taken": True})
            connection.close()

        thread = threading.Thread(target=take_and_die)
        thread.start()
        with pytest.raises(LibraryInUse, match="ended before it answered"):
            send_command(tmp_path, {"command": "show"})
        thread.join()
        listener.close()


@pytest.mark.parametrize("sent", [b"nonsense\n", b"[1]\n", b"[" * 5000 + b"\n", b"\xff\xfe\n", b"", b'{"command": '])
def test_a_program_that_talks_nonsense_costs_the_server_nothing(serve: Callable[..., Path], sent: bytes) -> None:
    folder = serve(_always({"fine": True}))
    address = json.loads((folder / "lock").read_text())["socket"]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    assert send_command(folder, {"command": "show"}) == {"fine": True}


def test_an_endless_message_is_cut_off(serve: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_socket, "LONGEST_MESSAGE_BYTES", 100_000)
    folder = serve(_always({}))
    address = json.loads((folder / "lock").read_text())["socket"]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        with pytest.raises(OSError):
            for _ in range(1000):
                connection.sendall(b"x" * 65_536)


def test_a_program_of_another_user_is_not_heard(
    serve: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Message] = []

    def handle(request: Message, report: command_server.Report, cancelled: threading.Event) -> Message:
        heard.append(request)
        return {}

    folder = serve(handle)
    monkeypatch.setattr(command_server, "is_same_user", lambda _: False)
    with caplog.at_level("WARNING"), pytest.raises(LibraryInUse):
        send_command(folder, {"command": "show"}, timeout_s=0.2)
    assert heard == []
    assert "another user" in caplog.text


def test_a_token_that_was_published_is_asked_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    address = command_socket.Address("x", "secret")
    assert command_socket.shows_token({"token": "secret"}, address)
    for wrong in ({}, {"token": "guess"}, {"token": 3}, {"token": None}):
        assert not command_socket.shows_token(wrong, address)


def test_stop_leaves_no_thread_and_no_folder(serve: Callable[..., Path], tmp_path: Path) -> None:
    before = threading.active_count()
    server = CommandServer(_always({}))
    address = server.start()
    with socket.socket(socket.AF_UNIX) as idle:
        idle.connect(address.socket)
        _eventually(lambda: threading.active_count() >= before + 2)
        server.stop()
    assert threading.active_count() == before
    assert not Path(address.socket).parent.exists()


def test_a_library_that_was_used_before_is_locked_and_takes_commands_on_a_full_disk(
    small_disk: Callable[[int], Any],
) -> None:
    disk = small_disk(4)
    folder = disk.folder / "library"
    LibraryLock.acquire(folder).release()
    disk.fill()
    for _ in range(2):
        with LibraryLock.acquire(folder) as lock:
            server = CommandServer(lambda request, *_: {"heard": request["command"]})
            try:
                lock.publish(server.start())
                assert send_command(folder, {"command": "raise"}) == {"heard": "raise"}
            finally:
                server.stop()
        assert send_command(folder, {"command": "raise"}) is None
