"""The Inventory as a CDKTF app: loops over it and decides nothing. `stamping` builds few stacks in place of all."""
