"""The assistant's hands: Rasa custom actions, one topic a file, calling the ledger's services.

What is judged without a database is pure and apart: ``steps`` (what is asked next), ``meanings`` (what an
answer answers), ``feelings`` (what is acknowledged), ``wording`` (names, times and quotes in three scripts).
"""
