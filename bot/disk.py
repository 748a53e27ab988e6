"""How much room is left for what the desk writes: on the disk of its data folder."""

import shutil

from bot.settings import Settings

MB = 1_000_000


def nearly_full(settings: Settings) -> bool:
    """Whether less is left than `QINGTING_DISK_RESERVE`. A folder that is not there yet is not full."""
    try:
        return shutil.disk_usage(settings.home).free < settings.disk_reserve * MB
    except FileNotFoundError:
        return False
