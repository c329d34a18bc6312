"""The number of nodes of a protocol that may stop: a table for clusters of several sizes."""
