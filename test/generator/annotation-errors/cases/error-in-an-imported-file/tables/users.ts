import { keep, pii, secret, subject } from "../../../../../../generator/index.ts";

const common = { created_at: keep(), updatd: pii.null({ at: "later" }) };

export const users = subject({
  key: "id",
  columns: { id: keep(), email: pii.email({ unles: "t.email is null" }), hashed_password: secret(), ...common },
});
