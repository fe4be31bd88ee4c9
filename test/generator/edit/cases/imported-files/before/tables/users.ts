import { keep, pii, secret, subject } from "pg-lethe";

/** Helpers survive. */
const kept = () => keep("needed for support");

export default subject({
  key: "id",
  columns: {
    id: keep(),
    email: pii.email(),
    ...{ name: pii.null() },
    hashed_password: secret(),
    created_at: kept(),
  },
});
