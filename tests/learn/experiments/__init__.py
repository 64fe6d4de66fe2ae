"""Do experiments say what is true, and how often do they say what is not?"""
