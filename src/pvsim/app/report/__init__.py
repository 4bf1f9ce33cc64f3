"""The page about a run: its sentences, figures, tables and the data of its charts, in the reader's language."""
