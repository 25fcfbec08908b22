#!/bin/sh
# Usage: sh scripts/dev.sh COMMAND [ARGUMENTS]     (or: make COMMAND)
#
#   start         serve the demo site: http://localhost:8080, admin / admin
#   install       install Plone and what the tests need, which start and test do, too
#   test          run the tests; arguments go to zope.testrunner: --all runs the long
#                 ones at level 2, too
#   lint          check code, ZCML, templates, metadata and spelling
#   format        correct what can be corrected by itself
#   buildout      build bin/instance and bin/test with zc.buildout
#   browser-test  run the browser tests; arguments go to pytest
#   screenshots   take the pictures of the documentation
#   architecture  draw the picture of the rooms and their imports
#   translations  collect the messages for translators
#   advisories    look for known faults in what we pin ourselves
#   benchmark     measure what forms cost, for docs/performance.rst; --quick takes
#                 three minutes, --help tells the rest
#   clean         delete everything that these commands made
#
# Settings, as environment variables or arguments of make:
#
#   PLONE=6.2        or 6.1
#   PYTHON=python3   the Python to use, 3.10 or newer
#   HOST=127.0.0.1   the address to listen on
#   PORT=8080        the port to listen on
#   PASSWORD=admin   the password of the demo site's administrator; it has to be named
#                    where other computers are let in, such as with HOST=0.0.0.0
#   VAR=var/6.2      the folder of the demo site's data
set -eu
cd "$(dirname "$0")/.."
ROOT=$(pwd)
PLONE=${PLONE:-6.2}
VENV=$ROOT/.venv-$PLONE
TOOLS=$ROOT/.venv-tools
CONSTRAINTS=constraints-$PLONE.txt
MADE=".venv-6.2 .venv-6.1 .venv-tools .venv-buildout var bin develop-eggs eggs parts
    .installed.cfg src/*.egg-info examples/src/*.egg-info"

say() { echo "$*" >&2; }
die() { say "$*"; exit 1; }

use_system_certificates() {
    file=/etc/ssl/certs/ca-certificates.crt
    if [ -r "$file" ]; then
        export SSL_CERT_FILE="${SSL_CERT_FILE:-$file}" PIP_CERT="${PIP_CERT:-$file}"
    fi
}

use_writable_cache() {
    [ -z "${UV_CACHE_DIR:-}" ] || return 0
    UV_CACHE_DIR=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/uv
    if ! { mkdir -p "$UV_CACHE_DIR" && [ -w "$UV_CACHE_DIR" ]; } 2>/dev/null; then
        UV_CACHE_DIR=$ROOT/var/cache/uv
    fi
    export UV_CACHE_DIR
}

# uv does not read pip's configuration, where a package mirror may be named.
use_index_of_pip() {
    [ -z "${UV_DEFAULT_INDEX:-}" ] || return 0
    index=${PIP_INDEX_URL:-$("$1" -m pip config get global.index-url 2>/dev/null || true)}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
}

# Set PYTHON to an interpreter that can make the virtual environments.
find_python() {
    tried=
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python3.10}
    do
        command -v "$python" >/dev/null 2>&1 || continue
        tried="$tried $python ($("$python" -V 2>&1))"
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || continue
        "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            die "$python has no venv module. On Debian or Ubuntu: apt-get install python3-venv"
        PYTHON=$python
        return
    done
    die "Python 3.10 or newer is needed; found:${tried:- none}." \
        "If you have one elsewhere, name it: PYTHON=/path/to/python3"
}

# Another shell may be running this script, too.
wait_for_installer() {
    installer=$(cat "$1/installer" 2>/dev/null) || return 0
    kill -0 "$installer" 2>/dev/null || return 0
    say "Waiting for process $installer, which installs into ${1#"$ROOT/"} ..."
    while kill -0 "$installer" 2>/dev/null && [ -e "$1/installer" ]; do sleep 1; done
}

# make_venv FOLDER CONSTRAINTS PIP_ARGUMENTS...
#
# Make the virtual environment, unless it was made by a run that finished, here,
# with this Python, from these files.  It is never repaired but made anew.
make_venv() {
    venv=$1 constraints=$2
    shift 2
    for folder in "$ROOT" "$venv"; do
        [ ! -e "$folder" ] || [ -w "$folder" ] || die "Cannot write to $folder." \
            "To make everything yours: sudo chown -R $(id -un) $ROOT"
    done
    find_python
    wait_for_installer "$venv"
    want="$venv $("$PYTHON" -V) $* $(cat setup.py examples/setup.py \
        requirements-*.txt "$constraints" | cksum)"
    if [ "$(cat "$venv/made-from" 2>/dev/null)" = "$want" ] &&
        "$venv/bin/python" -c '' 2>/dev/null
    then
        return
    fi
    say "Installing into ${venv#"$ROOT/"}, which takes a minute the first time ..."
    rm -rf "$venv"
    mkdir "$venv"
    echo $$ > "$venv/installer"
    "$PYTHON" -m venv "$venv"
    python=$venv/bin/python
    use_system_certificates
    use_writable_cache
    use_index_of_pip "$python"
    {
        "$python" -m pip install --quiet --disable-pip-version-check \
            -c "$constraints" uv setuptools wheel &&
            "$venv/bin/uv" pip install --quiet --python "$python" --compile-bytecode \
                --no-build-isolation -c "$constraints" "$@"
    } || die "The installation failed, see above; run the command again when that is" \
        "mended (is the package index reachable?). Nothing needs to be deleted."
    echo "$want" > "$venv/made-from"
    rm "$venv/installer"
}

make_plone_venv() {
    [ -e "$CONSTRAINTS" ] || die "PLONE=$PLONE is not known: there is no $CONSTRAINTS"
    make_venv "$VENV" "$CONSTRAINTS" -e ".[test]" -e examples
    # Compiled templates; not in VAR, since they go with the installed versions.
    export CHAMELEON_CACHE="$VENV/chameleon-cache"
    export zope_i18n_compile_mo_files=true
    mkdir -p "$CHAMELEON_CACHE"
}

make_tools_venv() {
    make_venv "$TOOLS" constraints-6.2.txt -r requirements-tools.txt
}

install() {
    make_plone_venv
}

start() {
    make_plone_venv
    PYTHONWARNINGS=${PYTHONWARNINGS:-ignore} exec "$VENV/bin/python" scripts/serve.py \
        "${VAR:-var/$PLONE}" "${HOST:-127.0.0.1}" "${PORT:-8080}"
}

# The tests of a room are in a folder of its name; buildout.cfg has the names, too.
# Looking for garbage as often as Python does takes a tenth of the time.
run_tests() {
    make_plone_venv
    folders=$(for file in src/collective/annotationforms/tests/*/__init__.py; do
        basename "${file%/__init__.py}"; done | tr '\n' '|')
    exec "$VENV/bin/zope-testrunner" --test-path=src --test-path=examples/src \
        --tests-pattern="^(${folders}tests)\$" -s collective.annotationforms.tests \
        -s annotationforms_example.tests --gc 10000 --auto-color "$@"
}

