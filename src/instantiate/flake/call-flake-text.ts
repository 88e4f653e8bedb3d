// The function, written in the language, that makes values of the nodes of a lock file. Traces show lines of it, so where
// its calls stand, line and column, is as in Nix; everything else about it is free.

export const callFlakePath = "\xc2\xabflakes-internal\xc2\xbb/call-flake.nix";

export const callFlakeText = `
# From a lock file to the value of the flake at its top. Sources are
# fetched when something in them is needed.
# The text of the lock file:
lockText:

# By the name of a node, for those whose source has been looked at
# already: what is known of it, and the folder in it that has the
# flake.nix. The flake at the top is always among them, since a lock
# file does not have it; so are inputs that replace others for one run.
#
known:

# The builtin that fetches what a lock file describes.
fetchTreeFinal:

let
  inherit (builtins) head isList mapAttrs substring tail;

  lockFile = builtins.fromJSON lockText;

  # An edge is the name of a node, or a path that is walked from the
  # node at the top.

  nodeOfEdge =
    edge: if isList edge then nodeAtPath lockFile.root edge else edge;


  nodeAtPath =
    node: path:
    if path == [ ] then
      node
    else
      nodeAtPath

        (nodeOfEdge lockFile.nodes.\${node}.inputs.\${head path})
        (tail path);


  allNodes = mapAttrs (
    name: node:
    let
      isKnown = known ? \${name};
      isInside = node.locked.type or null == "path" && substring 0 1 node.locked.path != "/";

      around = allNodes.\${nodeAtPath lockFile.root node.parent};

      sourceInfo =
        if isKnown then
          known.\${name}.sourceInfo
        else if isInside then
          around.sourceInfo
        else
          # Version 5 had a part of it in \`info\`.

          fetchTreeFinal (node.info or { } // removeAttrs node.locked [ "dir" ]);

      folder = known.\${name}.dir or node.locked.dir or "";

      outPath =
        if !isKnown && isInside then
          around.outPath + (if node.locked.path == "" then "" else "/" + node.locked.path)
        else
          sourceInfo.outPath + (if folder == "" then "" else "/" + folder);

      flake = import (outPath + "/flake.nix");

      inputs = mapAttrs (
        _: edge: allNodes.\${nodeOfEdge edge}.result
      ) (node.inputs or { });

      outputs = flake.outputs (inputs // { self = result; });

      result =
        outputs
        # What is known of the source stands beside the outputs. Its
        # \`outPath\` is the whole tree, of which the flake may be
        # a folder only.
        #

        // sourceInfo
        // {

          inherit outPath;

          inherit inputs;
          inherit outputs;
          inherit sourceInfo;
          _type = "flake";
        };

    in
    {
      result =
        if node.flake or true then
          assert builtins.isFunction flake.outputs;
          result
        else
          sourceInfo // { inherit sourceInfo outPath; };

      inherit outPath sourceInfo;
    }
  ) lockFile.nodes;

in
allNodes.\${lockFile.root}.result
`;
