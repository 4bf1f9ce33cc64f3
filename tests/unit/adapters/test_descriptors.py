"""A process may have as many files open as the system allows."""

import resource

from pvsim.adapters.descriptors import allow_many


def test_the_soft_limit_becomes_the_hard_one():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, hard), hard))
        assert allow_many() == hard
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
        assert allow_many() == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
