"""Coverage: which code of the actors a search executed, and what certainly never happens."""
