# Users and groups. What the activation needs of them is in `system.build.usersManifest`.
{ config, lib, pkgs, utils, ... }:

let
  inherit (builtins) attrValues elem filter length match stringLength;
  inherit (lib) filterAttrs mapAttrsToList mkDefault mkIf mkMerge mkOption types;

  cfg = config.users;
  inherit (config.ids) uids gids;

  users = filterAttrs (_: user: user.enable) cfg.users;

  # A field of /etc/shadow that lets somebody in by a password (an empty one: without).
  allowsLogin = hash: hash == "" || !elem hash [ null "!" "!!" "*" ];

  hasLogin = user:
    allowsLogin user.hashedPassword
    || user.password != null
    || user.hashedPasswordFile != null
    || user.openssh.authorizedKeys.keys or [ ] != [ ]
    || user.openssh.authorizedKeys.keyFiles or [ ] != [ ];
  # Also by what an account begins with, which counts only where it is made.
  beginsWithLogin = user: hasLogin user || allowsLogin user.initialHashedPassword || user.initialPassword != null;
  isPrivileged = user: user.name == "root" || user.group == "wheel" || elem "wheel" user.extraGroups;

  # Hashes as crypt makes them: $scheme$parameters$salt$hash.
  modularHash =
    let
      sep = "\\$";
      base64 = "[a-zA-Z0-9./]+";
      id = "[a-z0-9-]+";
      value = "[a-zA-Z0-9/+.-]+";
      parameters = "${id}(=${value})?(,${id}=${value})*";
    in
    "${sep}${id}(${sep}${parameters})?${sep}${base64}${sep}${base64}";

  # Numbers that several of a set have: { number = [ names ]; }
  shared = attribute: set:
    filterAttrs (_: names: length names > 1)
      (builtins.mapAttrs (_: map (one: one.name))
        (builtins.groupBy (one: toString one.${attribute}) (filter (one: one.${attribute} != null) (attrValues set))));
  showShared = attribute: set:
    lib.concatStrings (mapAttrsToList (number: names: "${attribute} ${number}: ${toString names}\n") (shared attribute set));

  sharedPaths = kind: attribute: set:
    let numbers = shared attribute set; in
    map (name: [ "users" kind name attribute ])
      (filter (name: numbers ? ${toString set.${name}.${attribute}}) (builtins.attrNames set));

  nameOption = what: mkOption {
    type = types.passwdEntry types.str;
    apply = name:
      if stringLength name < 32 then name
      else abort "${what} '${name}' is longer than 31 characters which is not allowed!";
    description = "The name; by default that of the attribute.";
  };

  nullOrStr = description: mkOption { type = types.nullOr types.str; default = null; inherit description; };

  range = what: start: types.submodule {
    options = {
      ${start} = mkOption { type = types.int; description = "The first ${what} id."; };
      count = mkOption { type = types.int; default = 1; description = "How many there are."; };
    };
  };

  user = { name, config, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = true; description = "Whether the account exists."; };
      name = nameOption "Username";
      description = mkOption {
        type = types.passwdEntry types.str;
        default = "";
        example = "Alice Q. User";
        description = "Whose account it is, in words.";
      };
      uid = mkOption {
        type = types.nullOr types.int;
        default = null;
        description = "The user id; with `null` a free one is taken, and kept.";
      };
      isSystemUser = mkOption {
        type = types.bool;
        default = false;
        description = "Whether it is the account of a service: with an id below 1000, when that is free to choose.";
      };
      isNormalUser = mkOption {
        type = types.bool;
        default = false;
        description = "Whether it is the account of a person: in the group `users`, with a home in {file}`/home`, and a shell.";
      };
      group = mkOption {
        type = types.str;
        default = "";
        apply = group:
          if stringLength group < 32 then group
          else abort "Group name '${group}' is longer than 31 characters which is not allowed!";
        description = "The user's own group.";
      };
      extraGroups = mkOption { type = types.listOf types.str; default = [ ]; description = "Further groups."; };
      home = mkOption { type = types.passwdEntry types.path; default = "/var/empty"; description = "The user's home."; };
      homeMode = mkOption {
        type = types.strMatching "[0-7]{1,5}";
        default = "700";
        description = "The mode of the home, when it is made.";
      };
      createHome = mkOption { type = types.bool; default = false; description = "Whether the home is made if it does not exist."; };
      cryptHomeLuks = nullOrStr "The LUKS device that holds the home.";
      shell = mkOption {
        type = types.nullOr (types.either types.shellPackage (types.passwdEntry types.path));
        default = "/run/current-system/sw/bin/nologin";
        description = "The user's shell: a program, or the package of one. `null` leaves it as it is.";
      };
      useDefaultShell = mkOption {
        type = types.bool;
        default = false;
        description = "Whether the shell is {option}`users.defaultUserShell`.";
      };
      ignoreShellProgramCheck = mkOption {
        type = types.bool;
        default = false;
        description = "Whether the shell may be one that no module enables.";
      };
      subUidRanges = mkOption { type = types.listOf (range "user" "startUid"); default = [ ]; description = "Subordinate user ids."; };
      subGidRanges = mkOption { type = types.listOf (range "group" "startGid"); default = [ ]; description = "Subordinate group ids."; };
      autoSubUidGidRange = mkOption {
        type = types.bool;
        default = false;
        description = "Whether ranges of subordinate ids are found for the user.";
      };
      hashedPassword = mkOption {
        type = types.nullOr (types.passwdEntry types.str);
        default = null;
        description = "The hash of the password, as `mkpasswd` makes it. Empty: anybody may log in at the machine.";
      };
      password = nullOrStr "The password itself. Everybody can read it in the store.";
      hashedPasswordFile = nullOrStr "A file with the hash of the password in its only line.";
      initialHashedPassword = nullOrStr "The hash of the password that the account begins with.";
      initialPassword = nullOrStr "The password that the account begins with. Everybody can read it in the store.";
      expires = mkOption {
        type = types.nullOr (types.strMatching "[[:digit:]]{4}-[[:digit:]]{2}-[[:digit:]]{2}");
        default = null;
        description = "The day (YYYY-MM-DD) from which nobody can log in to the account.";
      };
      linger = mkOption {
        type = types.nullOr types.bool;
        default = null;
        description = "Whether the user's services run while nobody is logged in. `null` leaves it as it is.";
      };
      packages = mkOption { type = types.listOf types.package; default = [ ]; description = "Programs for this user alone."; };
    };

    config = mkMerge [
      {
        name = mkDefault name;
        shell = mkIf config.useDefaultShell (mkDefault cfg.defaultUserShell);
      }
      (mkIf config.isNormalUser {
        group = mkDefault "users";
        createHome = mkDefault true;
        home = mkDefault "/home/${config.name}";
        homeMode = mkDefault "700";
        useDefaultShell = mkDefault true;
      })
      # Where passwords cannot be changed, one to begin with is the one that stays.
      (mkIf (!cfg.mutableUsers && config.initialPassword != null) { password = mkDefault config.initialPassword; })
      (mkIf (!cfg.mutableUsers && config.initialHashedPassword != null) {
        hashedPassword = mkDefault config.initialHashedPassword;
      })
    ];
  };

  group = { name, ... }: {
    options = {
      name = nameOption "Group name";
      gid = mkOption {
        type = types.nullOr types.int;
        default = null;
        description = "The group id; with `null` a free one is taken, and kept.";
      };
      members = mkOption {
        type = types.listOf (types.passwdEntry types.str);
        default = [ ];
        description = "The names of users who are in the group, beside those whose own group it is.";
      };
    };
    config.name = mkDefault name;
  };
