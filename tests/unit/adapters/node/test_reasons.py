import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.adapters.node.reasons import ports_in_use, reasons

# As RabbitMQ 3.10.8 printed them, shortened.
UNKNOWN_SETTING = """\
2026-11-22 16:18:11.100000+00:00 [info] <0.132.0> Feature flags: list of feature flags found:
2026-11-22 16:18:11.858863+00:00 [error] <0.132.0> You've tried to set nonsense, but there is no such setting.
2026-11-22 16:18:11.873706+00:00 [error] <0.132.0>   - Conf file attempted to set unknown variable: nonsense

BOOT FAILED
===========
Error during startup: {error,failed_to_prepare_configuration}

2026-11-22 16:18:11.874988+00:00 [error] <0.132.0> BOOT FAILED
2026-11-22 16:18:12.876971+00:00 [error] <0.132.0>     supervisor: {local,rabbit_prelaunch_sup}
{"Kernel pid terminated",application_controller,"{application_start_failure,rabbitmq_prelaunch}"}
"""
STREAM_PORT_TAKEN = """\
BOOT FAILED
===========
Error during startup: {error,
                                 {listen_error,
                                  {acceptor,{127,0,0,1},21002},
                                  eaddrinuse}}}}}}}}},
{"init terminating in do_boot",{error,{listen_error,{acceptor,{127,0,0,1},21002},eaddrinuse}}}
"""
TOO_LITTLE = "too little memory may be used: Erlang reserves more than 1 GB of addresses (ulimit -v unlimited)"
DIST_PORT_TAKEN = 'reason: {dist_port_already_used,21004,not_erlang,"127.0.0.1"}'


def test_errors_before_the_crash_report_are_the_reason():
    assert reasons(UNKNOWN_SETTING) == (
        "You've tried to set nonsense, but there is no such setting.",
        "- Conf file attempted to set unknown variable: nonsense",
        "Error during startup: {error,failed_to_prepare_configuration}",
    )


@pytest.mark.parametrize(("text", "port"), [(STREAM_PORT_TAKEN, 21002), (DIST_PORT_TAKEN, 21004)])
def test_a_taken_port_is_named(text, port):
    assert ports_in_use(text) == (port,)
    assert reasons(text) == (f"port {port} is in use by another program",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{error, enospc}", "no space is left on the disk"),
        ("erts_mmap: Failed to create super carrier of size 1024 MB", TOO_LITTLE),
        ("terminate called after throwing an instance of 'std::bad_alloc'", TOO_LITTLE),
        ('eheap_alloc: Cannot allocate 318267840 bytes of memory (of type "heap").', TOO_LITTLE),
        ("exec: erl: not found", "Erlang is missing or was moved"),
        (
            "beam.smp: error while loading shared libraries: libtinfo.so.6: cannot open shared object file",
            "a shared library is missing: libtinfo.so.6",
        ),
    ],
)
def test_known_causes_are_told_in_words(text, sentence):
    assert reasons(text) == (sentence,)


def test_without_any_error_the_last_lines_are_shown():
    assert reasons("one\ntwo\nthree\n", limit=2) == ("two", "three")


def test_silence_gives_nothing():
    assert reasons("") == ()


@given(st.text(), st.integers(1, 5))
def test_any_text_gives_a_few_short_lines(text, limit):
    found = reasons(text, limit=limit)
    assert len(found) <= limit
    assert all(line and len(line) <= 300 for line in found)
