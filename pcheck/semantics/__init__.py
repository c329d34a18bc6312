"""The rules of a cluster: nodes, networks, crashes, and what an observer sees."""
