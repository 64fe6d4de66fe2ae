"""Are facts kept as they were written, and read as they were meant? Stories of the spine of records."""
