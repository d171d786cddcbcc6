"""What `make demo` runs: the store, both stand-ins, the bot and a worker, under one roof."""
