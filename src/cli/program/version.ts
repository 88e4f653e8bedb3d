// The versions that programs report: Firn's own, and that of the Nix whose behaviour it has.

export const firnVersion = "0.1.0";
export const nixVersion = "2.34.8";
