# Interrupts are shared out among the processors.
{ config, lib, pkgs, ... }:

{
  options.services.irqbalance.enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether they are."; };

  config = lib.mkIf config.services.irqbalance.enable {
    environment.systemPackages = [ pkgs.irqbalance ];
    systemd.services.irqbalance = {
      description = "irqbalance daemon";
      wantedBy = [ "multi-user.target" ];
      unitConfig.ConditionVirtualization = "!container";
      serviceConfig = { ExecStart = "${pkgs.irqbalance}/bin/irqbalance --journal"; RuntimeDirectory = "irqbalance"; };
    };
  };
}
