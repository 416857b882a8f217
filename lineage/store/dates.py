"""Dates as people know them: a day, a month or a year, kept as the first and the last day they may mean."""

import calendar
import datetime as dt
import re

from lineage.errors import UsageError

_DATE = re.compile(r"\d{4}(-\d\d){0,2}")
Days = tuple[dt.date, dt.date]


def parse_date(text: str) -> Days:
    """Read `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; UsageError for anything else.

    >>> parse_date("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    numbers = [int(part) for part in text.split("-")] if _DATE.fullmatch(text) else [0]
    year, month, day = (*numbers, None, None)[:3]
    last_month = 12 if month is None else month
    try:
        last_day = calendar.monthrange(year or 0, last_month)[1] if day is None else day
        first = dt.date(year or 0, 1 if month is None else month, 1 if day is None else day)
        return first, dt.date(year or 0, last_month, last_day)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a date; write YYYY-MM-DD, or YYYY-MM or YYYY when that is all") from error


def format_date(days: Days) -> str:
    """Write a date as short as it was given.

    >>> format_date(parse_date("2024-02")), format_date(parse_date("2024")), format_date(parse_date("2024-02-03"))
    ('2024-02', '2024', '2024-02-03')
    """
    for length in (4, 7):
        text = days[0].isoformat()[:length]
        if parse_date(text) == days:
            return text
    return days[0].isoformat() if days[0] == days[1] else f"{days[0].isoformat()}/{days[1].isoformat()}"
