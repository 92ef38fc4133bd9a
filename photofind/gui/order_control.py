"""How found photos are ordered: the menu behind the small button beside the search bar."""

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from photofind.core.question import Answer, Order
from photofind.gui.icons import IconButton
from photofind.gui.search_controller import SearchController
from photofind.gui.stack_control import StackControl
from photofind.gui.subject import Subject


class OrderControl(QObject):
    """There only while there is a question. What filters alone leave is closest to nothing, and comes by date at first."""

    def __init__(self, search: SearchController, button: IconButton, stacks: StackControl) -> None:
        super().__init__(button)
        self._search, self._button, self._stacks = search, button, stacks
        self._is_ranked = True
        button.hide()
        button.clicked.connect(self._show_menu)
        search.answered.connect(self._answered)
        self._draw()

    def menu(self) -> QMenu:
        menu = QMenu(self._button)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for order in Order:
            if order is Order.RELEVANCE and not self._is_ranked:
                continue
            action = menu.addAction(self._words(order))
            action.setCheckable(True)
            action.setChecked(order is self._order())
            action.setActionGroup(group)
            action.triggered.connect(lambda _checked, order=order: self._choose(order))
        menu.addSeparator()
        self._stacks.add_to(menu)
        return menu

    def _show_menu(self) -> None:
        menu, button = self.menu(), self._button
        menu.popup(button.mapToGlobal(button.rect().bottomRight()) - QPoint(menu.sizeHint().width(), 0))

    def _choose(self, order: Order) -> None:
        self._search.set_order(order)
        self._draw()

    def _answered(self, answer: Answer, _again: bool) -> None:
        self._button.setVisible(not answer.question.is_empty)
        self._is_ranked = not Subject.of(answer.question).is_empty
        self._draw()  # a kept question brings its own

    def _draw(self) -> None:
        order = self._order()
        self._button.show_lit(self._search.order is not Order.RELEVANCE)
        self._button.say(self.tr("Order: {order}").format(order=self._words(order)))

    def _order(self) -> Order:
        return self._search.order if self._is_ranked or self._search.order is not Order.RELEVANCE else Order.DATE

    def _words(self, order: Order) -> str:
        return {
            Order.RELEVANCE: self.tr("Closest first"),
            Order.DATE: self.tr("Newest first"),
            Order.NAME: self.tr("By name"),
            Order.RATING: self.tr("Best rated first"),
        }[order]
