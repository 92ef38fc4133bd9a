"""What the user is told about folders that the system does not simply watch."""

from collections.abc import Callable

Told = Callable[[str, str], None]
"""Called with a folder and a sentence about it."""


def is_limited(folder: str, polling_s: float) -> str:
    return (
        f"The system watches no more folders for you, so {folder} is only looked through every {polling_s:g} seconds. "
        "To change that, run “sudo sysctl fs.inotify.max_user_watches=1048576 fs.inotify.max_user_instances=1024”; "
        "photofind notices it within minutes."
    )


def is_refused(folder: str, polling_s: float) -> str:
    return f"The system cannot watch {folder}, so it is only looked through every {polling_s:g} seconds."


def keeps_failing(folder: str, polling_s: float) -> str:
    return (
        f"Watching {folder} failed again and again, so it is only looked through every {polling_s:g} seconds for now. "
        "The log says why."
    )


def is_remote(folder: str, kind: str, network_s: float) -> str:
    every = f"{network_s / 60:g} minutes" if network_s >= 120 else f"{network_s:g} seconds"
    return (
        f"{folder} is on a network drive ({kind}). The system does not tell what others change there, so it is also looked"
        f" through every {every}."
    )


def is_back(folder: str) -> str:
    return f"Changes in {folder} are noticed at once again."