in
{
  imports = [
    (lib.mkAliasOptionModule [ "users" "extraUsers" ] [ "users" "users" ])
    (lib.mkAliasOptionModule [ "users" "extraGroups" ] [ "users" "groups" ])
  ];

  options.users = {
    mutableUsers = mkOption {
      type = types.bool;
      default = true;
      description = ''
        Whether users and groups may be added and changed by hand too. If not, accounts that are not declared are removed, and
        passwords are set back to what is declared, whenever the system is switched.
      '';
    };
    allowNoPasswordLogin = mkOption {
      type = types.bool;
      default = false;
      description = "Whether there may be no account by which one could administer the machine.";
    };
    enforceIdUniqueness = mkOption {
      type = types.bool;
      default = true;
      description = "Whether no two users, and no two groups, may have the same number.";
    };
    defaultUserShell = mkOption {
      type = types.either types.path types.shellPackage;
      default = "/run/current-system/sw/bin/bash";
      description = "The shell of persons.";
    };
    users = mkOption {
      type = types.attrsOf (types.submodule user);
      default = { };
      example = { alice = { isNormalUser = true; description = "Alice Q. User"; extraGroups = [ "wheel" ]; }; };
      description = "The accounts of the machine.";
    };
    groups = mkOption {
      type = types.attrsOf (types.submodule group);
      default = { };
      example = { students.gid = 1001; hackers = { }; };
      description = "The groups of the machine.";
    };
  };

  config = {
    users.users = {
      root = {
        uid = uids.root;
        description = "System administrator";
        home = "/root";
        homeMode = mkDefault "700";
        shell = mkDefault cfg.defaultUserShell;
        group = "root";
      };
      nobody = {
        uid = uids.nobody;
        isSystemUser = true;
        description = "Unprivileged account (don't use!)";
        group = "nogroup";
      };
    };

    users.groups = lib.genAttrs
      [
        "root" "wheel" "disk" "kmem" "tty" "floppy" "uucp" "lp" "cdrom" "tape" "audio" "video" "dialout" "nogroup" "users" "nixbld"
        "utmp" "adm" "input" "kvm" "render" "sgx" "shadow"
      ]
      (name: { gid = gids.${name}; });

    system.build.usersManifest = {
      inherit (cfg) mutableUsers;
      users = mapAttrsToList
        (_: u: {
          inherit (u)
            name uid group description home homeMode createHome isSystemUser password hashedPasswordFile hashedPassword
            isNormalUser subUidRanges subGidRanges autoSubUidGidRange initialPassword initialHashedPassword expires;
          shell = if u.shell == null then null else utils.toShellPath u.shell;
        })
        users;
      groups = mapAttrsToList
        (_: g: {
          inherit (g) name gid;
          members = lib.unique (g.members
            ++ mapAttrsToList (_: u: u.name) (filterAttrs (_: u: elem g.name u.extraGroups) users));
        })
        cfg.groups;
    };

    # Programs for one user alone.
    environment.etc = lib.mapAttrs'
      (_: u: lib.nameValuePair "profiles/per-user/${u.name}" {
        source = pkgs.buildEnv {
          name = "user-environment";
          paths = u.packages;
          pathsToLink = config.environment.pathsToLink;
        };
      })
      (filterAttrs (_: u: u.packages != [ ]) users);

    # For programs that install the system on an empty disk, and do not ask for a password of root's themselves.
    system.build.firstLoginRefusal =
      if cfg.allowNoPasswordLogin || lib.any (u: isPrivileged u && beginsWithLogin u) (attrValues users) then null
      else ''
        Nobody could log in to a new machine of this configuration: neither root nor any wheel user begins with a password or
        has an SSH authorized key. Set one, such as users.users.root.initialHashedPassword, or set users.allowNoPasswordLogin = true;
      '';

    assertions = [
      {
        assertion = !cfg.enforceIdUniqueness || (shared "uid" users == { } && shared "gid" cfg.groups == { });
        about = sharedPaths "users" "uid" users ++ sharedPaths "groups" "gid" cfg.groups;
        message = "UIDs and GIDs must be unique!\n${showShared "uid" users}${showShared "gid" cfg.groups}";
      }
      {
        assertion = cfg.mutableUsers || cfg.allowNoPasswordLogin
          || lib.any (u: isPrivileged u && hasLogin u) (attrValues users);
        about = [ [ "users" "mutableUsers" ] ];
        message = ''
          Neither the root account nor any wheel user has a password or SSH authorized key.
          You must set one to prevent being locked out of your system.
          If you really want to be locked out of your system, set users.allowNoPasswordLogin = true;
          However you are most probably better off by setting users.mutableUsers = true; and
          manually running passwd root to set the root password.
        '';
      }
    ]
    ++ lib.concatLists (mapAttrsToList
      (attribute: u: [
        {
          about = [ [ "users" "users" attribute "hashedPassword" ] ];
          assertion = u.hashedPassword == null || match ".*:.*" u.hashedPassword == null;
          message = ''
            The password hash of user "${u.name}" contains a ":" character.
            This is invalid and would break the login system because the fields
            of /etc/shadow (file where hashes are stored) are colon-separated.
            Please check the value of option `users.users."${u.name}".hashedPassword`.'';
        }
        {
          about = [ [ "users" "users" attribute ] ];
          assertion = lib.xor (u.isSystemUser || (u.uid != null && u.uid < 1000)) u.isNormalUser;
          message = ''
            Exactly one of users.users.${u.name}.isSystemUser and users.users.${u.name}.isNormalUser must be set.
          '';
        }
        {
          about = [ [ "users" "users" attribute ] ];
          assertion = u.group != "";
          message = ''
            users.users.${u.name}.group is unset. This used to default to
            nogroup, but this is unsafe. For example you can create a group
            for this user with:
            users.users.${u.name}.group = "${u.name}";
            users.groups.${u.name} = {};
          '';
        }
        {
          about = [ [ "users" "users" attribute "group" ] [ "users" "users" attribute ] ];
          assertion = u.group == "" || lib.any (g: g.name == u.group) (attrValues cfg.groups);
          message = "The group `${u.group}' of the user `${u.name}' is not declared: set users.groups.${u.group} = { };";
        }
      ])
      users);

    warnings = lib.concatLists (mapAttrsToList
      (_: u: lib.optional (u.hashedPassword != "" && allowsLogin u.hashedPassword && match modularHash u.hashedPassword == null) ''
        The password hash of user "${u.name}" may be invalid. You must set a
        valid hash or the user will be locked out of their account. Please
        check the value of option `users.users."${u.name}".hashedPassword`.'')
      users);
  };
}
