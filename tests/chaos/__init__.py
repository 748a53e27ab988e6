"""Chaos: the whole desk under load while its parts are killed, stopped and cut off; then an audit.

``plan`` draws everything that will happen from a seed, ``installation`` is the processes with a ``link`` on
every way between them, ``havoc`` brings the faults about, ``crowd`` is customers and staff, ``witness`` has
the database write down what a row forgets, ``audit`` proves the promises (docs/reliability.md).
"""
