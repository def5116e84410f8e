"""SQL as the readers need it: statements with their lines, DDL as plain operations, and their replay into tables."""
