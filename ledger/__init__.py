"""The shared core of the desk: what is recorded, by which rules, and how it is read.

Knows neither web, chat nor Rasa libraries. Inside, services change models and views only read.
"""
