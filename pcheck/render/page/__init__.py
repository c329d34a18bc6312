"""The parts that a page of one run is put together from."""
