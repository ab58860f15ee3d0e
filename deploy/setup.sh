#!/bin/sh
# Sets up what the Makefile's targets need: a virtual environment from the lock file ("run" or "dev"),
# or the Debian packages of the tests ("debian-test") and benchmarks ("debian-bench").
# Where it may not install (not root), it names the exact packages and stops.
set -eu
what=$1
python=${2:-python3}

need_debian() {  # need_debian PACKAGE:COMMAND ... - installs what is missing (a file instead of a command: a path)
    missing=
    for pair in "$@"; do
        [ -e "${pair#*:}" ] && continue
        PATH="$PATH:/usr/sbin:/usr/lib/postgresql/17/bin:/usr/lib/postgresql/16/bin:/usr/lib/postgresql/15/bin" \
            command -v "${pair#*:}" >/dev/null 2>&1 || missing="$missing ${pair%%:*}"
    done
    [ -z "$missing" ] && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing Debian packages:$missing"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        echo "Debian packages are missing. As root: apt-get install$missing" >&2
        exit 1
    fi
}

# What makes documents as people send them: LibreOffice, and the fonts that scans and seals are drawn with.
fonts=/usr/share/fonts/truetype
need_documents() {
    need_debian libreoffice-writer-nogui:soffice libreoffice-calc-nogui:/usr/lib/libreoffice/program/libsclo.so \
        fonts-noto-cjk:/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc \
        fonts-wqy-zenhei:$fonts/wqy/wqy-zenhei.ttc fonts-arphic-uming:$fonts/arphic/uming.ttc \
        fonts-arphic-ukai:$fonts/arphic/ukai.ttc
}

need_python() {
    command -v "$python" >/dev/null 2>&1 || need_debian python3:python3
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.11" >&2
        exit 1
    }
    "$python" -c 'import ensurepip, venv' 2>/dev/null || need_debian python3-venv:no-such-command
}

make_venv() {
    need_python
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    echo "installing from $1 into .venv (the first time takes a minute or two)"
    # The lock file is whole, so nothing is resolved: older pips, asked to, look past a pin for a package with extras.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$1"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
}

case $what in
run)
    make_venv requirements.lock
    touch .venv/run.stamp
    ;;
dev)
    make_venv requirements-dev.lock
    touch .venv/run.stamp .venv/dev.stamp
    ;;
fuzz) .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps atheris==3.0.0 ;;
debian-test)
    need_debian dovecot-imapd:dovecot postgresql:initdb unar:unar chromium:chromium systemd:systemd-analyze
    need_documents
    ;;
debian-bench)
    need_debian dovecot-imapd:dovecot postgresql:initdb isync:mbsync
    need_documents
    need_debian fonts-wqy-microhei:$fonts/wqy/wqy-microhei.ttc \
        fonts-arphic-gbsn00lp:$fonts/arphic-gbsn00lp/gbsn00lp.ttf \
        fonts-arphic-gkai00mp:$fonts/arphic-gkai00mp/gkai00mp.ttf \
        fonts-lxgw-wenkai:$fonts/lxgw-wenkai/LXGWWenKai-Regular.ttf
    ;;
*)
    echo "usage: setup.sh run|dev|fuzz|debian-test|debian-bench [PYTHON]" >&2
    exit 2
    ;;
esac
