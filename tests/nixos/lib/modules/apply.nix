{ n }: { lib, ... }: { options.n = lib.mkOption { default = n; }; }
