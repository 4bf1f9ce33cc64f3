"""A study, from its file to its tables and page: joins what `app`, `config` and adapters have for it."""
