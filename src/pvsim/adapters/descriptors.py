"""How many files and connections this process may have open."""

import resource

__all__ = ["allow_many"]


def allow_many() -> int:
    """Allow as many as the system lets this process have: the usual 1,024 are few for the parts of a fleet.

    Returns:
        How many that are now.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == hard:
        return soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
