"""The command line: a door for people at a terminal and for programs that call programs.

Comes in: words after `arrears`. Goes out: text for people or `--json` for machines, and an exit code. It holds no thinking of its own;
every command is a thin caller of `arrears.engine`.
"""
