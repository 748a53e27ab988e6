"""How well the model hears: measured on labelled messages, beside Rasa's stock pipeline and two readers.

A file has one JSON object a line with `text`, `lang` and the labels of docs/assistant.md. Labels that are
null are not scored; `unsure_signals` count neither way.
"""
