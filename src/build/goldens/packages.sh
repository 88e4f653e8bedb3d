# Makes the packages of buildenv.txt below $1.
cd "$1"
mkdir -p one/bin one/share/man one/etc one/lib one/info one/nix-support one/log one/only/deep
echo a > one/bin/a; echo x > one/share/man/x; echo h > one/etc/.hidden; echo h > one/.dot; echo p > one/lib/perllocal.pod; echo l > one/lib/l; echo d > one/info/dir; echo i > one/info/i; echo b > one/nix-support/propagated-build-inputs; echo m > one/manifest.json; echo t > one/only/deep/t; echo q > one/log/q
ln -s /nonexistent one/bin/dangling
mkdir -p two/bin two/share/man two/share/doc
echo b > two/bin/b; echo y > two/share/man/y; echo d > two/share/doc/d; ln -s ../only two/lnk; mkdir two/only; echo u > two/only/u; ln -s b two/bin/c
mkdir -p clash/bin; echo other > clash/bin/a; echo z > clash/bin/z
echo plain > afile
mkdir -p dirfile/bin/a; echo n > dirfile/bin/a/n
mkdir -p filedir; echo f > filedir/bin
