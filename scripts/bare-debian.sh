#!/usr/bin/env bash
# scripts/bare-debian.sh SUITE COMMAND...   run a command in a bare Debian with a clone of this commit in it; as root
#   scripts/bare-debian.sh trixie ./test tests/contract
# The mirror, proxies and certificates are this machine's. Ends with the command's exit code, or with 77 where it cannot
# be done here, and says why. Leaves nothing behind: mounts and processes are in namespaces of their own.
set -euo pipefail
suite=$1
shift

cannot() {
    printf 'bare-debian: %s\n' "$1" >&2
    exit 77
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ "$(id -u)" = 0 ] || cannot 'only root may make a chroot'
unshare --mount --pid --fork --mount-proc true 2>/dev/null || cannot 'this machine does not allow namespaces'
command -v git >/dev/null || cannot 'git is not installed'
git rev-parse --verify --quiet HEAD >/dev/null || cannot 'this is no git repository'
if ! command -v debootstrap >/dev/null; then
    { apt-get update && apt-get install --yes --no-install-recommends debootstrap; } >/dev/null 2>&1 ||
        cannot 'debootstrap is not installed, and apt-get could not install it'
fi

# The mirror of this machine's own suite, from either form of apt's sources.
# shellcheck disable=SC1091
mirror=$(. /etc/os-release && { cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } | awk -v own="${VERSION_CODENAME:-?}" '
    $1 == "deb" { sub(/\[[^]]*\]/, ""); if ($3 == own) { print $2; exit } }
    tolower($1) == "uris:" { uri = $2 }
    tolower($1) == "suites:" { for (i = 2; i <= NF; i++) if ($i == own) { print uri; exit } }')
[ -n "$mirror" ] || cannot "apt's sources name no mirror of this Debian"

root=$(mktemp -d)
trap 'rm -rf --one-file-system "$root"' EXIT
trap 'exit 130' INT TERM
unshare --mount --pid --fork --kill-child --mount-proc \
    timeout 900 debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1 || {
    tail -n 3 "$root.log" >&2
    rm -f "$root.log"
    cannot "debootstrap could not make $suite from $mirror"
}
rm -f "$root.log"
chmod 755 "$root" # other users than root live in it too

# How this machine reaches package registries.
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
[ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$root/etc/"
certificates=/etc/ssl/certs/ca-certificates.crt
[ ! -f "$certificates" ] || cp "$certificates" "$root$certificates"
for file in $(grep -lE '^ *Acquire::' /etc/apt/apt.conf.d/* 2>/dev/null || true); do
    cp "$file" "$root$file"
done
settings=(HOME=/srv/home PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LANG=C.UTF-8
    "CI=${CI:-}" "SSL_CERT_FILE=$certificates" "PIP_CERT=$certificates")
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL PIP_DEFAULT_TIMEOUT UV_DEFAULT_INDEX; do
    [ -z "${!name:-}" ] || settings+=("$name=${!name}")
done

mkdir "$root/srv/home"
git clone --quiet --no-hardlinks . "$root/srv/pvsim"
cat >"$root/srv/enter" <<'END'
mount --rbind /dev "$1/dev" && mount -t sysfs -o ro sysfs "$1/sys" && mount -t proc proc "$1/proc" || exit 77
root=$1
shift
chroot "$root" sh -c 'cd /srv/pvsim && "$@"; exit "$?"' sh "$@" </dev/null
exit "$?"
END
code=0
env -i "${settings[@]}" unshare --mount --pid --fork --kill-child sh "$root/srv/enter" "$root" "$@" || code=$?
exit "$code"
