#!@shell@
# The second stage of the boot: the first stage, or a container's start, runs it as process 1 with the root file system
# mounted. Sets up what systemd needs, activates the system, and becomes systemd.

systemConfig=@systemConfig@
export HOME=/root PATH=@path@

# The options that a place is mounted with; of two mounts over each other the upper one's. Fails where nothing is mounted.
mountOptions() {
  local place options found=
  while read -r _ place _ options _; do if [ "$place" = "$1" ]; then found=$options; fi; done </proc/mounts
  [ -n "$found" ] && echo "$found"
}

# A container has these already.
[ -e /proc/self ] || mount -t proc -o nosuid,noexec,nodev proc /proc
mountOptions /dev >/dev/null || mount -t devtmpfs -o nosuid,mode=0755 devtmpfs /dev
mountOptions /sys >/dev/null || mount -t sysfs -o nosuid,noexec,nodev sysfs /sys
mountOptions /run >/dev/null || mount -t tmpfs -o nosuid,nodev,mode=0755 tmpfs /run

echo "booting the system configuration $systemConfig"

if [ -z "${container-}" ]; then mount -o remount,rw /; fi

# Nobody writes to the store but through a mount of their own.
chown 0:30000 /nix/store 2>/dev/null
chmod 1775 /nix/store 2>/dev/null
if [ -n "@readOnlyNixStore@" ] && [[ ,$(mountOptions /nix/store), != *,ro,* ]]; then
  if [ -z "${container-}" ]; then mount -o bind /nix/store /nix/store; fi
  mount -o remount,ro,bind /nix/store
fi

umask 0022
mkdir -p /etc /nix/var/nix/gcroots /nix/var/log /var/log /home /tmp /root
chmod 01777 /tmp
chmod 0700 /root
ln -sfn /proc/mounts /etc/mtab

[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd

# What an earlier boot left.
rm -f /etc/{group,passwd,shadow}.lock
rm -rf /nix/var/nix/gcroots/tmp /nix/var/nix/temproots

# The messages of the activation go to the console and into the kernel's log, where the journal finds them.
exec {stdout}>&1 {stderr}>&2
if [ -w /dev/kmsg ]; then
  exec > >(while IFS= read -r line; do
    echo "$line" >&"$stdout"
    echo "<7>stage-2-init: $line" >/dev/kmsg
  done) 2>&1
fi

# Nobody is asked anything: what a program wants to know at the console would not even be seen.
"$systemConfig/activate" </dev/null

# What the machine was booted with stays what it was when the system is switched.
ln -sfn "$systemConfig" /run/booted-system
ln -sfn /run/booted-system/kernel-modules/lib/modules /run/modules
ln -sfn /run/booted-system /nix/var/nix/gcroots/booted-system

# What the configuration adds has GNU's programs.
PATH=${PATH#*:}

@postBootCommands@

# Without it systemd takes this for the first boot of a system that is being installed.
if [ ! -e /etc/machine-id ]; then : >/etc/machine-id; fi

exec 1>&"$stdout" 2>&"$stderr" {stdout}>&- {stderr}>&-
echo "starting systemd..."
exec @systemdExecutable@ "$@"
