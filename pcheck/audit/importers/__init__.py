"""Readers of logs in other formats than pcheck's own, one file each."""
