"""The opening hours of a week as one says them: ``周一至周五 09:00–18:00、周六 09:00–17:00``."""

from collections.abc import Sequence
from itertools import groupby

from babel.dates import get_day_names

from actions import wording
from ledger.calendars import WEEKDAYS, Calendar, Span
from ledger.vocabulary import Language


def spoken(hours: Calendar, language: Language) -> str:
    """The week's hours, days with the same ones together; the next working day where there are none."""
    open_on = [(day, hours.week.get(name, ())) for day, name in enumerate(WEEKDAYS)]
    alike = [(spans, [day for day, _ in days]) for spans, days in groupby(open_on, key=lambda each: each[1])]
    told = [_told(days, spans, language) for spans, days in alike if spans]
    return wording.joined(told, language) if told else str(wording.words("no_opening", language))


def _told(days: Sequence[int], spans: Sequence[Span], language: Language) -> str:
    times = wording.joined([f"{span.opens:%H:%M}–{span.closing}" for span in spans], language)
    return f"{_named(days, language)} {times}"


def _named(days: Sequence[int], language: Language) -> str:
    names = get_day_names("abbreviated", locale=wording.LOCALES[language])
    first, last = names[days[0]], names[days[-1]]
    if first == last:
        return str(first)
    return str(wording.words("run_of_days", language)).format(first=first, last=last)
