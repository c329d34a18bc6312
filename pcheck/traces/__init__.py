"""One trace after a search: chosen among the shortest, saved, replayed, told and explained."""
