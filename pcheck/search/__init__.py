"""From a model to a search result: the reference search and the choice of an engine."""
