"""One spelling for what is written three ways: ``ledger/script.py``, which the guard reads with as well."""

from ledger.script import fold

__all__ = ["fold"]
