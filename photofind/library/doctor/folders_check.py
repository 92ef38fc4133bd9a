"""The watched folders: can they be reached?"""

import os
import threading
from collections.abc import Iterator

from photofind.library.doctor.ward import Diagnosis, Ward, broken, fine, note

_PATIENCE_S = 5.0


def check(ward: Ward) -> Iterator[Diagnosis]:
    with ward.reader() as reader:
        states = reader.folder_states()
    if not states:
        yield note(
            "folders", "no-folders", "No folder is watched.", "There are no photos to find.", "photofind folders add FOLDER"
        )
        return
    reached = 0
    for state in states:
        answer = look_into(state.path)
        if answer == "":
            reached += 1
        elif answer == "forbidden":
            yield broken(
                "folders",
                f"folder-forbidden:{state.path}",
                f"You may not look into the watched folder {state.path}.",
                f"Its {state.photos:,} photos stay in the library, and new ones are not noticed.",
                "Give yourself the right to read it.",
            )
        else:
            yield note(
                "folders",
                f"folder-away:{state.path}",
                f"The watched folder {state.path} cannot be reached now"
                + (" (it does not answer)." if answer == "silent" else "."),
                f"Its {state.photos:,} photos stay in the library, with tags and thumbnails, and can still be found.",
                "Connect its drive; or, if it is gone for good: photofind folders remove FOLDER",
            )
    if reached:
        yield fine("folders", f"{reached:,} of {len(states):,} watched folders can be reached.")


def look_into(folder: str) -> str:
    """"" where the folder can be listed, else "away", "forbidden", or "silent": a network drive may hang for minutes."""
    answers: list[str] = []

    def look() -> None:
        try:
            with os.scandir(folder) as entries:
                next(entries, None)
            answers.append("")
        except PermissionError:
            answers.append("forbidden")
        except OSError:
            answers.append("away")

    thread = threading.Thread(target=look, name="look at a folder", daemon=True)
    thread.start()
    thread.join(_PATIENCE_S)
    return answers[0] if answers else "silent"
