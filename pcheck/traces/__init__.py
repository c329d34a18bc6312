"""One trace after a search: chosen from the shortest traces, saved, replayed and explained."""
