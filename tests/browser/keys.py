"""A page used by its keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def tab_to(page: Page, selector: str, *, backwards: bool = False, most: int = 60) -> int:
    """Presses Tab until what matches has the focus; gives how often that was."""
    for pressed in range(most):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return pressed
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
    raise AssertionError(f"{selector} is not reached with {most} presses of Tab")
