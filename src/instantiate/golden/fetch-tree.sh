#!/bin/sh
# Makes the sources of fetch-tree.json in the folder $1: repositories, folders, tarballs, always the same to the byte.
set -eu
folder=$1
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null LC_ALL=C
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_AUTHOR_DATE=2024-01-02T03:04:05Z GIT_COMMITTER_DATE=2024-01-02T03:04:05Z
umask 022
mkdir -p "$folder"
cd "$folder"
git -c init.defaultBranch=main init -q r
mkdir -p r/d/e r/x
echo hi >r/a
printf 'run\n' >r/run
chmod +x r/run
ln -s ../a r/d/l
echo t >r/d/e/t
echo ignored >r/x/i
echo no >r/b.no
printf 'x export-ignore\n*.no export-ignore\n' >r/.gitattributes
git -C r add .
git -C r commit -qm one
echo two >r/two
git -C r add two
git -C r commit -qm two
git -C r branch other HEAD^
git -C r tag -a -m v v1 HEAD^
git clone -q --bare r bare.git
cp -R -P r dirty
echo more >>dirty/a
rm dirty/two
echo untracked >dirty/untracked
mkdir -p p/q
echo z >p/q/z
touch -d 2023-05-06T07:08:09Z p/q/z p/q p
tar -C p --mtime=2022-01-01T00:00:00Z --owner=0 --group=0 -cf one.tar q
tar -C r --mtime=2022-02-02T00:00:00Z --owner=0 --group=0 -cf many.tar a run
echo plain >plain
