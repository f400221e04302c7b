"""What AWS has, read with boto3 and returned as plain values."""
