// The networks of a configuration: networkd's files are those of NixOS (networking/golden, by the real NixOS of nixpkgs 20.09:
// tools/golden-lib.sh), and the firewall lets in what it is told to and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOf, evaluateToData, openCollection, readGolden } from "./collection.test-support.ts";

const evaluator = openCollection("networking");

const modules = [
  "config/networking",
  "config/users-groups",
  "misc/assertions",
  "misc/ids",
  "misc/meta",
  "services/networking/firewall",
  "services/networking/nat",
  "services/networking/nftables",
  "services/networking/ssh/sshd",
  "system/boot/networkd",
  "system/boot/resolved",
  "system/boot/service-manager",
  "system/boot/systemd",
  "system/boot/systemd/tmpfiles",
  "system/boot/kernel",
  "system/build",
  "system/etc/etc",
  "tasks/network-interfaces",
  "tasks/network-interfaces-systemd",
];

/** A configuration of the modules, and an option of another; its packages are only names. */
function evalConfig(configuration: string): string {
  return `(
    let
      package = name: { type = "derivation"; inherit name; outPath = "/\${name}"; };
      packages = builtins.listToAttrs (map (name: { inherit name; value = package name; }) [
        "bash" "coreutils" "findutils" "grep" "nftables" "openssh-client" "openssh-server" "openssh-sftp-server" "sed" "systemd"
        "systemd-resolved" "udev"
      ]);
      pkgs = packages // import /collection/stdenv/trivial-builders.nix { inherit packages; };
      others = { lib, ... }: {
        options.environment.systemPackages = lib.mkOption { type = lib.types.listOf lib.types.package; };
        options.services.dbus.packages = lib.mkOption { type = lib.types.listOf lib.types.package; };
        options.security.pam.services = lib.mkOption { type = lib.types.attrs; };
        options.system.nixos = lib.mkOption { type = lib.types.attrs; default = { label = "1"; release = "1"; }; };
        config.boot.kernelPackages.kernel = package "linux" // { modDirVersion = "1"; };
      };
    in
    (import /collection/modules { }).evalConfig {
      inherit pkgs;
      baseModules = [ others ${modules.map((name) => `/collection/modules/${name}.nix`).join(" ")} ];
      modules = [ ${configuration} ];
    }
  )`;
}

