"""How good is a number or address of a person, and when and by which way is the person best reached?

Comes in: what is said of the points (marks, receipts, the book's own verification), each attempt with its local hour and whether somebody
answered. Goes out: for each point what it is and how likely it is answered; for a person the hours in the order of their promise. Why it
exists: who calls the right number at a good hour calls less often. It is derived anew each time and stored nowhere.
"""
