"""What does a message say?

Comes in: templates that two people approved, and typed values. Goes out: subject and text as the person reads them, with what they carry (the marks
by which the gate judges them) and how long they are. It exists so that every word that reaches a person was read beforehand by somebody who may
answer for it: nothing is composed at night, and a template that could not be written for some person is refused when it is checked.
Pure: no database and no clock.
"""
