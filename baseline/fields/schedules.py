"""Schedules as AWS writes them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from baseline.fields.limits import Text


def _field(value: str, special: str = "") -> str:
    """The pattern of a field: values, ranges and steps in a list."""
    item = rf"(?:(?:\*|{value}(?:-{value})?)(?:/[0-9]+)?{special})"
    return f"{item}(?:,{item})*"


_MINUTE = "[0-5]?[0-9]"
_HOUR = _field("(?:[01]?[0-9]|2[0-3])")
_DATE = _field("(?:0?[1-9]|[12][0-9]|3[01])", "|LW?|[0-9]{1,2}W")
_MONTH = _field("(?:0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)")
_WEEKDAY = _field("(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)", "|[1-7]?L|[1-7]#[1-5]")
_YEAR = _field("(?:19[7-9]|2[01][0-9])[0-9]")
_ONE_QUESTION_MARK = r"(?=[^?]*\?[^?]*$)"

BACKUP_SCHEDULE = Text(
    rf"{_ONE_QUESTION_MARK}cron\({_MINUTE} {_HOUR} (?:\?|{_DATE}) {_MONTH} (?:\?|{_WEEKDAY}) {_YEAR}\)",
    "a cron expression of AWS like cron(0 5 ? * * *): one minute, hours, days of the month, months, days of the week, "
    "years, and `?` for one of the two days",
)
"""In UTC, and with one minute, since AWS Backup runs a plan at most hourly:
https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html"""
