declare big=1
declare -a bools=(1  '' )
declare builder='/nix/store/yjjwkinzrslcllnhk8x3k0k7llq52868-bbdir/bin/sh'
declare -a empty=()
declare -A eo=()
declare exp=-2147483648
declare f=
declare fl2=2
declare huge=1
declare int=5
declare -a l=(1 2 'x y' )
declare n=''
declare name='sa'
declare neg=-3
declare -A o=(['10']=1 ['9']=2 ['a']=1 ['b']='q'\''uote' ['c-d']=2 )
declare -A outputs=(['dev']='/nix/store/bi5rzqq50gdihp3xdkssac1sx7zpv83l-sa-dev' ['out']='/nix/store/zlq70r4mf6f2zpprfq0j349j8y139qx1-sa' )
declare placeholderOut='/nix/store/zlq70r4mf6f2zpprfq0j349j8y139qx1-sa'
declare system='x86_64-linux'
declare t=1
declare uni='ä
	"\ '
