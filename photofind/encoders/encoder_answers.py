"""What the encoder process says, as its parent hears it."""

from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.requests import Answer, RequestQueue


class ProcessDied(Exception):
    """The process ended in the middle of something."""


def await_ready(pipe: Connection, process: SpawnProcess) -> tuple[str, int]:
    """Waits while it loads: the device, and how many pictures are worth being sent in one piece.

    Raises ``EncoderUnavailable`` with its sentence, or ``ProcessDied``, also when somebody kills it.
    """
    wait([pipe, process.sentinel])
    try:
        if not pipe.poll():
            raise ProcessDied
        kind, content = pipe.recv()
    except (EOFError, OSError) as error:
        raise ProcessDied from error
    if kind == "failed":
        raise EncoderUnavailable(content)
    device, most_at_once = content
    return device, most_at_once


def listen(pipe: Connection, process_id: int, queue: RequestQueue) -> None:
    """The life of a thread, one for each process: what it says goes to the queue, at last that it has ended."""
    try:
        while True:
            message = pipe.recv()
            raw = pipe.recv_bytes() if message[0] in ("vectors", "attribution") else b""
            queue.put_answer(Answer(process_id, message, raw))
    except (EOFError, OSError):
        queue.put_answer(Answer(process_id, None))
    finally:
        pipe.close()
