#!/bin/sh
# The first process of the machine, in the initial archive: loads the modules that reach the file systems of /etc/mounts, mounts
# those below /mnt-root, and gives over to the program that `init=` on the kernel's command line names.

targetRoot=/mnt-root
/bin/busybox mkdir -p /bin /proc /sys /dev /run "$targetRoot"
/bin/busybox --install -s /bin
export PATH=/bin

fail() {
  echo "stage 1: $*" >/dev/console
  if [ -n "$panicOnFail" ]; then
    sleep 1
    exit 1
  fi
  if [ -n "$shellOnFail" ]; then
    echo "starting a shell; its end goes on with the boot" >/dev/console
    setsid sh -c 'exec sh </dev/console >/dev/console 2>&1'
    return
  fi
  echo "Press i for a shell, r to reboot; any other key goes on." >/dev/console
  read -r -n 1 reply </dev/console
  case $reply in
    i) setsid sh -c 'exec sh </dev/console >/dev/console 2>&1' ;;
    r) reboot -f ;;
  esac
}

mount -t proc -o nosuid,noexec,nodev proc /proc
mount -t sysfs -o nosuid,noexec,nodev sysfs /sys
mount -t devtmpfs -o nosuid,mode=755 devtmpfs /dev
mkdir -p /dev/pts /dev/shm
ln -s /proc/self/fd /dev/fd
mount -t devpts -o nosuid,noexec,mode=620,ptmxmode=0666,gid=3 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /dev/shm
mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs /run

init= root= panicOnFail= shellOnFail= rootDelay=30
read -r commandLine </proc/cmdline
for word in $commandLine; do
  case $word in
    init=*) init=${word#init=} ;;
    root=*) root=${word#root=} ;;
    rootdelay=*) rootDelay=${word#rootdelay=} ;;
    boot.panic_on_fail) panicOnFail=1 ;;
    boot.shell_on_fail) shellOnFail=1 ;;
    boot.trace) set -x ;;
  esac
done

. /etc/hooks/before-devices

# A device brings others to light (a bus, then what is on it), so until nothing new is found.
loadForHardware() {
  found=
  until
    before=$found
    found=$(find /sys/devices -name modalias -exec cat {} + 2>/dev/null | sort -u)
    [ "$found" = "$before" ]
  do
    # shellcheck disable=SC2086
    modprobe -a -b -q $found 2>/dev/null
  done
}
for module in $(cat /etc/modules); do modprobe "$module" || echo "stage 1: cannot load the module $module"; done
loadForHardware

. /etc/hooks/after-devices

# The device's node, for one that is named by its label or UUID too.
findDevice() {
  case $1 in
    /dev/disk/by-label/*) findfs "LABEL=${1#/dev/disk/by-label/}" ;;
    /dev/disk/by-uuid/*) findfs "UUID=${1#/dev/disk/by-uuid/}" ;;
    LABEL=* | UUID=*) findfs "$1" ;;
    /dev/*) [ -e "$1" ] && echo "$1" ;;
    *) echo "$1" ;;
  esac
}

mountOne() {
  mountPoint=$1 device=$2 type=$3 options=$4
  case $type in
    overlay | bind | none) ;;
    *)
      waited=0
      until node=$(findDevice "$device" 2>/dev/null) && [ -n "$node" ]; do
        if [ "$waited" -ge $((rootDelay * 5)) ]; then
          fail "there is no device $device for $mountPoint"
          return
        fi
        [ "$waited" != 0 ] || echo "stage 1: waiting for the device $device"
        sleep 0.2
        waited=$((waited + 1))
        [ $((waited % 5)) != 0 ] || loadForHardware
      done
      device=$node
      ;;
  esac
  # What an overlay or a bind mount lies over is below the new root too.
  case $type in
    overlay)
      options=$(echo "$options" | sed "s#\(lowerdir\|upperdir\|workdir\)=/#\1=$targetRoot/#g; s#:/#:$targetRoot/#g")
      for folder in $(echo "$options" | tr , '\n' | sed -n 's/^\(upperdir\|workdir\)=//p'); do mkdir -p "$folder"; done
      ;;
    bind | none) device=$targetRoot$device ;;
  esac
  options=$(echo "$options" | tr , '\n' | grep -v '^x-' | tr '\n' , | sed 's/,$//')
  if [ "$mountPoint" = / ]; then
    case $type in
      ext2 | ext3 | ext4) if [ -x /bin/e2fsck ]; then e2fsck -p "$device"; fi ;;
    esac
  fi
  mkdir -p "$targetRoot$mountPoint"
  mount -t "$type" -o "$options" "$device" "$targetRoot$mountPoint" || fail "cannot mount $device on $mountPoint"
}

while read -r mountPoint device type options; do
  if [ "$mountPoint" = / ] && [ -n "$root" ]; then device=$root; fi
  mountOne "$mountPoint" "$device" "$type" "$options" <&-
done </etc/mounts

. /etc/hooks/after-mounts

# A link leads from the new root, so it is followed there.
until
  target=$(readlink "$targetRoot$init")
  [ -z "$target" ]
do
  init=$target
done
[ -x "$targetRoot$init" ] || fail "there is no program $init to go on with (init= on the kernel's command line)"

mkdir -p "$targetRoot/proc" "$targetRoot/sys" "$targetRoot/dev" "$targetRoot/run"
for folder in proc sys dev run; do mount -o move "/$folder" "$targetRoot/$folder"; done
exec switch_root "$targetRoot" "$init"
