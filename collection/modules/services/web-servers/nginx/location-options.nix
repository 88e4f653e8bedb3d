# What may be said of the requests below a path.
{ lib, cfg }:

let
  inherit (lib) mkOption types;
  value = type: example: description: mkOption { type = types.nullOr type; default = null; inherit example description; };
in
{
  options = {
    basicAuth = mkOption { type = types.attrsOf types.str; default = { }; example = { user = "password"; }; description = "Who may come in, with what password. Everybody can read it in the store."; };
    basicAuthFile = value types.path "/run/keys/htpasswd" "A file of who may come in, as {command}`htpasswd` makes it.";
    proxyPass = value types.str "http://www.example.org/" "The server that requests go to.";
    proxyWebsockets = mkOption { type = types.bool; default = false; description = "Whether connections can become web sockets."; };
    recommendedProxySettings = mkOption {
      type = types.bool;
      default = cfg.recommendedProxySettings;
      defaultText = lib.literalExpression "config.services.nginx.recommendedProxySettings";
      description = "Whether the server is told whom the request is from.";
    };
    uwsgiPass = value types.str "unix:/run/example/example.sock" "The server of uwsgi that requests go to.";
    fastcgiParams = mkOption { type = types.attrsOf (types.either types.str types.path); default = { }; description = "Parameters of FastCGI, by name."; };
    index = value types.str "index.php index.html" "The file that stands for a folder.";
    tryFiles = value types.str "$uri =404" "The files that are looked for, in order.";
    root = value types.path "/your/root/directory" "The folder whose files are served.";
    alias = value types.path "/your/alias/directory" "The folder that stands for the path.";
    return = value (types.oneOf [ types.str types.int ]) "301 http://example.com$request_uri" "What is answered at once.";
    extraConfig = mkOption { type = types.lines; default = ""; description = "Lines at the end."; };
    priority = mkOption { type = types.int; default = 1000; description = "Which path comes before others in the file: those with a lower number."; };
  };
}
