"""photofind: find any photo on your own machine from a sentence or from another picture."""

__version__ = "0.1.0"
