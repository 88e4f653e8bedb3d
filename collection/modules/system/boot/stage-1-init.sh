#!/bin/sh
# The first process of the machine, in the initial archive: loads the modules that reach the file systems of /etc/mounts, checks
# and mounts those below /mnt-root, and gives over to the program that `init=` on the kernel's command line names. What the
# configuration adds lies in /etc/hooks and runs in this shell; `waitDevice` and `fail` are there for it.

targetRoot=/mnt-root
/bin/busybox mkdir -p /bin /proc /sys /dev /run /tmp "$targetRoot"
/bin/busybox --install -s /bin
export PATH=/bin LD_LIBRARY_PATH=/lib

mount -t proc -o nosuid,noexec,nodev proc /proc
mount -t sysfs -o nosuid,noexec,nodev sysfs /sys
mount -t devtmpfs -o nosuid,mode=755 devtmpfs /dev
mkdir -p /dev/pts /dev/shm
ln -s /proc/self/fd /dev/fd
ln -s /proc/mounts /etc/mtab
mount -t devpts -o nosuid,noexec,mode=620,ptmxmode=0666,gid=3 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /dev/shm
mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs /run

# To the console, and into the kernel's log, where the journal finds it.
say() {
  echo "stage 1: $*"
  echo "<7>stage-1-init: $*" >/dev/kmsg
}

init= root= console=console panicOnFail= allowShell= stopAt= rootDelay=30 fsckMode=auto
read -r commandLine </proc/cmdline
for word in $commandLine; do
  case $word in
    init=*) init=${word#init=} ;;
    root=*) root=${word#root=} ;;
    console=*)
      console=${word#console=}
      console=${console%%,*}
      ;;
    rootdelay=*) rootDelay=${word#rootdelay=} ;;
    fsck.mode=*) fsckMode=${word#fsck.mode=} ;;
    boot.panic_on_fail | stage1panic=1) panicOnFail=1 ;;
    boot.shell_on_fail) allowShell=1 ;;
    boot.debug1 | boot.debug1devices | boot.debug1mounts) allowShell=1 stopAt=$word ;;
    boot.trace) set -x ;;
  esac
done
[ -c "/dev/$console" ] || console=console

# What a person at the console does about a failure. A shell needs no password, so there is one only where the kernel's command
# line says so.
fail() {
  [ $# = 0 ] || say "$@"
  if [ -n "$panicOnFail" ]; then
    sleep 1
    trap - EXIT
    exit 1
  fi
  . /etc/hooks/on-failure
  {
    echo
    echo "The first stage of the boot, which mounts the root file system at $targetRoot, cannot go on by itself. Press"
    if [ -n "$allowShell" ]; then
      echo "  i  for a shell, whose end goes on with the boot"
      echo "  f  for a shell as process 1, which can itself go on with: exec switch_root $targetRoot $init"
    else
      echo "     (a shell: boot with boot.shell_on_fail)"
    fi
    echo "  r  to reboot"
    echo "or any other key to go on."
  } >"/dev/$console"
  reply=
  read -r -n 1 reply <"/dev/$console"
  case $allowShell$reply in
    1f)
      trap - EXIT
      exec setsid sh -c "exec sh <'/dev/$console' >'/dev/$console' 2>&1"
      ;;
    1i) setsid sh -c "exec sh <'/dev/$console' >'/dev/$console' 2>&1" ;;
    r | 1r) reboot -f ;;
  esac
}
trap 'fail "the script has ended"' EXIT

stopIfAsked() { [ "$stopAt" != "$1" ] || fail "stopped, as $1 asks"; }
stopIfAsked boot.debug1

echo /bin/modprobe >/proc/sys/kernel/modprobe

. /etc/hooks/before-devices

# A device brings others to light (a bus, then what is on it), so until nothing new is found. What modules are for is on some bus,
# or the processor itself; the tree of all devices takes ten times as long to walk.
loadForHardware() {
  found=
  until
    before=$found
    found=$(cat /sys/devices/system/cpu/modalias /sys/bus/*/devices/*/modalias 2>/dev/null | sort -u)
    [ "$found" = "$before" ]
  do
    # shellcheck disable=SC2086
    modprobe -a -b -q $found 2>/dev/null
  done
}
modules=$(cat /etc/modules)
# shellcheck disable=SC2086
[ -z "$modules" ] || modprobe -a -q $modules 2>/dev/null || for module in $modules; do
  modprobe "$module" || say "cannot load the module $module"
done
loadForHardware

