"""Lessons: Paxos taught by runs, with questions whose answers come out of runs."""
