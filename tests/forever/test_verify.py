"""What `verify` says of a real deployment: nothing, until somebody changes something by hand."""
