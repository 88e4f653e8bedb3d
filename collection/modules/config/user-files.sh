# Makes a user's links what a list says: user-files.sh LIST HOME, as the user. LIST has `path TAB target` lines. What it made is
# kept in a list of its own, by which links that are no longer wanted are found. It can be run again at any time.
set -eu
list=$1 home=$2
state=$home/.local/state/user-files
made=$state/made

declare -A wanted=() before=()
while IFS=$'\t' read -r path target; do wanted[$path]=$target; done < "$list"
if [ -r "$made" ]; then
  while IFS=$'\t' read -r path target; do before[$path]=$target; done < "$made"
fi
if [ ${#wanted[@]} = 0 ] && [ ${#before[@]} = 0 ]; then exit 0; fi

# Whether the link is one of ours, and not what the user put in its place.
isOurs() { [ -n "${before[$1]-}" ] && [ -L "$home/$1" ] && [ "$(readlink "$home/$1")" = "${before[$1]}" ]; }

for path in "${!before[@]}"; do
  if [ -z "${wanted[$path]-}" ] && isOurs "$path"; then
    rm "$home/$path"
    # Folders that were made for it, as far as they are empty.
    folder=$(dirname "$path")
    while [ "$folder" != . ] && rmdir "$home/$folder" 2> /dev/null; do folder=$(dirname "$folder"); done
  fi
done

mkdir -p "$state"
: > "$made.new"
for path in "${!wanted[@]}"; do
  target=${wanted[$path]}
  if [ -L "$home/$path" ] && [ "$(readlink "$home/$path")" = "$target" ]; then :
  elif isOurs "$path"; then
    ln -sfnT "$target" "$home/$path.new-link" && mv -T "$home/$path.new-link" "$home/$path"
  elif [ -e "$home/$path" ] || [ -L "$home/$path" ]; then
    echo "$home/$path is a file of your own, and stays as it is" >&2
    continue
  elif mkdir -p "$(dirname "$home/$path")"; then ln -s "$target" "$home/$path"
  else continue
  fi
  printf '%s\t%s\n' "$path" "$target" >> "$made.new"
done
mv "$made.new" "$made"
