// The users and groups that two systems declare, from the file that their activation makes accounts of. Of what changed only
// the names of the fields are told: passwords may be among them.

import { isDeepStrictEqual } from "node:util";
import { readText, type StorePlace } from "../store-links.ts";

export interface AccountChange {
  readonly kind: "user" | "group";
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
  /** For changed ones: the fields that differ. */
  readonly fields: readonly string[];
}

interface Account {
  readonly name: string;
  readonly [field: string]: unknown;
}

interface Accounts {
  readonly users: readonly Account[];
  readonly groups: readonly Account[];
}

/** A system whose activation makes no accounts declares none. */
export function readAccounts(toplevel: string, store: StorePlace): Accounts {
  const script = readText(`${toplevel}/activate`, store) ?? "";
  const ours = /\/[^\s'"]+\/[0-9a-z]{32}-users-groups(?=[\s'"])/.exec(script)?.[0];
  if (ours !== undefined) return parseAccounts(readText(ours, store) ?? "");
  const file = /\/[^\s'"]+-users-groups\.json/.exec(script)?.[0];
  const text = file === undefined ? undefined : readText(file, store);
  const value: unknown = text === undefined ? undefined : JSON.parse(Buffer.from(text, "latin1").toString());
  return { users: accountsIn(value, "users"), groups: accountsIn(value, "groups") };
}

const fieldsOfKind: Readonly<Record<string, readonly string[]>> = {
  group: ["name", "gid", "members"],
  user: `name uid group description home homeMode createHome isSystemUser shell hashedPassword password hashedPasswordFile
    initialPassword initialHashedPassword expires autoSubUidGidRange subUidRanges subGidRanges`.split(/\s+/),
};

/** The text of Firn's own modules (activation-script.nix): an account a line, a field empty or with its value behind `=`. */
function parseAccounts(text: string): Accounts {
  const accounts = text.split("\n").flatMap((line): { kind: string; account: Account }[] => {
    const [kind = "", ...values] = line.split("\t");
    const entries = (fieldsOfKind[kind] ?? []).map(
      (field, index) => [field, values[index]?.replace(/^=/, "")] as const,
    );
    const name = values[0]?.slice(1);
    return entries.length === 0 || name === undefined
      ? []
      : [{ kind, account: { ...Object.fromEntries(entries), name } }];
  });
  const ofKind = (wanted: string) => accounts.filter(({ kind }) => kind === wanted).map(({ account }) => account);
  return { users: ofKind("user"), groups: ofKind("group") };
}

export function compareAccounts(before: Accounts, after: Accounts): AccountChange[] {
  return [...compareKind("user", before.users, after.users), ...compareKind("group", before.groups, after.groups)];
}

function compareKind(
  kind: AccountChange["kind"],
  before: readonly Account[],
  after: readonly Account[],
): AccountChange[] {
  const [old, now] = [before, after].map((accounts) => new Map(accounts.map((account) => [account.name, account])));
  const names = [...new Set([...before, ...after].map(({ name }) => name))].toSorted();
  return names.flatMap((name): AccountChange[] => {
    const [was, is] = [old?.get(name), now?.get(name)];
    if (was === undefined) return [{ kind, name, change: "added", fields: [] }];
    if (is === undefined) return [{ kind, name, change: "removed", fields: [] }];
    const all = new Set([...Object.keys(was), ...Object.keys(is)]);
    const fields = [...all].filter((field) => !isDeepStrictEqual(was[field], is[field])).toSorted();
    return fields.length === 0 ? [] : [{ kind, name, change: "changed", fields }];
  });
}

function accountsIn(value: unknown, key: "users" | "groups"): Account[] {
  if (typeof value !== "object" || value === null) return [];
  const list: unknown = (value as Record<string, unknown>)[key];
  return Array.isArray(list) ? list.filter(isAccount) : [];
}

function isAccount(value: unknown): value is Account {
  return typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)["name"] === "string";
}
