# What may be said of a server.
{ lib, cfg }:

let
  inherit (lib) mkOption types;
  value = type: example: description: mkOption { type = types.nullOr type; default = null; inherit example description; };
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  location = import ./location-options.nix { inherit lib cfg; };
in
{
  options = {
    serverName = value types.str "example.org" "The name it is asked for by; `null` for its name here.";
    serverAliases = mkOption { type = types.listOf types.str; default = [ ]; example = [ "www.example.org" ]; description = "Its other names."; };
    listen = mkOption {
      type = types.listOf (types.submodule {
        options = {
          addr = mkOption { type = types.str; description = "The address, or a socket as `unix:PATH`."; };
          port = mkOption { type = types.nullOr types.port; default = null; description = "The port; `null` for the default, and for a socket."; };
          ssl = flag false "Whether connections are encrypted.";
          proxyProtocol = flag false "Whether a proxy says whom a connection is from.";
          extraParameters = mkOption { type = types.listOf types.str; default = [ ]; example = [ "reuseport" "deferred" ]; description = "Further words."; };
        };
      });
      default = [ ];
      example = [ { addr = "195.154.1.1"; port = 443; ssl = true; } { addr = "192.154.1.1"; port = 80; } ];
      description = "Where it listens. What is not said follows from `listenAddresses` and from the encryption.";
    };
    listenAddresses = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "127.0.0.1" "[::1]" ];
      description = "The addresses at which it listens; none for {option}`services.nginx.defaultListenAddresses`.";
    };
    addSSL = flag false "Whether connections may be encrypted.";
    onlySSL = flag false "Whether all connections are encrypted, and there are no others.";
    forceSSL = flag false "Whether a connection that is not encrypted is told to be so.";
    rejectSSL = flag false "Whether encrypted connections are refused.";
    sslCertificate = mkOption { type = types.path; example = "/var/host.cert"; description = "The certificate."; };
    sslCertificateKey = mkOption { type = types.path; example = "/var/host.key"; description = "The certificate's key."; };
    sslTrustedCertificate = value types.path "/var/root.cert" "The certificates that answers about this one are checked by.";
    http2 = flag true "Whether encrypted connections speak HTTP/2.";
    root = value types.path "/data/webserver/docs" "The folder whose files are served.";
    default = flag false "Whether it answers for names that nobody has.";
    extraConfig = mkOption { type = types.lines; default = ""; description = "Lines at the end of the server."; };
    globalRedirect = value types.str "newserver.example.org" "The server that all requests are sent on to.";
    redirectCode = mkOption { type = types.ints.between 300 399; default = 301; example = 308; description = "The status of a redirection."; };
    basicAuth = location.options.basicAuth;
    basicAuthFile = location.options.basicAuthFile;
    locations = mkOption {
      type = types.attrsOf (types.submodule location);
      default = { };
      example = { "/".proxyPass = "http://localhost:3000"; };
      description = "What is different for some paths.";
    };
  };
}
