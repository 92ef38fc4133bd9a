"""Where the parts of the window are."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget


def arranged(
    parent: QWidget, *, top: QWidget, left: QWidget, above: Sequence[QWidget], middle: QWidget, bottom: QWidget
) -> QWidget:
    """One widget with all of them, edge to edge: ``above`` shares its column with ``middle``, which takes the room."""
    central = QWidget(parent)
    column, body, grid_column = QVBoxLayout(central), QHBoxLayout(), QVBoxLayout()
    layouts: tuple[QLayout, ...] = (column, body, grid_column)
    for layout in layouts:
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
    for widget in above:
        grid_column.addWidget(widget)
    grid_column.addWidget(middle, 1)
    body.addWidget(left)
    body.addLayout(grid_column, 1)
    column.addWidget(top)
    column.addLayout(body, 1)
    column.addWidget(bottom)
    return central
