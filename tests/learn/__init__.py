"""Do measures equal what a person works out by hand?"""
