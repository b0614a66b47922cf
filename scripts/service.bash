# What with-postgres and with-kafka share; they source it. Whoever does defines stop_service, which
# is called once, however the script ends, and may find the service half started.
# shellcheck shell=bash

# What a script returns when what it needs can't be had (EX_UNAVAILABLE).
cannot=69

folder=$(mktemp -d "${TMPDIR:-/tmp}/wayline-service.XXXXXX")
command=

finish() {
    local status=$?
    trap '' INT TERM HUP
    trap - EXIT
    stop_service || true
    rm -rf "$folder"
    exit "$status"
}

# The command goes before the service does, and with it what it started: a test's program would
# otherwise outlive cargo.
interrupted() {
    trap '' INT TERM HUP
    if [[ $command ]]; then
        local all tries
        mapfile -t all < <(descendants "$command")
        kill -TERM "${all[@]}" 2>/dev/null || true
        for ((tries = 0; tries < 100; tries++)); do
            kill -0 "$command" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "${all[@]}" 2>/dev/null || true
    fi
    exit "$1"
}

descendants() {
    local children child
    # The leaves last, so that nobody sees a child die and starts another.
    echo "$1"
    children=$(cat /proc/"$1"/task/*/children 2>/dev/null) || true
    for child in $children; do descendants "$child"; done
}

trap finish EXIT
trap 'interrupted 129' HUP
trap 'interrupted 130' INT
trap 'interrupted 143' TERM

# Runs the command, with this script's input, and ends with its status. It runs beside the script,
# since bash hears no signal while it waits for a command in front.
run() {
    # A command beside a script would ignore Ctrl-C.
    (trap - INT QUIT HUP TERM EXIT && exec "$@") <&0 &
    command=$!
    local status=0
    wait "$command" || status=$?
    command=
    exit "$status"
}

# Fails with what to install, unless apt-get can do it.
install_packages() {
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        echo "$(basename "$0") needs what Debian has as: $*; install that, then run this again" >&2
        exit $cannot
    fi
    echo "installing $*" >&2
    local install=(apt-get install -y -q --no-install-recommends "$@")
    export DEBIAN_FRONTEND=noninteractive
    # A fresh machine has no lists of packages yet, an old one outdated ones.
    if ! "${install[@]}" >"$folder/apt" 2>&1 </dev/null &&
        ! { apt-get update -q && "${install[@]}"; } >"$folder/apt" 2>&1 </dev/null; then
        cat "$folder/apt" >&2
        echo "apt-get can't install $*" >&2
        exit $cannot
    fi
}

# Prints a port of 127.0.0.1 that nothing listens on: below those that the kernel hands out itself,
# so that it is still free when a service starts again.
free_port() {
    local port
    while true; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        answers "$port" || break
    done
    echo "$port"
}

answers() { (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
