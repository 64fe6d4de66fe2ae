"""What can go wrong, and who must act?

Three kinds of trouble, kept apart everywhere:

* our own mistake: an `assert`, and the program stops;
* the world's refusal (`Refused` and its children): a file that is not there, a database that does not answer. It carries what
  happened, why it matters, what to do, and whether trying again can help;
* a finding in somebody's data (`Finding`): a value in a list, and the work goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What does a finished command tell the shell?"""

    DONE = 0
    ANSWER_IS_NO = 1
    WRONG_CALL = 2
    BAD_DATA = 3
    WORLD_REFUSED = 4
    PARTLY_DONE = 5


class Refused(Exception):
    """The world said no. The message is written for the person who must act.

    Args:
        what: what happened, in one sentence.
        why: why it matters to this person.
        remedy: what to do now.

    >>> print(Refused("The disk is full.", "Nothing of this run was published.", "Free 2 GB and run it again."))
    The disk is full. Nothing of this run was published. Free 2 GB and run it again.
    """

    exit_code = ExitCode.WORLD_REFUSED
    retry_may_help = False

    def __init__(self, what: str, why: str = "", remedy: str = "") -> None:
        self.what, self.why, self.remedy = what, why, remedy
        super().__init__(" ".join(part for part in (what, why, remedy) if part))


class Busy(Refused):
    """Somebody else holds what we need; trying again later can help."""

    retry_may_help = True


class WrongCall(Refused):
    """The request itself cannot be understood; the caller must change it."""

    exit_code = ExitCode.WRONG_CALL


class BadData(Refused):
    """A whole file or document cannot be used; single bad rows are `Finding`s instead."""

    exit_code = ExitCode.BAD_DATA


class AnswerIsNo(Refused):
    """The question was understood and answered, and the answer is no."""

    exit_code = ExitCode.ANSWER_IS_NO


class PartlyDone(Refused):
    """The main thing is done and stands; something beside it is not."""

    exit_code = ExitCode.PARTLY_DONE


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found wrong in data that came in: where, what, why, and how to mend it.

    `row` counts data rows from 1 (the heading line is not counted); 0 stands for the whole file.
    """

    file: str
    row: int
    column: str
    value: str
    reason: str
    remedy: str
