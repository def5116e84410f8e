"""The parts of `hivemind.testing`: projects, runs, models and providers for tests; none of them needs pytest."""
