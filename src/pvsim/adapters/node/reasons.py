"""Why a node did not start, in a few lines, from what it printed. Pure."""

import re

__all__ = ["ports_in_use", "reasons"]

_STAMP = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+\S* \[(?P<level>\w+)\] <[\d.]+> ?")
_IN_USE = re.compile(r"dist_port_already_used,\s*(\d+)|\{127,0,0,1\},\s*(\d+)\},\s*eaddrinuse")
_KNOWN = (
    (re.compile(r"\benospc\b"), "no space is left on the disk"),
    (re.compile(r"\beacces\b"), "a file or directory cannot be opened (permission denied)"),
    (re.compile(r"\bemfile\b"), "too few open files are allowed (ulimit -n)"),
    (
        re.compile(r"Failed to create super carrier|std::bad_alloc|Cannot allocate \d+ bytes of memory"),
        "too little memory may be used: Erlang reserves more than 1 GB of addresses (ulimit -v unlimited)",
    ),
    (re.compile(r"\berl: not found|erlexec: not found"), "Erlang is missing or was moved"),
    (re.compile(r"error while loading shared libraries: (?P<detail>\S+?):"), "a shared library is missing"),
)
_NOISE = re.compile(r"^(=+|BOOT FAILED|ERROR:?|Are these files .*)?$")
_DUMP = re.compile(r"^(Crash dump|init terminating|Kernel pid terminated|Runtime terminating|\{\")")


def ports_in_use(text: str) -> tuple[int, ...]:
    """The ports that the node found taken, in the order of its complaints."""
    return tuple(dict.fromkeys(int(m[1] or m[2]) for m in _IN_USE.finditer(text)))


def reasons(text: str, *, limit: int = 4) -> tuple[str, ...]:
    """The lines that tell a user most: known causes first, else the errors before the crash report.

    Args:
        text: Standard output and error of the boot, then the log it wrote.
        limit: The largest number of lines.
    """
    known = [f"port {port} is in use by another program" for port in ports_in_use(text)]
    for pattern, sentence in _KNOWN:
        if match := pattern.search(text):
            detail = match.groupdict().get("detail")
            known.append(f"{sentence}: {detail}" if detail else sentence)
    if known:
        return tuple(known[:limit])
    lines = [line.strip() for line in text.splitlines()]
    return _first(_complaints(lines), limit) or _first(lines[-limit:], limit)


def _complaints(lines: list[str]) -> list[str]:
    """Lines logged as errors until the boot is declared failed, and the sentence that declares it."""
    found = []
    for line in lines:
        stamp = _STAMP.match(line)
        bare = line[stamp.end() :].strip() if stamp else line
        logged = stamp is not None and stamp["level"] in {"error", "critical"}
        printed = stamp is None and "error" in bare.lower() and not _DUMP.match(bare)
        if logged or printed:
            found.append(bare)
        if bare.startswith("Error during startup:"):
            break
    return found


def _first(lines: list[str], limit: int) -> tuple[str, ...]:
    useful = (line for line in dict.fromkeys(lines) if not _NOISE.match(line))
    return tuple(line[:300] for line in useful)[:limit]
