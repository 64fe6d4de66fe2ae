"""How do people call, and how do they say what came of it?

Comes in: what a lender adds to the codes and the script. Goes out: wrap-up codes with what each does, and the words of a call in the reader's
language. Why it exists: a code that only names what happened changes nothing; here each code carries its flags and what must follow, so that a
number that is somebody else's is never called again and a person in danger is protected before the receiver is down.
"""