lint() {
    make_tools_venv
    PATH=$TOOLS/bin:$PATH exec sh scripts/lint.sh "$@"
}

# The distributions of the virtual environment serve as eggs, which is much quicker
# than to let buildout fetch them one by one.
buildout() {
    [ "$PLONE" = 6.2 ] || die "buildout.cfg is for Plone 6.2 only"
    make_venv "$ROOT/.venv-buildout" "$CONSTRAINTS" -r requirements-buildout.txt
    PIP_NO_BUILD_ISOLATION=1 exec "$ROOT/.venv-buildout/bin/buildout" "$@"
}

# The browser tests start the demo site themselves, with this script.
browser_test() {
    make_plone_venv
    make_tools_venv
    exec "$TOOLS/bin/python" -m pytest browser_tests "$@"
}

screenshots() {
    make_plone_venv
    make_tools_venv
    exec "$TOOLS/bin/python" scripts/screenshots.py "$@"
}

architecture() {
    make_tools_venv
    exec "$TOOLS/bin/python" scripts/architecture.py "$@"
}

translations() {
    make_tools_venv
    exec "$TOOLS/bin/python" scripts/translations.py "$@"
}

advisories() {
    make_plone_venv
    make_tools_venv
    use_system_certificates
    exec "$TOOLS/bin/python" scripts/advisories.py "$CONSTRAINTS" "$VENV" "$TOOLS"
}

benchmark() {
    make_plone_venv
    PYTHONPATH=$ROOT/benchmarks:$ROOT/scripts PYTHONWARNINGS=${PYTHONWARNINGS:-ignore} \
        exec "$VENV/bin/python" -m performance "$@"
}

clean() {
    found=$(ls -d $MADE 2>/dev/null || true)
    if [ -z "$found" ]; then
        say "There is nothing to delete."
        return
    fi
    say "This deletes, with the data of the demo sites:" $found
    if [ -t 0 ]; then
        printf 'Go on? [y/N] ' >&2
        read -r answer
        case $answer in [yY]*) ;; *) die "Nothing deleted." ;; esac
    fi
    rm -rf $found
}

command=${1:-help}
[ $# -eq 0 ] || shift
case $command in
    install|start|lint|buildout|screenshots|architecture|translations|advisories|benchmark|clean) $command "$@" ;;
    test) run_tests "$@" ;;
    format) lint fix ;;
    browser-test) browser_test "$@" ;;
    help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' scripts/dev.sh ;;
    *) die "There is no command $command; see: sh scripts/dev.sh help" ;;
esac
