import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.errors import UsageError
from lineage.store.dates import format_date, parse_date

days = st.dates(dt.date(1000, 1, 1))


@given(days, st.sampled_from([4, 7, 10]))
def test_a_date_is_written_as_it_was_given(day: dt.date, length: int) -> None:
    text = day.isoformat()[:length]
    first, last = parse_date(text)
    assert first <= day <= last
    assert format_date((first, last)) == text


@pytest.mark.parametrize("text", ["", "2024-13", "2023-02-29", "24-01-01", "yesterday", "2024-1", "2024/01/01", "0000"])
def test_what_is_no_date_is_refused_with_the_forms_to_use(text: str) -> None:
    with pytest.raises(UsageError, match="YYYY-MM-DD, or YYYY-MM or YYYY"):
        parse_date(text)
