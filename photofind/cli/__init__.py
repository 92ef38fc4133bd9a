"""The command line: the same library, for scripts, servers and tests."""

from photofind.cli.main import main

__all__ = ["main"]
