"""The Inventory as a CDKTF app: loops over it and decides nothing."""
