"""Arrangements of photos for hypothesis."""

from hypothesis import strategies as st

from photofind.gui.geometry import EvenGrid
from photofind.gui.sectioned_grid import SectionedGrid, SectionSize

even_grids = st.builds(
    EvenGrid,
    count=st.integers(1, 3_000_000),
    width_px=st.integers(80, 8_000),
    wanted_px=st.integers(40, 600),
    gap_px=st.integers(0, 12),
)
sizes = st.builds(SectionSize, heading_px=st.integers(1, 60), count=st.one_of(st.integers(0, 40), st.integers(0, 400_000)))
sectioned_grids = st.builds(
    SectionedGrid,
    sections=st.lists(sizes, min_size=1, max_size=6),
    width_px=st.integers(80, 8_000),
    wanted_px=st.integers(40, 600),
    gap_px=st.integers(0, 12),
)
filled_sections = sectioned_grids.filter(lambda grid: grid.count > 0)
