# What fetchers share.
{ lib }:

let
  inherit (builtins) attrNames head intersectAttrs length removeAttrs;
  fakes = { hash = lib.fakeHash; sha256 = lib.fakeSha256; sha512 = lib.fakeSha512; };
in
rec {
  # The environment that a download may see.
  proxyImpureEnvVars = [
    "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy"
    "HTTP_PROXY" "HTTPS_PROXY" "FTP_PROXY" "ALL_PROXY" "NO_PROXY"
    "NIX_SSL_CERT_FILE"
  ];

  # Turns `hash`, or a hash named by its kind, into outputHash and outputHashAlgo.
  normalizeHash = { hashTypes ? [ "sha256" ], required ? true }: args:
    let
      names = [ "hash" ] ++ hashTypes;
      given = attrNames (intersectAttrs (lib.genAttrs names (_: null)) args);
      name = head given;
      value = args.${name};
    in
    if args ? outputHash then args
    else removeAttrs args names // (
      if given == [ ] then if required then throw "fetcher called without `hash`" else { }
      else if length given > 1
      then throw "fetcher called with mutually-incompatible arguments: ${lib.concatStringsSep ", " given}"
      else {
        outputHashAlgo = if name == "hash" then null else name;
        outputHash = if value == "" then fakes.${name} or (throw "no “fake hash” defined for ${name}") else value;
      }
    );

  withNormalizedHash = { hashTypes ? [ "sha256" ] }: fetcher:
    let args = lib.functionArgs fetcher; in
    assert args ? outputHash && args ? outputHashAlgo;
    assert intersectAttrs (lib.genAttrs ([ "hash" ] ++ hashTypes) (_: null)) args == { };
    lib.setFunctionArgs (given: fetcher (normalizeHash { inherit hashTypes; required = !args.outputHash; } given))
      (removeAttrs args [ "outputHash" "outputHashAlgo" ] // { hash = args.outputHash; });
}
