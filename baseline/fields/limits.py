"""Limits of single values, each used by the check, its message, the schema and the documentation."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True)
class Between:
    """A whole number between two limits, both included; `unit` is what it counts."""

    low: int
    high: int
    unit: str

    def check(self, value: int) -> int:
        if not self.low <= value <= self.high:
            raise ValueError(f"must be {self.low} to {self.high} {self.unit}, got `{value}`")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Text:
    """A text that matches a pattern as a whole; `meaning` completes the sentence "must be"."""

    pattern: str
    meaning: str

    def check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"must be {self.meaning}, got `{value}`")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        # JSON Schema's patterns are searched for, not matched as a whole.
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text that is one of a registry's names; `meaning` says what of, as in "a publisher"."""

    names: tuple[str, ...]
    meaning: str
    instead: tuple[tuple[str, str], ...] = ()
    """Names that people look for here in vain, each with what to do instead."""

    def check(self, value: str) -> str:
        if value not in self.names:
            close = nearest(value, self.names) or f"{self.meaning} is {listing(self.names)}"
            advice = dict(self.instead).get(value, close)
            raise ValueError(f"`{value}` is not {self.meaning}", advice)
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "enum": list(self.names)}


@dataclass(frozen=True, slots=True)
class OneOfOrOwn(OneOf):
    """The same, or a name that the owner gave, which has this pattern."""

    pattern: str = ""
    own: str = ""
    """How the owner's are written."""

    def check(self, value: str) -> str:
        if re.fullmatch(self.pattern, value) or value in self.names:
            return value
        close = nearest(value, self.names) or f"{self.meaning} is {listing(self.names)}; {self.own}"
        raise ValueError(f"`{value}` is not {self.meaning}", close)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "anyOf": [{"enum": list(self.names)}, {"pattern": f"^(?:{self.pattern})$"}]}


