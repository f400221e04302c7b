"""The report as text: one value in four forms."""

import base64
import csv
import hashlib
import io
import json
from typing import Any, Literal

from baseline.report.controls import AS_OF, STANDARDS
from baseline.report.key_facts import ACCOUNT, REGION, KeyFacts, PolicyFacts
from baseline.report.value import Report, plain
from baseline.words import count
from operations.templates import FOLDER, rendered

Form = Literal["html", "md", "csv", "json"]
KIND = "kms-baseline report"
"""Stands in the beginning of every report but the table, which begins with its own head."""
SIGNS = {"fails": " ✕", "differs": " ≠", "unread": " ?", "waived": " !", "disabled": " ‖", "fine": "", "none": ""}
"""What is beside a number of keys, so that nothing is said by a colour alone."""
WORDS = {
    "fails": "a property does not hold",
    "differs": "AWS has it otherwise",
    "unread": "AWS could not be read",
    "waived": "something is waived",
    "disabled": "kept disabled",
    "fine": "fine",
}
_HEAD = (
    *("account", "account_id", "region", "purpose", "alias", "state", "standing", "rotation_period_days"),
    *("deletion_window_days", "administrators", "users", "services", "can_administer", "can_use", "can_grant"),
    *("can_delete", "used_by", "not_holding", "key_id", "state_in_aws", "stack", "address"),
)
BEGINNING = 1000
"""Bytes of a file within which a report says that it is one."""


def text_of(report: Report, form: Form) -> str:
    """The report in one of its forms."""
    return {"html": _html, "md": _markdown, "csv": _csv, "json": _json}[form](report)


def is_report(text: str) -> bool:
    """Whether a text is an earlier report, in whatever form."""
    return KIND in text[:BEGINNING] or text.startswith(",".join(_HEAD))


def as_data(report: Report) -> dict[str, Any]:
    """What programs read, and the page itself."""
    return {"kind": KIND, "version": 1, **plain(report)}


def _json(report: Report) -> str:
    return json.dumps(as_data(report), indent=1, ensure_ascii=False) + "\n"


def _csv(report: Report) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    writer.writerows(_row(report, key) for key in report.keys)
    return text.getvalue()


def _row(report: Report, key: KeyFacts) -> tuple[str | int, ...]:
    policy = report.policies[key.policy]
    words = [own(in_words(policy, asked), key) for asked in ("administer", "use", "grant", "delete")]
    failing = (f"{v.property} ({v.verdict})" for v in report.proofs[key.proofs] if v.verdict != "holds")
    return (
        *(key.account, key.account_id, key.region, key.purpose, key.alias, key.state, key.standing),
        "" if key.rotation_period_days is None else key.rotation_period_days,
        key.deletion_window_days,
        *(own(" ".join(names), key) for names in (policy.administrators, policy.users, policy.services)),
        *words,
        own("; ".join(report.uses[key.uses]), key),
        "; ".join(failing),
        *((key.aws.key_id, key.aws.state) if key.aws else ("", "")),
        *(key.stack, key.address),
    )


def in_words(policy: PolicyFacts, asked: str) -> str:
    """Who can do it, in a sentence or two."""
    if policy.undecided:
        return f"Not decided: {policy.undecided}"
    ways = [f"{way.how}: {', '.join(way.who)}." for way in policy.who_can[asked]]
    return " ".join([*ways, "Nobody else."]) if ways else "Nobody."


def own(text: str, key: KeyFacts) -> str:
    """A text about all keys that are alike, of this one."""
    return text.replace(ACCOUNT, key.account_id).replace(REGION, key.region)


def _markdown(report: Report) -> str:
    return rendered("report.md.j2", filters={"cell": _cell}, in_words=in_words, **_shown(report))


def _shown(report: Report) -> dict[str, Any]:
    """What both forms for people need beside the report."""
    return {
        "report": report,
        "kind": KIND,
        "rows": _rows(report),
        "signs": SIGNS,
        "words": WORDS,
        "standings": {place.standing for place in report.places},
        "titles": _titles(report),
        "standards": STANDARDS,
        "as_of": AS_OF,
    }


def _titles(report: Report) -> list[str]:
    """For each policy the keys that it is of."""
    keys: dict[int, list[KeyFacts]] = {}
    for key in report.keys:
        keys.setdefault(key.policy, []).append(key)
    return [
        f"{', '.join(dict.fromkeys(key.purpose for key in keys[number]))}, {count(len(keys[number]), 'key')}"
        for number in range(len(report.policies))
    ]


def _cell(text: object) -> str:
    """A text within a table or a line of Markdown, where none of it is markup."""
    plain_text = " ".join(str(text).split())
    for mark in "\\`*_|<>[]&#":
        plain_text = plain_text.replace(mark, f"\\{mark}" if mark not in "<>&" else _ENTITIES[mark])
    return plain_text


_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def _rows(report: Report) -> list[tuple[str, list[Any]]]:
    """The places by account, each with those of all regions."""
    width = len(report.regions)
    return [
        (report.places[start].account, list(report.places[start : start + width]))
        for start in range(0, len(report.places), width)
    ]


def _html(report: Report) -> str:
    style, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return rendered(
        "report.html.j2",
        autoescape=True,
        filters={"coded": _coded, "number": "{:,}".format},
        data=in_script(json.dumps(as_data(report), ensure_ascii=False, separators=(",", ":"))),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        **_shown(report),
    )


def _coded(text: str) -> str:
    """HTML of a text, what is between backticks as code."""
    from markupsafe import Markup, escape  # with jinja2, which few commands load

    parts = [escape(part) for part in text.split("`")]
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts))


def in_script(data: str) -> str:
    """JSON that no HTML parser takes for the end of its element, and no JavaScript one for the end of a line."""
    for character in "<>&\u2028\u2029":
        data = data.replace(character, f"\\u{ord(character):04x}")
    return data


def _hash(text: str) -> str:
    """By which the page's own policy knows what it may run. https://www.w3.org/TR/CSP3/#grammardef-hash-source"""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
