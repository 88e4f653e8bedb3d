declare builder='/nix/store/yjjwkinzrslcllnhk8x3k0k7llq52868-bbdir/bin/sh'
declare name='eg'
declare -A outputs=(['out']='/nix/store/d3bdd84icjkvm7g74snbqamxxrfi42b7-eg' )
declare system='x86_64-linux'
