"""How did the tables come to be? Numbered steps, run by the owner's role alone."""
