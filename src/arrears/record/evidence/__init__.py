"""Which files are kept as evidence, are they what they were, and who has had them?

Comes in: a file with what is known of how it came to be. Goes out: the fact that it is kept, and its bytes again, checked, for those
who say why. The bytes lie sealed under the person's key in a folder or an object store, named by their own hash; the journal names
that hash. So neither can change without the other telling, and erasing the person's key makes all copies of the bytes noise.
"""
