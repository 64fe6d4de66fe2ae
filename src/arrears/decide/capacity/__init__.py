"""Which treatment does every case get, when people, visits, money and messages are scarce?

Comes in: a row for every (case, treatment) that could be chosen (value, cost, burden, what it uses up, whether law permits it), and the limits.
Goes out: at most one treatment a case, why the proposed one was left where it was, what one more unit of each limit would be worth, and how far
from the best the whole can be at most. It exists because a rule looks at one case, and an hour of a person can be spent once.
"""
