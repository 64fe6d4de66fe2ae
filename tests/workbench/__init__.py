"""Stories of the pages. Comes in: a small home with one run. Goes out: what a person of each role sees."""
