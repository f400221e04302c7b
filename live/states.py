"""States in a bucket, read as they are."""

from baseline import names
from baseline.backends import S3Backend
from baseline.inventory import Provider
from live.asking import asking
from live.sessions import Sessions


def state_in_s3(sessions: Sessions, backend: S3Backend, stack: str) -> bytes | None:
    """The state of one stack; None: there is none. Raises WorldError where it may not be read.

    S3 answers NoSuchKey only to who may list the bucket, and AccessDenied to others.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    reader = Provider(
        alias="state",
        region=backend.region,
        account_id=backend.role.split(":")[4] if backend.role else "",
        role=backend.role,
        external_id=None,
        session_name=None,
        sts_region=None,
        tags={},
    )
    with asking(backend.state(stack)):
        s3 = sessions.client(reader, "s3")
        try:
            answer = s3.get_object(Bucket=backend.bucket, Key=f"{backend.prefix}/{names.state_file(stack)}")
        except s3.exceptions.NoSuchKey:
            return None
        return bytes(answer["Body"].read())