@dataclass(frozen=True, slots=True)
class OneOfNumbers:
    """A whole number that is one of those that AWS offers; `unit` is what it counts."""

    numbers: tuple[int, ...]
    unit: str

    def check(self, value: int) -> int:
        if value not in self.numbers:
            near = min(self.numbers, key=lambda number: abs(number - value))
            every = ", ".join(map(str, self.numbers))
            raise ValueError(f"must be {every} {self.unit}, got `{value}`", f"the nearest is {near}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "enum": list(self.numbers)}


ROTATION_PERIOD = Between(90, 2560, "days")
"""https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html"""
DELETION_WINDOW = Between(7, 30, "days")
"""https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html"""
COLD_STORAGE = Between(0, 36500, "days")
"""0: never; a hundred years is our own bound."""
RETENTION = Between(1, 36500, "days")
"""Of backups and log files; a hundred years is our own bound."""
RECENT_USE = Between(0, 3650, "days")
"""0 switches the protection off; ten years is our own bound."""
ACCOUNT_ID = Text(r"[0-9]{12}", "an account ID of 12 digits in quotes")
ACCOUNT_NAME = Text(r"[a-z0-9][a-z0-9-]{0,49}", "lower-case letters, digits and hyphens, at most 50")
NAMESPACE = Text(
    r"(?!aws|ssm|xn--|sthree-|amzn-s3-demo-)[a-z][a-z0-9-]{1,20}",
    "a lower-case letter, then lower-case letters, digits or hyphens, 2 to 21 in all, not starting with aws, ssm, xn--, "
    "sthree- or amzn-s3-demo-",
)
"""The alias prefix `alias/aws/` is AWS's, and so are parameters whose name starts with aws or ssm:
https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html
Our buckets begin with the namespace: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
ORGANIZATION_ID = Text(r"o-[a-z0-9]{10,32}", "an organization ID like o-a1b2c3d4e5")
TAG_KEY = Text(
    r"(?![Aa][Ww][Ss]:)[\w .:/=+@-]{1,128}", "1 to 128 letters, digits, spaces or _.:/=+-@, not starting with aws:"
)
TAG_VALUE = Text(r"[\w .:/=+@-]{0,256}", "at most 256 letters, digits, spaces or _.:/=+-@")
"""https://docs.aws.amazon.com/kms/latest/APIReference/API_Tag.html"""
TAG_PATTERN = Text(
    r"[\w .:/=+@*-]{1,256}", "1 to 256 letters, digits, spaces or _.:/=+-@, with `*` for any text among them"
)
UNIT_PATTERN = Text(
    r"/(?:[^/]+(?:/[^/]+)*)?", "a path of organizational units, such as `/Workloads/Prod` or `/Workloads/**`"
)
DEPLOYMENT_ROLE = Text(
    r"(?:arn:[a-z-]+:iam::[0-9]{12}:role/)?[A-Za-z0-9_+=,.@/-]{1,512}",
    "a role's name (with its path, if it has one) or its full ARN",
)
DEPLOYER = Text(
    r"root|(?:arn:[a-z-]+:iam::[0-9]{12}:)?(?:role|user)/[A-Za-z0-9_+=,.@/-]{1,512}",
    "`role/NAME`, `user/NAME`, the full ARN of one, or `root`",
)
ROLE_ARN = Text(r"arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}", "the full ARN of a role")
KEY_ARN = Text(r"arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,64}", "the full ARN of a KMS key")
EXTERNAL_ID = Text(r"[A-Za-z0-9_+=,.@:/-]{2,1224}", "2 to 1224 letters, digits or +=,.@:/-")
SESSION_NAME = Text(r"[A-Za-z0-9_+=,.@-]{2,64}", "2 to 64 letters, digits or +=,.@-")
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
TITLE = Text(r"[A-Za-z0-9][A-Za-z0-9 .,:/+@()&-]{0,99}", "1 to 100 letters, digits, spaces or .,:/+@()&-")
"""It stands in the key's description."""
REASON = Text(r"[^\n]*\S[^\n]*", "a sentence on one line")
BUCKET = Text(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a bucket's name")
PREFIX = Text(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,200}", "letters, digits, dots, hyphens, underscores or slashes")
LOG_GROUP_NAME = Text(r"(?!aws/)[A-Za-z0-9_/.#-]{1,512}", "1 to 512 letters, digits or _/.#-, not starting with aws/")
LOG_RETENTION = OneOfNumbers(
    (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653), "days"
)
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
LOG_GROUP_PATTERN = Text(
    r"\*?[A-Za-z0-9_/.#-]{1,512}\*?", "a log group's name, with `*` at the beginning, at the end or both, nowhere else"
)
"""What `aws:branch` can compare: equal, starts with, ends with, contains.
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html"""
EVALUATION_HOURS = OneOfNumbers((1, 3, 6, 12, 24), "hours")
"""https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html (MaximumExecutionFrequency)"""
REMEDIATION_ATTEMPTS = Between(1, 25, "attempts")
REMEDIATION_SECONDS = Between(1, 2_678_000, "seconds")
"""https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationConfiguration.html"""
TOPIC_NAME = Text(r"[A-Za-z0-9_-]{1,256}", "1 to 256 letters, digits, hyphens or underscores")
"""https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html (without the names of FIFO topics)"""
EMAIL = Text(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+",
    "an email address like finops@example.com",
)
HTTPS_URL = Text(r"https://[A-Za-z0-9][!-~]{0,1023}", "an address that begins with https://")
QUEUE_ARN = Text(
    r"arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}", "the full ARN of an SQS queue that is not FIFO"
)
FUNCTION_ARN = Text(
    r"arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9$_-]{1,128})?",
    "the full ARN of a Lambda function",
)
PERCENTAGE = Between(1, 100, "per cent")
NOT_PUBLISHERS = (
    (
        "config",
        "AWS Config does not support encrypted topics: route compliance changes through EventBridge, "
        "a rule for them and the publisher `events`",
    ),
)
"""https://docs.aws.amazon.com/config/latest/developerguide/sns-topic-policy.html"""
HOSTNAME = Text(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::[0-9]{1,5})?", "a host name")
WORKSPACE_WORD = Text(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,63}", "letters, digits, hyphens or underscores")


def listing(values: Iterable[str]) -> str:
    """Values as people list them: `a`, `b` or `c`."""
    *first, last = [f"`{value}`" for value in values]
    return f"{', '.join(first)} or {last}" if first else last


def nearest(written: str, known: Iterable[str]) -> str:
    """`did you mean ...?` with the nearest known value, or an empty text."""
    close = difflib.get_close_matches(written, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""
