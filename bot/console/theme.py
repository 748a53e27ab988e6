"""The visual language: one stylesheet of ours, calm, the same on every page."""

from pathlib import Path

from nicegui import ui

STYLE = Path(__file__).with_name("theme.css")
PRIMARY, NEGATIVE, POSITIVE, WARNING = "#28635d", "#a8281e", "#2c6e49", "#8a5a00"
# For charts, told apart by lightness too.
SERIES = ("#28635d", "#c98b2b", "#7a4e8a", "#a8281e", "#4f7cac", "#8a9a5b", "#b5651d", "#5c6670", "#d4a5a5")


def dress() -> None:
    """Put the colours and the stylesheet on this page."""
    ui.colors(primary=PRIMARY, negative=NEGATIVE, positive=POSITIVE, warning=WARNING)
    ui.add_css(STYLE.read_text("utf-8"))
