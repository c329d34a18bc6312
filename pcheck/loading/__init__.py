"""From a name or a file to a model: spec files, their options and bugs, the setup of one check."""
