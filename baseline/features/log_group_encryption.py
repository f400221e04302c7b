"""Log groups that somebody else made: a rule of AWS Config finds those without a key, a runbook encrypts them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from baseline import names
from baseline.features.feature import (
    Context,
    Feature,
    FeatureInAccount,
    FeatureSettings,
    KeyUse,
    Part,
    Problem,
    Resource,
    Site,
    Thing,
)
from baseline.features.log_groups import association, encryption
from baseline.features.recorder import Recorder
from baseline.features.remediation import Remediation, exists_in
from baseline.features.runbook import LONGEST, RESERVED_PREFIXES, encrypting_runbook
from baseline.fields import limits

NAME = "log_group_encryption"
IDENTIFIER = "CLOUDWATCH_LOG_GROUP_ENCRYPTED"
"""https://docs.aws.amazon.com/config/latest/developerguide/cloudwatch-log-group-encrypted.html"""
CONTROL_TOWER = "*aws-controltower*"
"""AWS Control Tower's log groups, as its own mandatory control names them: `aws-controltower/CloudTrailLogs` and
`/aws/lambda/aws-controltower-NotificationForwarder`.
https://docs.aws.amazon.com/controltower/latest/controlreference/mandatory-controls.html"""
FREQUENCIES = {1: "One_Hour", 3: "Three_Hours", 6: "Six_Hours", 12: "Twelve_Hours", 24: "TwentyFour_Hours"}


class LogGroupEncryptionSettings(FeatureSettings):
    """How log groups are looked at, and what is done with those without a key."""

    remediation: Literal["manual", "automatic", "off"] = Field(
        "manual",
        description="Whether log groups without a key get the logs key when somebody asks for it (`manual`), "
        "by themselves (`automatic`), or not at all (`off`).",
    )
    recorder: Literal["existing", "managed", "complete"] = Field(
        "existing",
        description="`existing`: AWS Config has a recorder already; `managed`: one is made for the rule, and not "
        "started; `complete`: one is made that records everything with AWS's own role, as Security Hub asks.",
    )
    recorder_bucket: Annotated[str, limits.BUCKET] | None = Field(
        None,
        description="An existing bucket for what a recorder of ours delivers; when not said, one is made in each region.",
    )
    recorder_s3_key: bool = Field(
        False,
        description="Whether what a recorder of ours delivers is under the `s3` key of the region, in the bucket that is "
        "made for it. The key must be on, with `config` among its services.",
    )
    exclude: list[Annotated[str, limits.LOG_GROUP_PATTERN]] = Field(
        default_factory=lambda: [CONTROL_TOWER],
        description="Log groups that are left as they are; by default those of AWS Control Tower. "
        "The rule lists them all the same.",
    )
    replace_other_keys: bool = Field(
        False, description="Whether a log group with another key is a finding too, and gets the logs key."
    )
    evaluate_every_hours: Annotated[int, limits.EVALUATION_HOURS] = Field(
        24, description="Hours between two looks at all log groups."
    )
    maximum_automatic_attempts: Annotated[int, limits.REMEDIATION_ATTEMPTS] = Field(
        5, description="How often an automatic remediation is tried before AWS Config gives a log group up."
    )
    retry_attempt_seconds: Annotated[int, limits.REMEDIATION_SECONDS] = Field(
        600, description="Seconds within which these attempts are counted."
    )


@dataclass(frozen=True, kw_only=True)
class LogGroupEncryption(Part):
    """The rule of one region, and what remediates it."""

    name: str
    """Of its Terraform resources."""
    key: str
    rule: str
    frequency: str
    demands_key: bool
    """Whether only the logs key complies, not any key."""
    exclude: tuple[str, ...]
    """Patterns of the log groups that are left as they are."""
    remediation: Remediation | None
    recorder: Recorder | None

    def input_parameters(self, key_arn: str) -> str | None:
        """The rule's parameters, in JSON; None: it has none."""
        return json.dumps({"KmsKeyId": key_arn}) if self.demands_key else None

    def resources(self) -> Iterator[Resource]:
        yield Resource("aws_config_config_rule", self.name, "destroy", called=self.rule)
        if self.remediation:
            yield from self.remediation.resources()
        if self.recorder:
            yield from self.recorder.resources()

    def left_alone(self) -> frozenset[str] | None:
        return frozenset(self.exclude) if self.remediation and self.remediation.automatic else None

    def things(self) -> Iterator[Thing]:
        yield Thing("rule", self.rule)
        if self.recorder:
            yield Thing("recorder", self.recorder.name, runs=self.recorder.is_complete)
            if self.recorder.key:
                yield Thing("bucket", self.recorder.bucket.name, self.recorder.key)

    def uses(self) -> Iterator[KeyUse]:
        if self.remediation or self.demands_key:
            yield encryption(self.site, "any", "any log group of the account")
        if self.remediation:
            what = f"the runbook `{self.remediation.document}` associates the key with log groups"
            yield association(self.site, self.remediation.role, what)
        if self.recorder:
            yield from self.recorder.uses()


