/** What the tables of `mix phx.gen.auth` mean. */
import { type AuthTables, naming, type SchemaOption } from "./naming.ts";
import { keep, keepRest, pii, secret, session, subject } from "./words.ts";

export interface PhoenixOptions<Table extends string> extends SchemaOption {
  /** As it was given to the generator: `mix phx.gen.auth Accounts User users`. Default: "users". */
  table?: Table;
  /** The generator's singular, which the tokens' column is called after. Default: "user". */
  singular?: string;
  /** Phoenix before 1.8 made `hashed_password` NOT NULL: true writes a text that no password has as its hash. */
  passwordRequired?: boolean;
}

export function phoenix<Table extends string = "users">(
  options: PhoenixOptions<Table> = {},
): AuthTables<Table> {
  const { table = "users", singular = "user", passwordRequired = false } = options;
  const { key } = naming(options);
  return {
    [key(table)]: subject({
      key: "id",
      columns: {
        id: keep(),
        email: pii.email({ onSoftDelete: true }),
        hashed_password: passwordRequired ? secret({ to: "!" }) : secret(),
        ...keepRest({ confirmed_at: keep(), inserted_at: keep(), updated_at: keep() }),
      },
    }),
    // Sessions, links to sign in with, and those that confirm an address: `context` tells them apart.
    [key(`${table}_tokens`)]: session({ owner: `${singular}_id` }),
  } as unknown as AuthTables<Table>;
}
