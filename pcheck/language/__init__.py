"""The language that a spec is written in: actors, values, properties, clusters and models."""