def _build(settings: LogGroupEncryptionSettings, site: Site) -> LogGroupEncryption:
    remediated = settings.remediation != "off" and exists_in(site.region)
    return LogGroupEncryption(
        site=site,
        name=names.address(NAME, site.region),
        key=site.key("logs"),
        rule=f"{site.namespace}-log-group-encryption",
        frequency=FREQUENCIES[settings.evaluate_every_hours],
        demands_key=settings.replace_other_keys,
        exclude=tuple(settings.exclude),
        remediation=_remediation(settings, site) if remediated else None,
        recorder=_recorder(settings, site) if settings.recorder != "existing" else None,
    )


def _recorder(settings: LogGroupEncryptionSettings, site: Site) -> Recorder:
    return Recorder(
        site,
        is_complete=settings.recorder == "complete",
        existing_bucket=settings.recorder_bucket,
        key=site.key("s3") if settings.recorder_s3_key else None,
    )


def _remediation(settings: LogGroupEncryptionSettings, site: Site) -> Remediation:
    return Remediation(
        site=site,
        address=names.address(NAME, site.region),
        content=encrypting_runbook(tuple(settings.exclude)),
        replace_other_keys=settings.replace_other_keys,
        automatic=settings.remediation == "automatic",
        attempts=settings.maximum_automatic_attempts,
        retry_seconds=settings.retry_attempt_seconds,
    )


def _problems(uses: Sequence[FeatureInAccount[LogGroupEncryptionSettings]], context: Context) -> Iterable[Problem]:
    for i, use in enumerate(uses):
        if use.settings.recorder_bucket and use.settings.recorder == "existing":
            problem = f"`{use.settings.recorder_bucket}` is for a recorder of ours, and `recorder` is `existing`"
            yield Problem(i, "recorder_bucket", problem, "leave it out, or write `recorder: managed`")
        if use.settings.recorder_s3_key and (use.settings.recorder_bucket or use.settings.recorder == "existing"):
            problem = "no bucket is made that could be under the key"
            yield Problem(
                i, "recorder_s3_key", problem, "leave it out, or have a recorder of ours with a bucket of its own"
            )
        if use.settings.remediation == "off":
            continue
        length = len(encrypting_runbook(tuple(use.settings.exclude)))
        if length > LONGEST:
            problem = f"with these {len(use.settings.exclude)} patterns the runbook has {length} bytes"
            yield Problem(i, "exclude", problem, f"AWS takes {LONGEST}: say more with fewer patterns")
        if context.namespace.startswith(RESERVED_PREFIXES):
            problem = f"AWS refuses a runbook whose name starts with the namespace `{context.namespace}`"
            yield Problem(i, "", problem, "set `remediation: off`, or choose another namespace before the first synth")


_RECORDERS = {
    "existing": "needs a recorder of AWS Config in {places}; `recorder: managed` makes one",
    "managed": "makes a recorder of AWS Config in {places} and does not start it; AWS refuses a second recorder in a "
    "region, and Security Hub's Config.1 fails without one that records everything (`recorder: complete`)",
    "complete": "records every kind of resource in {places}, by the role AWSServiceRoleForConfig, which must be there; "
    "AWS Config bills each change and refuses a second recorder in a region",
}


def _remarks(uses: Sequence[FeatureInAccount[LogGroupEncryptionSettings]]) -> Iterable[str]:
    """What must be there already, what is left out, and what is changed that others made."""
    for recorder, remark in _RECORDERS.items():
        for regions, accounts in _by_regions([use for use in uses if use.settings.recorder == recorder]):
            yield f"{NAME} {remark.format(places=f'{regions} of {accounts}')}"
    remediated = [use for use in uses if use.settings.remediation != "off"]
    for regions, accounts in _by_regions(remediated, without_remediation=True):
        yield f"{NAME} creates the rule alone in {regions} of {accounts}: AWS Config remediates nothing there"
    automatic = [use.account for use in remediated if use.settings.remediation == "automatic"]
    if automatic:
        yield (
            f"{NAME} changes log groups that others made, by itself, in {', '.join(automatic)}: begin with "
            "`remediation: manual` and look at what the rule finds"
        )
    replacing = [use.account for use in remediated if use.settings.replace_other_keys]
    if replacing:
        yield (
            f"{NAME} takes log groups away from other keys in {', '.join(replacing)}: what they hold already stays "
            "encrypted with the other key, which must be kept"
        )


def _by_regions(
    uses: Sequence[FeatureInAccount[LogGroupEncryptionSettings]], *, without_remediation: bool = False
) -> Iterator[tuple[str, str]]:
    """The regions of the uses, or those of them without remediation, each with the accounts that have the same."""
    accounts: dict[tuple[str, ...], list[str]] = {}
    for use in uses:
        regions = tuple(r for r in use.regions if not (without_remediation and exists_in(r)))
        if regions:
            accounts.setdefault(regions, []).append(use.account)
    return ((", ".join(regions), ", ".join(names)) for regions, names in accounts.items())


LOG_GROUP_ENCRYPTION = Feature(
    name=NAME,
    title="Encryption of log groups that others made",
    place="every region",
    settings=LogGroupEncryptionSettings,
    build=_build,
    problems=_problems,
    remarks=_remarks,
)
