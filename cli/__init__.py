"""The command `kms-baseline`: a file a command, arguments and printing only."""
