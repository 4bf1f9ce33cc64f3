# shellcheck shell=sh
# Sets up what `run` and `test` need; sourced by both, with ROOT set to the repository (absolute, no symlinks).
#
#   ensure_environment all|dev      Python >= 3.11, .tools (uv) and .venv (the locked packages and pvsim itself)
#   ensure_browser                  Debian's chromium, in which the tests open the pages
#   ensure_clients                  Debian's clients of AMQP and MQTT, with which the tests try the broker
#
# When nothing is to do it costs six forks and prints nothing. Otherwise: one line a step on stderr, details in a
# log, and an error that says what happened and what to type. Exit codes are pvsim's own:
#   2 PVSIM_PYTHON is wrong    69 Python or the package index cannot be had    73 cannot write    130 interrupted
#
# RabbitMQ is not set up here: pvsim finds, unpacks and starts its own node.

STAMP_FORMAT=2 # raise it when the steps below change, so that existing environments are made again
SYSTEM_CA=/etc/ssl/certs/ca-certificates.crt

ensure_environment() {
    environment_ready "$1" || (set_up "$1")
}

ensure_browser() {
    ! command -v chromium >/dev/null 2>&1 || return 0
    open_log
    may_be_root || fail 69 'chromium is missing, and only root can install it' \
        'as root: apt-get install chromium fonts-dejavu-core'
    say 'installing chromium (apt-get)'
    apt_install chromium fonts-dejavu-core || fail 69 'chromium is missing, and apt-get could not install it' \
        'apt-get update && apt-get install chromium fonts-dejavu-core'
}

ensure_clients() {
    ! { command -v amqp-publish && command -v mosquitto_pub; } >/dev/null 2>&1 || return 0
    open_log
    may_be_root || fail 69 'amqp-tools and mosquitto-clients are missing, and only root can install them' \
        'as root: apt-get install amqp-tools mosquitto-clients'
    say 'installing amqp-tools and mosquitto-clients (apt-get)'
    apt_install amqp-tools mosquitto-clients || fail 69 'the clients of AMQP and MQTT could not be installed' \
        'apt-get update && apt-get install amqp-tools mosquitto-clients'
}

# --- is there anything to do? -----------------------------------------------------------------------------------

# The stamp is written last, so .venv is finished if and only if it has one. It is valid for one place (the scripts
# in .venv name their interpreter by absolute path), one interpreter, and one state of the locks. A dev environment
# serves as one to run, so that ./run after ./test does not throw the dev packages away.
environment_ready() {
    read_stamp && environment_sound && [ "$stamp_locks" = "$locks" ] || return 1
    [ "$stamp_level" = dev ] || [ "$stamp_level" = "$1" ]
}

read_stamp() {
    stamp_format='' stamp_level='' stamp_locks='' stamp_python='' stamp_asked='' stamp_root='' stamp_libraries=''
    [ -r "$ROOT/.venv/.pvsim-stamp" ] || return 1
    {
        IFS= read -r stamp_format && IFS= read -r stamp_level && IFS= read -r stamp_locks &&
            IFS= read -r stamp_python && IFS= read -r stamp_asked && IFS= read -r stamp_root &&
            IFS= read -r stamp_libraries
    } <"$ROOT/.venv/.pvsim-stamp" || return 1
    locks=$(sum_of "$ROOT/requirements/all.txt" "$ROOT/requirements/dev.txt" "$ROOT/pyproject.toml")
}

# Does .venv belong to this place and to an interpreter that still is what it was, and are its libraries what they
# were? (One that was cut short would end Python with SIGBUS; pvsim itself tells what else is damaged, and removes the
# stamp.)
environment_sound() {
    [ "$stamp_format" = "$STAMP_FORMAT" ] && [ "$stamp_root" = "$ROOT" ] && [ -x "$ROOT/.venv/bin/pvsim" ] &&
        [ "$stamp_asked" = "${PVSIM_PYTHON:-$stamp_asked}" ] &&
        [ "$stamp_python" = "$("$ROOT/.venv/bin/python" -V 2>/dev/null)" ] &&
        [ "$stamp_libraries" = "$(sum_of_libraries)" ]
}

sum_of_libraries() { # names, sizes and times of those that .venv had when it was made
    { xargs -0 -r stat -c '%n %s %Y' <"$ROOT/.venv/.pvsim-libraries"; } 2>/dev/null | cksum
}

sum_of() { cat -- "$@" | cksum; }

# --- the steps --------------------------------------------------------------------------------------------------

