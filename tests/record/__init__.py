"""Stories about what is kept, proved and let go."""
