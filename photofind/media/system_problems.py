"""Why the system would not give a file's content: the reasons that pass without a change to the file itself."""

import os

NO_RIGHTS = "The file may not be read: its permissions forbid it."
_DISK_TROUBLE = "The file could not be read ({}); check the disk or the connection."


def disk_trouble(reason: str) -> str:
    """The sentence for an error of the system; ``reason`` is its own word for it."""
    return _DISK_TROUBLE.format(reason)


def may_have_passed(sentence: str, path: str) -> bool:
    """Whether a file that could not be read for this reason may be readable now. Looks at the file's rights at most."""
    if sentence == NO_RIGHTS:
        return os.access(path, os.R_OK)
    before, after = _DISK_TROUBLE.split("{}")
    return sentence.startswith(before) and sentence.endswith(after)