set_up() { # LEVEL; in a subshell: what it exports and traps stays here
    trap 'say "interrupted; the next call goes on from here"; exit 130' INT TERM HUP
    need_to_write
    open_log
    # The lock is inherited by pip and uv: if this shell is killed, the next caller waits until they are done.
    exec 9>"$ROOT/.setup/lock"
    flock -n 9 || {
        say 'waiting for another ./run or ./test that is setting up'
        flock 9
    }
    ! environment_ready "$1" || return 0 # the other one did it
    level=$1
    [ "$stamp_level" != dev ] || level=dev

    printf '== %s: set-up of %s (%s)\n' "$(date)" "$ROOT" "$level" >"$LOG"
    adapt_network_settings
    find_python
    cd -- "$ROOT" || exit # not before: PVSIM_PYTHON may be relative. uv looks for settings from here upward
    find_uv
    make_venv "$level"
}

need_to_write() {
    for path in "$ROOT" "$ROOT/.setup" "$ROOT/.setup/lock" "$ROOT/.tools" "$ROOT/.venv"; do
        [ ! -e "$path" ] || [ -w "$path" ] || fail 73 "cannot write to $path, and its Python environment is not ready" \
            "run ./run once as the owner of $ROOT, or copy the repository to a directory of your own"
    done
    mkdir -p "$ROOT/.setup" || fail 73 "cannot create $ROOT/.setup" 'free some disk space'
}

open_log() { # in the user's state directory; where there is none (no HOME), beside the environment
    LOG=${XDG_STATE_HOME:-${HOME:-/nonexistent}/.local/state}/pvsim/setup.log
    mkdir -p "${LOG%/*}" 2>/dev/null && touch -- "$LOG" 2>/dev/null || LOG=$ROOT/.setup/setup.log
}

# pip and uv do not read each other's settings, and pip 23.0 (Debian 12) knows no SSL_CERT_FILE: tell both the same.
# With nothing set, the system's certificates, where the administrator of a proxy has put its own.
adapt_network_settings() {
    ca=${SSL_CERT_FILE:-${PIP_CERT:-${REQUESTS_CA_BUNDLE:-}}}
    [ -n "$ca" ] || [ ! -r "$SYSTEM_CA" ] || ca=$SYSTEM_CA
    [ -z "$ca" ] || export PIP_CERT="${PIP_CERT:-$ca}" SSL_CERT_FILE="${SSL_CERT_FILE:-$ca}"
    index=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-}}}
    [ -z "$index" ] || export PIP_INDEX_URL="${PIP_INDEX_URL:-$index}" UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
}

# Sets PYTHON to the path of a CPython >= 3.11 that can make a venv (any, if uv is here already).
find_python() {
    if [ -n "${PVSIM_PYTHON:-}" ]; then
        PYTHON=$(base_of "$PVSIM_PYTHON") ||
            fail 2 "PVSIM_PYTHON=$PVSIM_PYTHON is not a CPython 3.11 or newer" 'unset PVSIM_PYTHON, or name another one'
        enough_for_uv "$PYTHON" || fail 69 "PVSIM_PYTHON=$PVSIM_PYTHON lacks the module venv or ensurepip" \
            'install that module, or unset PVSIM_PYTHON'
        return 0
    fi
    ! pick_python python3 python3.14 python3.13 python3.12 python3.11 || return 0

    missing='Python 3.11 or newer'
    [ -z "$PYTHON" ] || missing="the module venv or ensurepip of $PYTHON"
    command -v apt-get >/dev/null 2>&1 ||
        fail 69 "$missing is missing" 'install it, or name one: PVSIM_PYTHON=/path/to/python3 ./run'
    may_be_root || fail 69 "$missing is missing, and only root can install it" \
        'as root: apt-get install python3-venv   (or: PVSIM_PYTHON=/path/to/python3 ./run)'
    say 'installing python3-venv and ca-certificates (apt-get)'
    apt_install python3-venv ca-certificates ||
        fail 69 "$missing is missing, and apt-get could not install it" 'apt-get update && apt-get install python3-venv'
    pick_python python3 /usr/bin/python3 || fail 69 "$missing is missing, and apt-get did not bring it" \
        'use Debian 12 or newer, or name another Python: PVSIM_PYTHON=/path/to/python3 ./run'
}

pick_python() { # NAMES: the first that will do; if there is none, PYTHON is one without venv, or empty
    PYTHON=''
    for name in "$@"; do
        found=$(base_of "$name") || continue
        PYTHON=${PYTHON:-$found}
        enough_for_uv "$found" || continue
        PYTHON=$found
        return 0
    done
    return 1
}