/** A file's sections, and in each its lines in order. */
function sections(text: string): string[][] {
  const parts = text.split(/^(?=\[)/m).map((part) => part.split("\n").filter((line) => line !== ""));
  return parts.map(([name = "", ...lines]) => [name, ...lines.toSorted()]);
}

type Files = Record<string, string | null>;

/**
 * What the releases have in common. NixOS 20.09 gives every interface the route to the gateway, which only one can reach; to
 * those that belong to a bridge or a bond it gives domains and addresses that they cannot have.
 */
function essence(files: Files): unknown {
  const entries = Object.entries(files).map(([name, text]) => {
    if (text === null) return [name, null];
    const kept = sections(text).filter(
      ([section, ...lines]) => section !== "[Route]" || !lines.includes("Gateway=192.0.2.1"),
    );
    const isMember = /^(?:Bridge|Bond)=/m.test(text);
    const lines = kept.map((section) =>
      section
        .filter((line) => !isMember || !/^(?:Domains|IPv6PrivacyExtensions)=/.test(line))
        .map((line) => line.replace("example.org home.arpa example.org home.arpa", "example.org home.arpa")),
    );
    return [name, lines];
  });
  return Object.fromEntries(entries) as unknown;
}

test("the files of networkd are those of NixOS", () => {
  const ours = evaluateToData(evaluator, `import ./answers.nix ${evalConfig("./module.nix")}.config`) as Files;
  assert.deepEqual(essence(ours), essence(readGolden("networking/golden/nixos-20.09.jsonl") as Files));
  const gateway = Object.entries(ours).filter(([, text]) => text?.includes("Gateway=192.0.2.1") === true);
  assert.deepEqual(
    gateway.map(([name]) => name),
    ["40-eth0.network"],
    "the gateway is reached over the interface whose network it is in",
  );
});

function textOf(configuration: string, file: string): string {
  return evaluateToData(evaluator, `${evalConfig(configuration)}.config.environment.etc."${file}".text`) as string;
}

test("an interface that nothing is said of asks for its address, and whoever may learn names so has a resolver", () => {
  assert.equal(
    textOf("{ }", "systemd/network/99-ethernet-default-dhcp.network"),
    "[Match]\nKind=!*\nType=ether\n\n[Network]\nDHCP=yes\nIPv6PrivacyExtensions=kernel\n",
  );
  const enabled = (configuration: string, option: string): unknown =>
    evaluateToData(evaluator, `${evalConfig(configuration)}.config.${option}`);
  assert.equal(enabled("{ }", "services.resolved.enable"), true);
  const fixed = `{
    networking.useDHCP = false;
    networking.interfaces.eth0.ipv4.addresses = [ { address = "10.0.0.2"; prefixLength = 8; } ];
    networking.nameservers = [ "10.0.0.1" "10.0.0.9" ];
    networking.search = [ "home.arpa" ];
  }`;
  assert.equal(enabled(fixed, "services.resolved.enable"), false);
  assert.equal(textOf(fixed, "resolv.conf"), "search home.arpa\nnameserver 10.0.0.1\nnameserver 10.0.0.9\n");
  assert.equal(enabled("{ networking.useDHCP = false; }", "systemd.network.enable"), false);
});

test("a gateway that is in no network of the machine's is said to be near", () => {
  const route = (gateway: string): unknown =>
    evaluateToData(
      evaluator,
      `${evalConfig(`{
        networking.interfaces.a.ipv4.addresses = [ { address = "10.0.0.2"; prefixLength = 24; } ];
        networking.interfaces.b.ipv4.addresses = [ { address = "172.16.3.2"; prefixLength = 20; } ];
        networking.defaultGateway = ${gateway};
      }`)}.config.systemd.network.networks`,
    );
  const routes = (gateway: string): unknown =>
    Object.entries(route(gateway) as Record<string, { readonly routes: readonly unknown[] }>)
      .filter(([, network]) => network.routes.length > 0)
      .map(([name, network]) => [name, network.routes]);
  assert.deepEqual(routes(`"172.16.15.1"`), [["40-b", [{ Gateway: "172.16.15.1" }]]]);
  assert.deepEqual(routes(`{ address = "10.0.0.1"; interface = "c"; metric = 7; }`), [
    ["40-c", [{ Gateway: "10.0.0.1", GatewayOnLink: true, Metric: 7 }]],
  ]);
});

function rulesOf(configuration: string): string[] {
  const content = evaluateToData(
    evaluator,
    `${evalConfig(configuration)}.config.networking.nftables.tables.nixos-fw.content`,
  );
  return (content as string).split("\n").map((line) => line.trim());
}

test("the firewall is on, and lets in what is allowed: ports, ranges, interfaces, pings", () => {
  const rules = rulesOf(`{
    services.openssh.enable = true;
    services.openssh.ports = [ 2222 ];
    networking.firewall = {
      allowedTCPPorts = [ 443 80 80 ];
      allowedUDPPortRanges = [ { from = 60000; to = 61000; } ];
      interfaces.eth1.allowedTCPPorts = [ 5432 ];
      trustedInterfaces = [ "lan0" ];
      extraInputRules = "ip saddr 10.0.0.0/8 accept";
      pingLimit = "10/second";
    };
  }`);
  for (const rule of [
    `iifname { "lan0", "lo" } accept comment "trusted interfaces"`,
    "type filter hook input priority filter; policy drop;",
    "tcp dport { 80, 443, 2222 } accept",
    "udp dport { 60000-61000 } accept",
    `iifname "eth1" tcp dport { 5432 } accept`,
    `icmp type echo-request limit rate 10/second accept comment "allow ping"`,
    "ip saddr 10.0.0.0/8 accept",
    "fib saddr . mark . iif oif exists accept",
  ])
    assert.ok(rules.includes(rule), `${rule}\n${rules.join("\n")}`);
  const closed = rulesOf(`{ networking.firewall.allowPing = false; networking.firewall.checkReversePath = false; }`);
  assert.ok(!closed.some((rule) => rule.includes("echo-request") || rule.includes("fib") || rule.includes("dport {")));
  assert.equal(
    evaluateToData(
      evaluator,
      `${evalConfig("{ networking.firewall.enable = false; }")}.config.networking.nftables.enable`,
    ),
    false,
  );
});

test("what cannot be is refused with what to write", () => {
  const refused = (module: string, words: RegExp): void =>
    assert.match(errorOf(evaluator, `${evalConfig(module)}.checked true`), words);
  refused(
    `{ networking.firewall.extraCommands = "iptables -A INPUT"; }`,
    /is made of nftables\. Write networking\.firewall\.extraInputRules/,
  );
  refused(`{ networking.interfaces."a-name-far-too-long" = { }; }`, /the name of an interface has 1 to 15 characters/);
  refused(
    `{ networking.useDHCP = false; networking.defaultGateway = "10.0.0.1"; }`,
    /networking\.defaultGateway has no interface/,
  );
  refused(
    `{ networking.nat.enable = true; networking.nat.forwardPorts = [ { sourcePort = 80; destination = "10.0.0.1:80"; } ]; }`,
    /need networking\.nat\.externalInterface/,
  );
  refused(`{ networking.nftables.enable = false; }`, /networking\.nftables\.enable cannot be false/);
});
