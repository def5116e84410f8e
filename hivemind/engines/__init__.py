"""Engines: where workers run. The local one is shipped; others come as plugins."""