# The device's node, for one that is named by its label or UUID too. (By its name alone busybox would take its own findfs.)
findDevice() {
  case $1 in
    /dev/disk/by-label/*) /bin/findfs "LABEL=$(printf %b "${1#/dev/disk/by-label/}")" ;;
    /dev/disk/by-uuid/*) /bin/findfs "UUID=${1#/dev/disk/by-uuid/}" ;;
    /dev/disk/by-partlabel/*) /bin/findfs "PARTLABEL=$(printf %b "${1#/dev/disk/by-partlabel/}")" ;;
    /dev/disk/by-partuuid/*) /bin/findfs "PARTUUID=${1#/dev/disk/by-partuuid/}" ;;
    LABEL=* | UUID=* | PARTLABEL=* | PARTUUID=*) /bin/findfs "$1" ;;
    /dev/*) [ -e "$1" ] && echo "$1" ;;
    *) echo "$1" ;;
  esac 2>/dev/null
}

# A device may be a logical volume that has not been started. One that is named by itself is the only one that is, and the others
# are left to udev, who would not hear of what was started before it ran; what is named by its content may be on any of them.
startVolume() {
  [ -x /bin/lvm ] || return 0
  case $1 in
    /dev/disk/* | *=*) set -- vgchange ;;
    *) set -- lvchange "$1" ;;
  esac
  DM_DISABLE_UDEV=1 lvm "$@" -a y --sysinit >/dev/null 2>&1
}

# Waits until the device is there, and sets $node to it; fails when it does not come.
waitDevice() {
  waited=0
  until node=$(findDevice "$1") && [ -n "$node" ]; do
    if [ "$waited" = 0 ]; then
      startVolume "$1"
      waited=1
      continue
    fi
    [ "$waited" -lt $((rootDelay * 5)) ] || return 1
    [ "$waited" != 1 ] || say "waiting for the device $1"
    sleep 0.2
    waited=$((waited + 1))
    if [ $((waited % 5)) = 0 ]; then
      loadForHardware
      startVolume "$1"
    fi
  done
}

. /etc/hooks/before-lvm

. /etc/hooks/after-devices

stopIfAsked boot.debug1devices

onBattery() {
  discharging=
  for supply in /sys/class/power_supply/*; do
    read -r kind <"$supply/type" || continue
    case $kind in
      Mains)
        read -r online <"$supply/online" && [ "$online" = 0 ] || return 1
        ;;
      Battery)
        read -r status <"$supply/status"
        [ "$status" != Discharging ] || discharging=1
        ;;
    esac
  done 2>/dev/null
  [ -n "$discharging" ]
}

# Repairs what can be repaired without asking. The program is in the archive if the configuration has a file system for it.
checkFileSystem() {
  device=$1 type=$2
  checker=fsck.$type
  case $type in ext2 | ext3 | ext4) checker=e2fsck ;; esac
  if [ "$fsckMode" = skip ] || [ ! -b "$device" ] || [ ! -x "/bin/$checker" ]; then return 0; fi
  if onBattery; then
    say "on battery, so $device is not checked"
    return 0
  fi
  say "checking $device..."
  force=
  [ "$fsckMode" != force ] || force=-f
  # shellcheck disable=SC2086
  "$checker" -a $force "$device"
  status=$?
  if [ $((status & 2)) != 0 ]; then
    say "$device was repaired in a way that needs a reboot"
    sleep 3
    reboot -f
  fi
  if [ "$status" -ge 8 ]; then
    fail "$checker could not check $device"
  elif [ $((status & 4)) != 0 ]; then
    fail "$device has errors that must be repaired by hand"
  fi
}

# To the size of what it lies on.
growFileSystem() {
  device=$1 type=$2
  say "growing $device..."
  case $type in
    ext*)
      e2fsck -f -p "$device"
      resize2fs "$device"
      ;;
    f2fs) resize.f2fs "$device" ;;
  esac || say "cannot grow $device"
}

# Sets $kept to the options that are the kernel's. The folders of an overlay are below the new root; it writes to some, which are made.
keepOptions() {
  kept=
  set -f
  IFS=,
  for option in $2; do
    case $1,$option in
      *,x-*) continue ;;
      overlay,lowerdir=*)
        IFS=:
        below=
        for lower in ${option#*=}; do
          case $lower in /*) lower=$targetRoot$lower ;; esac
          below=$below:$lower
        done
        IFS=,
        option=lowerdir=${below#:}
        ;;
      overlay,upperdir=/* | overlay,workdir=/*)
        option=${option%%=*}=$targetRoot${option#*=}
        mkdir -p "${option#*=}"
        ;;
    esac
    kept=$kept,$option
  done
  unset IFS
  set +f
  kept=${kept#,}
}

mountOne() {
  mountPoint=$1 device=$2 type=$3 options=$4 check=$5
  case $type in
    overlay | bind | none | tmpfs) ;;
    *)
      case $device in
        /dev/* | *=*)
          waitDevice "$device" || fail "there is no device $device for $mountPoint"
          device=${node:-$device}
          ;;
        # A file of a file system that is mounted already.
        /*) [ ! -f "$targetRoot$device" ] || device=$targetRoot$device ;;
      esac
      ;;
  esac
  # What an overlay or a bind mount lies over is below the new root too.
  case $type in bind | none) device=$targetRoot$device ;; esac
  if [ "$check" = 1 ]; then checkFileSystem "$device" "$type"; fi
  case ,$options, in *,x-nixos.autoresize,*) growFileSystem "$device" "$type" ;; esac
  keepOptions "$type" "$options"
  options=$kept
  mkdir -p "$targetRoot$mountPoint"
  say "mounting $device on $mountPoint..."
  mount -t "$type" -o "${options:-defaults}" "$device" "$targetRoot$mountPoint" || fail "cannot mount $device on $mountPoint"
}

while read -r mountPoint device type options check <&3; do
  if [ "$mountPoint" = / ] && [ -n "$root" ]; then device=$root; fi
  mountOne "$(printf %b "$mountPoint")" "$(printf %b "$device")" "$type" "$(printf %b "$options")" "$check"
done 3</etc/mounts

. /etc/hooks/after-mounts

stopIfAsked boot.debug1mounts

# A link leads from the new root, so it is followed there.
until
  target=$(readlink "$targetRoot$init")
  [ -z "$target" ]
do
  case $target in
    /*) init=$target ;;
    *) init=${init%/*}/$target ;;
  esac
done
[ -x "$targetRoot$init" ] || fail "there is no program $init to go on with (init= on the kernel's command line)"

# The kernel's own again, until the second stage sets that of the system.
echo /sbin/modprobe >/proc/sys/kernel/modprobe

mkdir -p "$targetRoot/proc" "$targetRoot/sys" "$targetRoot/dev" "$targetRoot/run"
for folder in proc sys dev run; do mount -o move "/$folder" "$targetRoot/$folder"; done
unset LD_LIBRARY_PATH
trap - EXIT
exec switch_root "$targetRoot" "$init"
