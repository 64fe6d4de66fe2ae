"""Does the command line do what it says, as a person or a program would call it?"""
