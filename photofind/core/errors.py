"""Errors whose text is a sentence for the user: what happened and what to do."""


class PhotofindError(Exception):
    """Base of all errors that are shown as they are."""


class UnreadablePicture(PhotofindError):
    """A file that gives no picture; the text says why. Costs this file only."""


class EncoderUnavailable(PhotofindError):
    """An encoder that cannot be loaded or installed."""


class StoreFailed(PhotofindError):
    """A store that cannot be opened, read or written."""


class NoRoom(StoreFailed):
    """The disk is full; work pauses and nothing is torn."""


class LibraryInUse(PhotofindError):
    """Another program holds the library and cannot be reached."""


class WrongUsage(PhotofindError):
    """A request that makes no sense as given."""
