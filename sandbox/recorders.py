"""Recorders of AWS Config that an account has already, in the regions that its seed names."""

from collections.abc import Iterable

from moto.config.models import config_backends

NAME = "default"
"""As the console names it. An account has one recorder a region.
https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html"""

SERVICE = "config.amazonaws.com"
ROLE = f"role/aws-service-role/{SERVICE}/AWSServiceRoleForConfig"
"""https://docs.aws.amazon.com/config/latest/developerguide/using-service-linked-roles.html"""


def plant_recorders(account_id: str, partition: str, regions: Iterable[str]) -> None:
    """A recorder of everything, running, in each region that has none yet."""
    for region in regions:
        config = config_backends[account_id][region]
        if config.recorders:
            continue
        config.put_configuration_recorder({"name": NAME, "roleARN": f"arn:{partition}:iam::{account_id}:{ROLE}"})
        config.put_delivery_channel({"name": NAME, "s3BucketName": f"config-records-{account_id}"})
        config.start_configuration_recorder(NAME)
