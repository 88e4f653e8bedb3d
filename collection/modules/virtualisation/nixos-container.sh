#!@shell@
# nixos-container: what a person does with the containers that the configuration declares.
set -eu
PATH=@path@
folder=/etc/nixos-containers

usage() {
  cat <<EOF
Usage: nixos-container list
       nixos-container start <container-name>
       nixos-container stop <container-name>
       nixos-container terminate <container-name>
       nixos-container status <container-name>
       nixos-container login <container-name>
       nixos-container root-login <container-name>
       nixos-container run <container-name> -- args...
       nixos-container show-ip <container-name>
EOF
}

fail() {
  echo "nixos-container: $*" >&2
  exit 1
}

action=${1-}
case $action in
  '')
    usage >&2
    exit 1
    ;;
  help | --help)
    usage
    exit 0
    ;;
  list)
    for file in "$folder"/*.conf; do
      [ -e "$file" ] || continue
      name=${file##*/}
      echo "${name%.conf}"
    done
    exit 0
    ;;
  start | stop | terminate | status | login | root-login | run | show-ip) ;;
  create | destroy | update) fail "the containers of this machine are those of its configuration: '$action' is done there" ;;
  *) fail "unknown action '$action'" ;;
esac

name=${2-}
[ -n "$name" ] || fail "the action '$action' needs the name of a container"
shift 2
[ -e "$folder/$name.conf" ] || fail "container '$name' does not exist"
unit=container@$name.service

# Its first process, as the host counts.
leader() {
  machinectl show "$name" --property Leader --value 2>/dev/null || fail "container '$name' does not run"
}

enter() {
  local pid
  pid=$(leader)
  exec nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup --wdns=/ -- \
    /run/current-system/sw/bin/env -i HOME=/root USER=root "TERM=${TERM-dumb}" PATH=/run/wrappers/bin:/run/current-system/sw/bin \
    /run/current-system/sw/bin/bash -l "$@"
}

case $action in
  start) systemctl start "$unit" ;;
  stop) systemctl stop "$unit" ;;
  terminate) machinectl terminate "$name" ;;
  status) if systemctl is-active --quiet "$unit"; then echo up; else echo down; fi ;;
  login) exec machinectl login "$name" ;;
  root-login) enter ;;
  run)
    if [ "${1-}" = -- ]; then shift; fi
    [ $# -gt 0 ] || fail "the action 'run' needs a command"
    enter -c 'exec "$@"' run "$@"
    ;;
  show-ip)
    address=$(. "$folder/$name.conf" && echo "${LOCAL_ADDRESS-}")
    [ -n "$address" ] || fail "cannot get IP address"
    echo "${address%/*}"
    ;;
esac