enough_for_uv() { uv_ready || "$1" -I -c 'import ensurepip, venv' 2>/dev/null; }

# Prints the interpreter behind a name, past pyenv's shims and an activated venv; fails if it does not suit.
base_of() {
    base=$("$1" -I -c '
import sys
if sys.version_info < (3, 11) or sys.implementation.name != "cpython":
    sys.exit(1)
print(getattr(sys, "_base_executable", None) or sys.executable)' 2>/dev/null </dev/null) &&
        [ -x "$base" ] && printf '%s\n' "$base"
}

# uv comes from the package index, at the version and with the hashes of requirements/tools.txt, into its own venv:
# Debian's pip refuses the system's environment (PEP 668), and `uv pip sync` would remove uv from .venv.
find_uv() {
    ! uv_ready || return 0
    say 'fetching uv into .tools'
    logged "$PYTHON" -I -m venv --clear "$ROOT/.tools" || fail 69 "$PYTHON could not make a virtual environment" \
        'as root: apt-get install --reinstall python3-venv'
    logged env PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 "$ROOT/.tools/bin/python" -I -m pip install --quiet \
        --require-hashes --only-binary :all: -r "$ROOT/requirements/tools.txt" || fail_to_fetch uv
    sum_of "$ROOT/requirements/tools.txt" >"$ROOT/.tools/.pvsim-stamp" || fail 73 "cannot write to $ROOT/.tools"
}

uv_ready() { # uv itself is one binary that does not mind where it is, nor which Python made its venv
    [ -x "$ROOT/.tools/bin/uv" ] && [ -r "$ROOT/.tools/.pvsim-stamp" ] && IFS= read -r sum <"$ROOT/.tools/.pvsim-stamp" &&
        [ "$sum" = "$(sum_of "$ROOT/requirements/tools.txt")" ] && "$ROOT/.tools/bin/uv" --version >/dev/null 2>&1
}

# .venv is synced where it stands if it is sound, so that adding the dev packages disturbs no running pvsim; else anew.
make_venv() {
    uv=$ROOT/.tools/bin/uv venv=$ROOT/.venv
    export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1
    set_up_cache
    # pip's configuration file may name the index of a company; uv reads none of pip's.
    [ -n "${UV_DEFAULT_INDEX:-}" ] || ! index=$("$ROOT/.tools/bin/python" -I -m pip config get global.index-url 2>/dev/null) ||
        export UV_DEFAULT_INDEX="$index"
    in_place=''
    if read_stamp && environment_sound; then in_place=1; fi
    rm -f "$venv/.pvsim-stamp" || fail 73 "cannot write to $venv"
    [ -n "$in_place" ] || logged "$uv" venv --quiet --clear --python "$PYTHON" "$venv" || fail 73 "could not make $venv"

    say "installing the locked packages into .venv ($1)"
    # Wheels only: building from source would bring in what no lock names.
    logged "$uv" pip sync --quiet --python "$venv/bin/python" --require-hashes --only-binary :all: \
        "$ROOT/requirements/$1.txt" || fail_to_fetch 'the locked packages'
    mend_packages "$1"
    # Offline: uv carries the uv_build of its own version (pyproject.toml admits it), so the build fetches nothing
    # and is as pinned as uv is. Were the two to drift apart, this would fail and not fetch something unlocked.
    logged "$uv" pip install --quiet --python "$venv/bin/python" --offline --no-deps --editable "$ROOT" ||
        fail 70 'pvsim itself could not be installed' "look at $LOG; does [build-system] of pyproject.toml admit this uv?"

    # Every start would compile anew where PYTHONDONTWRITEBYTECODE is set (0.65 s); what fails is found when it is used.
    logged "$venv/bin/python" -I -m compileall -q -j 0 -x '[/]tests?[/]' "$venv"/lib/python3*/site-packages || :
    logged "$venv/bin/python" -I -m compileall -q -f "$ROOT/src" || :

    find "$venv" -name '*.so*' -type f -print0 >"$venv/.pvsim-libraries" || fail 73 "cannot write to $venv"
    libraries=$(sum_of_libraries)
    locks=$(sum_of "$ROOT/requirements/all.txt" "$ROOT/requirements/dev.txt" "$ROOT/pyproject.toml")
    python=$("$venv/bin/python" -V)
    {
        printf '%s\n' "$STAMP_FORMAT" "$1" "$locks" "$python" "${PVSIM_PYTHON:-}" "$ROOT" "$libraries" \
            >"$venv/.pvsim-stamp.new" &&
            mv -f "$venv/.pvsim-stamp.new" "$venv/.pvsim-stamp"
    } || fail 73 "cannot write to $venv"
}

# uv does not look at what it takes from its cache, where a file may have been damaged since: look at all that was
# installed, and fetch anew what differs from its package's list of files.
mend_packages() { # LEVEL
    damaged=$(damaged_packages) || return 0
    [ -n "$damaged" ] || return 0
    say "damaged in the cache, fetching anew:$(printf ' %s' $damaged)"
    logged "$uv" cache clean --quiet $damaged || fail 73 "cannot clean uv's cache of$(printf ' %s' $damaged)" \
        "rm -r $("$uv" cache dir), then call it again"
    logged "$uv" pip sync --quiet --python "$venv/bin/python" --require-hashes --only-binary :all: \
        $(printf -- '--reinstall-package %s ' $damaged) "$ROOT/requirements/$1.txt" ||
        fail_to_fetch "what was damaged:$(printf ' %s' $damaged)"
    damaged=$(damaged_packages)
    [ -z "$damaged" ] || fail 73 "packages in $venv are not what was fetched:$(printf ' %s' $damaged)" \
        'look at the disk: dmesg may say more'
}

damaged_packages() { "$venv/bin/python" -I "$ROOT/src/pvsim/adapters/environment.py" 2>>"$LOG"; }

# uv's cache is where uv wants it; without a home directory beside the environment. Packages are copied from it: uv's
# hard links would let one damaged file break every clone at once, and a new set-up with it.
set_up_cache() {
    if ! { cache=$("$uv" cache dir 2>/dev/null) && mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; }; then
        cache=$ROOT/.setup/cache
        export UV_CACHE_DIR="$cache"
        mkdir -p "$cache" || fail 73 "cannot create $cache"
    fi
    export UV_LINK_MODE="${UV_LINK_MODE:-copy}"
}

# --- root, without a prompt that nobody can answer ---------------------------------------------------------------

may_be_root() {
    [ "$(id -u)" != 0 ] || return 0
    [ -z "${PVSIM_NO_SUDO:-}" ] && command -v sudo >/dev/null 2>&1 || return 1
    ! sudo -n true 2>/dev/null || return 0
    [ -z "${CI:-}" ] && [ -t 0 ] && [ -t 2 ] && say 'sudo may ask for your password (PVSIM_NO_SUDO=1 avoids it)'
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif [ -t 0 ] && [ -z "${CI:-}" ]; then sudo "$@"; else sudo -n "$@"; fi
}

apt_install() { # the package lists that are here first; they are often missing or old, so then with new ones
    apt_get install "$@" || { apt_get update && apt_get install "$@"; }
}

apt_get() { # 9>&-: a service that a package starts must not keep our lock
    action=$1
    shift
    [ "$action" = update ] || set -- --yes --no-install-recommends "$@"
    printf '$ apt-get %s %s\n' "$action" "$*" >>"$LOG"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$action" "$@" >>"$LOG" 2>&1 9>&-
}

# --- words ------------------------------------------------------------------------------------------------------

say() { printf 'setup: %s\n' "$*" >&2; }

logged() {
    printf '$ %s\n' "$*" >>"$LOG"
    "$@" >>"$LOG" 2>&1 </dev/null
}

fail() { # CODE WHAT [FIX]
    printf 'error: %s\n' "$2" >&2
    if [ -n "${LOG:-}" ] && grep -q '^[$] ' "$LOG" 2>/dev/null; then # a command has been tried
        tail -n 8 -- "$LOG" | sed 's/^/  | /' >&2
        printf '  log: %s\n' "$LOG" >&2
    fi
    [ -z "${3:-}" ] || printf '  fix: %s\n' "$3" >&2
    exit "$1"
}

fail_to_fetch() { # WHAT; the log tells the reason
    ! grep -qiE 'no space left|disk quota' "$LOG" || fail 73 "no room for $1 on the disk of $ROOT" 'free about 1.3 GB'
    ! grep -qiE 'certificate.verify.failed|invalid peer certificate|TLS CA certificate bundle' "$LOG" || fail 69 "could not fetch $1: the server's certificate is not trusted" \
        'behind a proxy with its own certificate authority: SSL_CERT_FILE=/path/to/ca.pem ./run'
    ! grep -qiE 'hash mismatch|do not match the hashes' "$LOG" ||
        fail 69 "refused $1: a package differs from the one that requirements/*.txt names" \
            'try again later or from another network; do not go around it'
    fail 69 "could not fetch $1 from the package index" \
        'check the network (HTTPS_PROXY, or PIP_INDEX_URL for an index of your own), then call it again'
}
