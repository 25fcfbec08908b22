#!/bin/sh
# Run every check, also after one that failed; called by scripts/dev.sh.
# With the argument "fix": change what the tools can change by themselves.
set -u
failed=

check() {
    echo "== $1 ${2:-}"
    "$@" || failed="$failed $1"
}

# files SUFFIX...: the files under version control, and new ones that will be.
files() {
    git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
        [ ! -e "$file" ] || echo "$file"
    done
}

python=$(files '*.py')
markup=$(files 'src/*.zcml' 'src/*.xml' 'src/*.pt' 'examples/*.zcml' 'examples/*.xml' \
    'examples/*.pt' 'demo/*.zcml')
templates=$(files 'src/*.pt' 'examples/*.pt')

if [ "${1:-}" = fix ]; then
    ruff check --quiet --fix $python
    ruff format $python
    zpretty --inplace $markup
    exit
fi

check ruff check --quiet $python
check ruff format --check --quiet $python
check zpretty --check $markup
check pyroma --min=10 .
check check-manifest --no-build-isolation
check codespell
check python scripts/versions.py --check
[ -z "$templates" ] || check i18ndude find-untranslated -n $templates

check python scripts/translations.py --check
# The package is not installed beside the tools.
export PYTHONPATH=src
check lint-imports --no-cache --no-logo
check python scripts/wrong_imports.py
check python scripts/architecture.py --check

[ -z "$failed" ] || { echo "Failed:$failed"; exit 1; }
echo "All checks passed."
