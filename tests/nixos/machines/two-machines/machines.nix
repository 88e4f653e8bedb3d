# A web server, the database behind it, and somebody who asks: each knows the others by name, and each has its firewall.
{
  client = { extendNode, pkgs, ... }: {
    boot.kernelPackages = pkgs.linuxPackages_cloud;
    environment.systemPackages = [ pkgs.curl pkgs.iputils-ping pkgs.openssh-client ];
    # What the server is to become.
    environment.etc.next-server.source = (extendNode "server" {
      services.nginx.virtualHosts."server".locations."/news".return = "200 pears";
    }).system.build.toplevel;
  };

  server = { nodes, pkgs, ... }: {
    boot.kernelPackages = pkgs.linuxPackages_cloud;
    virtualisation.memorySize = 1024;
    networking.firewall.allowedTCPPorts = [ 80 ];
    services.openssh.enable = true;
    environment.systemPackages = [ pkgs.curl ];

    services.nginx.enable = true;
    services.nginx.virtualHosts."server" = {
      default = true;
      locations."/".proxyPass = "http://127.0.0.1:8000";
    };

    services.postgresql.enable = true;
    services.postgresql.ensureDatabases = [ "shop" ];
    services.postgresql.ensureUsers = [ { name = "shop"; ensureDBOwnership = true; } ];

    users.users.shop = { isSystemUser = true; group = "shop"; };
    users.groups.shop = { };

    # The shop itself: it asks the database, and answers whoever asks at its socket.
    systemd.sockets.shop = { wantedBy = [ "sockets.target" ]; listenStreams = [ "127.0.0.1:8000" ]; socketConfig.Accept = true; };
    systemd.services."shop@" = {
      path = [ pkgs.postgresql-client-15 ];
      serviceConfig = { User = "shop"; StandardInput = "socket"; StandardOutput = "socket"; StandardError = "journal"; };
      script = ''
        while IFS= read -r line && [ "$line" != $'\r' ]; do :; done
        answer=$(psql -tA shop -c "SELECT 'apples for ' || client_name FROM (VALUES ('${nodes.client.networking.hostName}')) AS t (client_name)")
        printf 'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s' "''${#answer}" "$answer"
      '';
    };
  };
}
