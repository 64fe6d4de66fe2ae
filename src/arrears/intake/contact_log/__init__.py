"""What does a log of contacts say?

Comes in: a file that a dialler, an agency or a collection system wrote (one row a contact), and perhaps a file of people and one of what else
happened. Goes out: rows with moments, persons and words of our own, in the order in which each person lived them, and every row that could not be
understood with the reason. It exists so that who judges a log never doubts a time, a zone or a word.
"""
