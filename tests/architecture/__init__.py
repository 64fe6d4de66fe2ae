"""Does the house stand as its plan says?"""
