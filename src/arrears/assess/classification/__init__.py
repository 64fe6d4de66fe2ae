"""In which class must a supervisor see this debt, at least?

Comes in: facts of one debt (or columns of the book) and the dated figures of law that hold on the day, as arguments. Goes out: a
*floor*: the best class that the known facts still allow, with its reason, the figures and articles it rests on, and the facts that are not
known and could make it worse. It exists so that a class is never a bare word: judgement may only go below the floor, and nobody
mistakes what was not looked at for good news.
"""
