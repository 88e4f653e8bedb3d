#!@shell@
# The second stage of the boot: the first stage, or a container's start, runs it as process 1 with the root file system
# mounted. Sets up what systemd needs, activates the system, and becomes systemd.

systemConfig=@systemConfig@
export HOME=/root PATH=@path@

# A container has these already.
mountpoint -q /proc || mount -t proc -o nosuid,noexec,nodev proc /proc
mountpoint -q /dev || mount -t devtmpfs -o nosuid,mode=0755 devtmpfs /dev
mountpoint -q /sys || mount -t sysfs -o nosuid,noexec,nodev sysfs /sys
mountpoint -q /run || mount -t tmpfs -o nosuid,nodev,mode=0755 tmpfs /run

echo "booting the system configuration $systemConfig"

if [ -z "${container-}" ]; then mount -n -o remount,rw none /; fi

# Nobody writes to the store but through a mount of their own.
chown -f 0:30000 /nix/store
chmod -f 1775 /nix/store
if [ -n "@readOnlyNixStore@" ] && [[ ,$(findmnt -n -o OPTIONS /nix/store), != *,ro,* ]]; then
  if [ -z "${container-}" ]; then mount --bind /nix/store /nix/store; fi
  mount -o remount,ro,bind /nix/store
fi

umask 0022
install -m 0755 -d /etc /nix/var/nix/gcroots /nix/var/log /var /var/log /home
install -m 01777 -d /tmp
install -m 0700 -d /root
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

"$systemConfig/activate"

# What the machine was booted with stays what it was when the system is switched.
ln -sfn "$systemConfig" /run/booted-system
ln -sfn /run/booted-system/kernel-modules/lib/modules /run/modules
ln -sfn /run/booted-system /nix/var/nix/gcroots/booted-system

@postBootCommands@

# Without it systemd takes this for the first boot of a system that is being installed.
if [ ! -e /etc/machine-id ]; then : >/etc/machine-id; fi

exec 1>&"$stdout" 2>&"$stderr" {stdout}>&- {stderr}>&-
echo "starting systemd..."
exec @systemdExecutable@ "$@"
