"""Why a notice did not get through; the message stands in the console and bears no secret.

NoticeError
└── Hopeless    it will not get through later either
"""


class NoticeError(Exception):
    """The notice did not get through this time."""


class Hopeless(NoticeError):  # noqa: N818
    """The notice will not get through later either."""
