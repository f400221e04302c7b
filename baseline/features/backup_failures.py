"""Who is told when a job of AWS Backup fails: a rule of EventBridge, and an encrypted topic with emails.

https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from baseline import names
from baseline.features.feature import Resource, Site
from baseline.features.topics import Topic

JOBS = ("Backup Job State Change", "Copy Job State Change", "Restore Job State Change")
FAILED = ("ABORTED", "EXPIRED", "FAILED", "PARTIAL")


@dataclass(frozen=True, slots=True)
class BackupFailures:
    """The rule of one region and its topic: every job of AWS Backup there, of our plan or of another."""

    site: Site
    emails: tuple[str, ...]

    @property
    def address(self) -> str:
        """Of everything that belongs to it."""
        return names.address("backup_failures", self.site.region)

    @property
    def name(self) -> str:
        """Of the rule and of the topic."""
        return f"{self.site.namespace}-backup-failures"

    @property
    def topic(self) -> Topic:
        return Topic(
            self.site,
            address=self.address,
            name=self.name,
            publishers=("events",),
            endpoints=tuple(("email", email) for email in self.emails),
        )

    @property
    def pattern(self) -> str:
        """Jobs tell their end as their state, but those that restore as their status."""
        ends = [{"state": list(FAILED)}, {"status": list(FAILED)}]
        return json.dumps({"source": ["aws.backup"], "detail-type": list(JOBS), "detail": {"$or": ends}})

    def resources(self) -> Iterator[Resource]:
        yield from self.topic.resources()
        yield Resource("aws_cloudwatch_event_rule", self.address, "destroy", called=self.name)
        yield Resource("aws_cloudwatch_event_target", self.address, "destroy")
