"""Why the desk could not start.

StartError
├── PostgresError   the embedded server could not be prepared, started or reached
├── HomeInUseError  another process runs on the same QINGTING_HOME
├── PortInUseError  the public address is taken
├── BackupError     a backup could not be written, read or put back
├── NoDeskError     no desk answers, where one is needed
└── TrainingError   `rasa train` ended with an error
"""


class StartError(Exception):
    """The message is the one line shown to the person who typed the command."""


class PostgresError(StartError):
    """The embedded PostgreSQL could not be prepared, started or reached."""


class HomeInUseError(StartError):
    """Another process runs on the same QINGTING_HOME."""


class PortInUseError(StartError):
    """Another process listens on the address the desk was told to use."""


class TrainingError(StartError):
    """`rasa train` ended with an error; its log says why."""


class BackupError(StartError):
    """A backup could not be written, read or put back."""


class NoDeskError(StartError):
    """No desk answers, where one is needed."""
