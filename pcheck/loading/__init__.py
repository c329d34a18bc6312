"""Loading of specs: from a name or a file to a model with its options, bugs and properties."""
