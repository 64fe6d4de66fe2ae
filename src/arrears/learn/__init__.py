"""Stage 7: what worked?

Comes in: what runs and cases recorded. Goes out: measures, and later models and comparisons. It exists so that nobody has to believe
that a treatment works; results return to earlier stages as data, never as an import.
"""
