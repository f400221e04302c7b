"""What the commands do: they read a project, drive what deploys it, and return values. Only `cli` prints."""
