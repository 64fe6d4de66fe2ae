"""How is a letter written, printed in batches, and what does the post say of it?

Comes in: messages whose address is a postal one, line by line. Goes out: sheets (PDF/A, tagged, with page numbers, window address and a code that shows
the letter to be genuine) in a folder for the printer, and lists of what is in it. It exists so that a letter is printed once, under a permit, and
so that everything in an envelope can be named again.
"""
